"""Facts of ``services/itt`` about candidates and applications: from the first draft to recruited.

Free text of people (reasons, notes, references) stays in the service; facts carry codes, dates and the person.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.events.base import Event, Person, event_type


@dataclass(frozen=True, kw_only=True, slots=True)
class Degree:
    """A degree as the national record holds it; codes of its lists, None where the candidate gave another text."""

    uk: bool
    degree_type: str | None = None
    subject: str | None = None
    grade: str | None = None
    graduation_year: str | None = None
    institution: str | None = None
    country: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recruit:
    """The person who was recruited, with what a trainee's record needs. Equality data never travels."""

    first_names: str
    last_name: str
    previous_last_name: str | None = None
    date_of_birth: date | None = None
    sex: str | None = None
    email: str | None = None
    nationalities: tuple[str, ...] = ()
    degrees: tuple[Degree, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AboutApplication(Event):
    """What every fact about an application says; ``cycle`` is that of the course that it is for now.

    ``state`` is the application's state after it; ``person`` is the candidate; ``provider_name`` is empty in facts
    that are older than the field.
    """

    application_id: UUID
    candidate_id: UUID
    person_id: UUID
    cycle: int
    course_id: UUID
    course_code: str
    course_name: str
    provider_code: str
    accredited_code: str
    site_urn: str
    state: str
    provider_name: str = ""
    person: Person | None = None


# --- the candidate


@event_type("itt.candidate.registered.v1", subject="candidate", key="candidate_id")
class CandidateRegistered(Event):
    """Somebody opened an account to apply for teacher training."""

    candidate_id: UUID
    person_id: UUID
    person: Person | None = None


@event_type("itt.candidate.details_changed.v1", subject="candidate", key="candidate_id")
class CandidateDetailsChanged(Event):
    """A form that providers can read says something else: ``sections`` are the names of its parts."""

    candidate_id: UUID
    person_id: UUID
    cycle: int
    sections: tuple[str, ...]
    application_ids: tuple[UUID, ...]
    person: Person | None = None


@event_type("itt.candidate.carried_over.v1", subject="candidate", key="candidate_id")
class FormCarriedOver(Event):
    """What the candidate wrote stands in the form of the next cycle; the courses are chosen anew."""

    candidate_id: UUID
    person_id: UUID
    from_cycle: int
    cycle: int
    person: Person | None = None


@event_type("itt.candidate.duplicate_suspected.v1", subject="candidate", key="candidate_id")
class DuplicateSuspected(Event):
    """Another candidate of the cycle has the same last name, date of birth and postcode: a person decides.

    ``provider_codes``: who has an application of either.
    """

    candidate_id: UUID
    person_id: UUID
    duplicate_id: UUID
    other_candidate_id: UUID
    other_person_id: UUID
    cycle: int
    provider_codes: tuple[str, ...] = ()


@event_type("itt.candidate.duplicate_decided.v1", subject="candidate", key="candidate_id")
class DuplicateDecided(Event):
    """Somebody looked at a suspected duplicate: one person, or two."""

    candidate_id: UUID
    person_id: UUID
    duplicate_id: UUID
    other_candidate_id: UUID
    other_person_id: UUID
    same_person: bool


# --- the choice


@event_type("itt.application.chosen.v1", subject="application", key="application_id")
class CourseChosen(AboutApplication):
    """A course was added to the form; nobody but the candidate sees it yet."""


@event_type("itt.application.removed.v1", subject="application", key="application_id")
class ChoiceRemoved(AboutApplication):
    """A course that was never sent was taken from the form again."""


@event_type("itt.application.sent.v1", subject="application", key="application_id")
class ApplicationSent(AboutApplication):
    """The provider can read it and decides; without a decision it goes inactive at ``inactive_due_at``."""

    sent_at: datetime
    inactive_due_at: datetime


@event_type("itt.application.not_sent.v1", subject="application", key="application_id")
class ApplicationNotSent(AboutApplication):
    """The cycle's deadline came before it was sent."""


@event_type("itt.application.inactivated.v1", subject="application", key="application_id")
class ApplicationInactivated(AboutApplication):
    """The provider has not decided in time: the candidate may use the place in the form for another course."""


@event_type("itt.application.noted.v1", subject="application", key="application_id")
class ApplicationNoted(AboutApplication):
    """The provider wrote a note, which the candidate does not see."""

    note_id: UUID


# --- interviews


@event_type("itt.interview.arranged.v1", subject="application", key="application_id")
class InterviewArranged(AboutApplication):
    """The candidate is invited; ``with_provider_code`` is who interviews."""

    interview_id: UUID
    with_provider_code: str
    at: datetime


@event_type("itt.interview.changed.v1", subject="application", key="application_id")
class InterviewChanged(AboutApplication):
    """An interview has another time, place or provider; ``changed`` are the names of what it is."""

    interview_id: UUID
    with_provider_code: str
    at: datetime
    changed: tuple[str, ...]


@event_type("itt.interview.cancelled.v1", subject="application", key="application_id")
class InterviewCancelled(AboutApplication):
    """An interview does not take place; the reason is read in the application."""

    interview_id: UUID
    with_provider_code: str
    at: datetime


# --- decisions


@event_type("itt.application.offered.v1", subject="application", key="application_id")
class OfferMade(AboutApplication):
    """An offer; ``amended``: there was one already, and it has another course or other conditions now."""

    conditions: int
    amended: bool
    decline_by_default_at: datetime


@event_type("itt.application.offer_withdrawn.v1", subject="application", key="application_id")
class OfferWithdrawn(AboutApplication):
    """The provider took its offer back."""


@event_type("itt.application.rejected.v1", subject="application", key="application_id")
class ApplicationRejected(AboutApplication):
    """The provider said no, for ``reasons`` (national codes), or nobody decided until the end of the cycle."""

    reasons: tuple[str, ...]
    by_default: bool


@event_type("itt.application.accepted.v1", subject="application", key="application_id")
class OfferAccepted(AboutApplication):
    """The candidate accepted, and the place is taken; ``recruited`` follows at once when there are no conditions."""

    conditions: int


@event_type("itt.application.declined.v1", subject="application", key="application_id")
class OfferDeclined(AboutApplication):
    """The offer is not taken up; ``because`` is candidate, for_candidate, another_accepted or by_default."""

    because: str


@event_type("itt.application.withdrawn.v1", subject="application", key="application_id")
class ApplicationWithdrawn(AboutApplication):
    """The candidate's decision; ``because`` is candidate, for_candidate or another_accepted, ``reasons`` are codes."""

    state_before: str
    because: str
    reasons: tuple[str, ...] = ()


# --- after acceptance


@event_type("itt.application.condition_changed.v1", subject="application", key="application_id")
class ConditionChanged(AboutApplication):
    """A condition of the offer is pending, met or not met (``condition_state``)."""

    condition_id: UUID
    condition_state: str


@event_type("itt.application.conditions_not_met.v1", subject="application", key="application_id")
class ConditionsNotMet(AboutApplication):
    """The candidate did not meet the conditions, and has no place."""


@event_type("itt.application.recruited.v1", subject="application", key="application_id")
class Recruited(Event):
    """Recruited: everything that a trainee's record needs, so that nothing is typed again.

    Codes are those of the national record, ``funding`` is fee, salary or apprenticeship. ``conditions_pending`` may
    be met after the start. ``reinstated``: a deferred place was taken up.
    """

    application_id: UUID
    candidate_id: UUID
    person_id: UUID
    cycle: int
    course_id: UUID
    course_code: str
    course_name: str
    provider_code: str
    accredited_code: str
    level: str
    subjects: tuple[str, ...]
    age_range: str
    study_mode: str
    funding: str
    route: str
    qualification: str
    start_month: date | None
    starts_on: date | None
    ends_on: date | None
    school_days: int | None
    fee_pence: int | None
    site_code: str
    site_urn: str
    state: str
    recruited_on: date
    conditions_pending: int
    reinstated: bool
    provider_name: str = ""
    person: Recruit | None = None


@event_type("itt.application.conditions_confirmed.v1", subject="application", key="application_id")
class ConditionsConfirmed(AboutApplication):
    """Somebody who was recruited with pending conditions has met them all."""


@event_type("itt.application.deferred.v1", subject="application", key="application_id")
class OfferDeferred(AboutApplication):
    """The place is put off to ``deferred_to``, the next cycle; the place of this one is free again."""

    state_before: str
    deferred_to: int


@event_type("itt.application.reinstated.v1", subject="application", key="application_id")
class OfferReinstated(AboutApplication):
    """A deferred place is taken up in this cycle, on the same or another course."""

    conditions_met: bool


# --- references


@dataclass(frozen=True, kw_only=True)
class AboutReference(Event):
    """What every fact about a reference says; ``person`` is the referee, ``about`` the candidate.

    ``provider_codes``, with an answer: who waits for it.
    """

    BLANKS: ClassVar[dict[str, Any]] = {"person": None, "about": None}

    reference_id: UUID
    candidate_id: UUID
    person_id: UUID
    cycle: int
    provider_codes: tuple[str, ...] = ()
    person: Person | None = None
    about: Person | None = None


@event_type("itt.reference.requested.v1", subject="reference", key="reference_id")
class ReferenceRequested(AboutReference):
    """The candidate has accepted an offer: the referee is asked."""


@event_type("itt.reference.chaser_due.v1", subject="reference", key="reference_id")
class ReferenceChaserDue(AboutReference):
    """The referee has not answered for so many weeks (``number``, 1 to 4), and is reminded."""

    number: int


@event_type("itt.reference.provided.v1", subject="reference", key="reference_id")
class ReferenceProvided(AboutReference):
    """The reference has come."""


@event_type("itt.reference.refused.v1", subject="reference", key="reference_id")
class ReferenceRefused(AboutReference):
    """The referee does not want to give one: the candidate names another."""


@event_type("itt.reference.cancelled.v1", subject="reference", key="reference_id")
class ReferenceCancelled(AboutReference):
    """The reference is needed no more."""
