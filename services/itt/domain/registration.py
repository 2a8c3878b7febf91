"""How a trainee begins: a draft of a complete national record."""

from datetime import datetime
from uuid import UUID

from services.itt.domain.details import DEGREE, Details
from services.itt.domain.trainees import State, Trainee, about
from shared.events import Person
from shared.events.itt import TraineeRegistered


def person(details: Details) -> Person:
    """What of the record is about the person, as facts carry it; the NI number and equality data never do."""
    return Person(
        first_names=details.first_names,
        last_name=details.last_name,
        date_of_birth=details.date_of_birth,
        sex=details.sex,
        email=details.email,
    )


def draft(id_: UUID, person_id: UUID, provider_code: str, details: Details) -> Trainee:
    """A trainee in the state draft."""
    return Trainee(
        id=id_,
        person_id=person_id,
        provider_code=provider_code,
        state=State.DRAFT,
        person=person(details),
        training_route=details.training_route,
        course_subjects=details.subjects,
        itt_start_date=details.itt_start_date,
        itt_end_date=details.itt_end_date,
        trainee_start_date=details.trainee_start_date,
        employing_school_urn=details.employing_school_urn,
        has_degree=has_degree(details),
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
        person=trainee.person,
    )
