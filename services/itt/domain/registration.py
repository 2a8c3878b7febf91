"""How a trainee begins: a draft of a complete national record."""

from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.itt.domain.codes import labels
from services.itt.domain.details import DEGREE, Details
from services.itt.domain.trainees import State, Trainee, about
from shared.events import Person
from shared.events.itt import TraineeRegistered


class Named(Protocol):
    """What of a record is about the person."""

    @property
    def first_names(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def date_of_birth(self) -> date: ...
    @property
    def sex(self) -> str | None: ...
    @property
    def email(self) -> str: ...


def person(known: Named, *, of_application: bool) -> Person:
    """The person as facts carry one, the sex in words; the NI number and equality data never travel.

    What a candidate said of their sex is equality data, so that of a recruit stays in the record.
    """
    sex = None if of_application else known.sex
    return Person(
        first_names=known.first_names,
        last_name=known.last_name,
        date_of_birth=known.date_of_birth,
        sex=labels("sex")[sex].lower().replace(" ", "_") if sex else None,
        email=known.email,
    )


def draft(
    id_: UUID, person_id: UUID, provider_code: str, details: Details, from_application_id: UUID | None = None
) -> Trainee:
    """A trainee in the state draft."""
    return Trainee(
        id=id_,
        person_id=person_id,
        provider_code=provider_code,
        state=State.DRAFT,
        person=person(details, of_application=from_application_id is not None),
        training_route=details.training_route,
        course_subjects=details.subjects,
        itt_start_date=details.itt_start_date,
        itt_end_date=details.itt_end_date,
        trainee_start_date=details.trainee_start_date,
        employing_school_urn=details.employing_school_urn,
        has_degree=has_degree(details),
        from_application_id=from_application_id,
    )


def has_degree(details: Details) -> bool:
    """Whether a degree is recorded; its columns are a set, so that one tells of all."""
    return any(getattr(details, name) for name in DEGREE)


def registered(
    trainee: Trainee, details: Details, import_id: UUID | None, now: datetime
) -> TraineeRegistered:
    """The fact that the trainee stands in the provider's records."""
    return TraineeRegistered(
        **about(trainee, now),
        provider_code=trainee.provider_code,
        training_route=trainee.route.value,
        qualification=trainee.rules.award,
        course_subjects=trainee.subjects,
        itt_start_date=details.itt_start_date,
        itt_end_date=details.itt_end_date,
        trainee_start_date=details.trainee_start_date,
        training_partner_urn=details.training_partner_urn,
        employing_school_urn=details.employing_school_urn,
        provider_trainee_id=details.provider_trainee_id,
        import_id=import_id,
        application_id=trainee.from_application_id,
        person=trainee.person,
    )
