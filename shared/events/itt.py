"""Facts of ``services/itt``: trainees, their training and the award."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.events.base import Event, Person, event_type


@event_type("itt.trainee.registered.v1", subject="trainee", key="trainee_id")
class TraineeRegistered(Event):
    """A trainee stands in the provider's records; ``qualification`` is what the route awards, QTS or EYTS.

    ``application_id`` is the application that recruited them here, if they came that way.
    """

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    training_route: str
    qualification: str
    course_subjects: tuple[str, ...]
    itt_start_date: date
    itt_end_date: date
    trainee_start_date: date | None = None
    training_partner_urn: str | None = None
    employing_school_urn: str | None = None
    provider_trainee_id: str | None = None
    import_id: UUID | None = None
    application_id: UUID | None = None
    person: Person | None = None


@event_type("itt.trainee.submitted_for_trn.v1", subject="trainee", key="trainee_id")
class TraineeSubmittedForTrn(Event):
    """The teacher register was asked for a teacher reference number."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str


@event_type("itt.trainee.trn_received.v1", subject="trainee", key="trainee_id")
class TrnReceived(Event):
    """The register answered. ``trn`` is seven digits, as text; ``state`` is the trainee's state after it."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    trn: str
    state: str


@event_type("itt.trainee.trn_delayed.v1", subject="trainee", key="trainee_id")
class TrnDelayed(Event):
    """The TRN does not come by itself. ``because``: still_missing, refused, unreadable, not_a_trn, somebody_elses or
    another_number."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    because: str


@event_type("itt.training.started.v1", subject="trainee", key="trainee_id")
class TrainingStarted(Event):
    """The first day of the training has come."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    started_on: date


@dataclass(frozen=True, kw_only=True)
class AboutPlacement(Event):
    """What every fact about a placement says that may still change: whose it is, where, when, and with which mentor."""

    trainee_id: UUID
    person_id: UUID
    placement_id: UUID
    number: int
    school_urn: str
    starts_on: date
    ends_on: date
    mentor_id: UUID


@event_type("itt.placement.arranged.v1", subject="trainee", key="trainee_id")
class PlacementArranged(AboutPlacement):
    """A placement in a school, with its mentor (``person`` is the mentor's).

    ``from_school_urn``, ``from_mentor_id``: who had agreed to it before it moved, where that was another one.
    """

    from_school_urn: str | None = None
    from_mentor_id: UUID | None = None
    person: Person | None = None


@event_type("itt.placement.completed.v1", subject="trainee", key="trainee_id")
class PlacementCompleted(Event):
    """The placement is over; its mentor has mentored a trainee for ``days`` days in school."""

    trainee_id: UUID
    person_id: UUID
    placement_id: UUID
    school_urn: str
    mentor_id: UUID
    completed_on: date
    days: int


@event_type("itt.review.recorded.v1", subject="trainee", key="trainee_id")
class ReviewRecorded(Event):
    """A review against the Teachers' Standards; the lists hold their numbers ("1" to "8", "part_two").

    ``qualification`` says whose standards: those for QTS, or those of early years for EYTS.
    """

    trainee_id: UUID
    person_id: UUID
    review_id: UUID
    reviewed_on: date
    standards_met: tuple[str, ...]
    standards_not_yet_met: tuple[str, ...]
    qualification: str = "QTS"


@event_type("itt.final_assessment.recorded.v1", subject="trainee", key="trainee_id")
class FinalAssessmentRecorded(Event):
    """The final assessment: ``passed`` only when every standard for the ``qualification`` is met."""

    trainee_id: UUID
    person_id: UUID
    assessed_on: date
    passed: bool
    standards_not_met: tuple[str, ...]
    qualification: str = "QTS"


@event_type("itt.trainee.recommended.v1", subject="trainee", key="trainee_id")
class TraineeRecommended(Event):
    """The accredited provider recommends the trainee for the award."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    trn: str
    standards_met_on: date
    qualification: str
    employing_school_urn: str | None = None


@event_type("itt.qts.awarded.v1", subject="trainee", key="trainee_id")
class QtsAwarded(Event):
    """Qualified teacher status. ``trained_at_urns`` are the schools that took part in the assessment."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    trn: str
    awarded_on: date
    training_route: str
    course_subjects: tuple[str, ...]
    trained_at_urns: tuple[str, ...] = ()
    employing_school_urn: str | None = None
    person: Person | None = None


@event_type("itt.eyts.awarded.v1", subject="trainee", key="trainee_id")
class EytsAwarded(Event):
    """Early years teacher status: no induction follows."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    trn: str
    awarded_on: date
    training_route: str
    employing_school_urn: str | None = None


@event_type("itt.trainee.deferred.v1", subject="trainee", key="trainee_id")
class TraineeDeferred(Event):
    """The training pauses. ``reason`` is free text of a person and stays in the service; only the date travels.

    ``training_urns``: the lead school, and the schools of placements that are not over; without the employer.
    """

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    deferred_on: date
    employing_school_urn: str | None = None
    training_urns: tuple[str, ...] = ()


@event_type("itt.trainee.reinstated.v1", subject="trainee", key="trainee_id")
class TraineeReinstated(Event):
    """A deferred trainee is back; ``state`` is submitted_for_trn or trn_received."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    reinstated_on: date
    state: str
    itt_end_date: date


@event_type("itt.trainee.withdrawn.v1", subject="trainee", key="trainee_id")
class TraineeWithdrawn(Event):
    """The training ended without the award. ``reasons`` are the codes of the domain page.

    ``training_urns``: the lead school, and the schools of placements that were not over; without the employer.
    """

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    withdrawn_on: date
    withdrawn_by: str
    reasons: tuple[str, ...]
    future_interest: str
    employing_school_urn: str | None = None
    training_urns: tuple[str, ...] = ()


@event_type("itt.trainee.discarded.v1", subject="trainee", key="trainee_id")
class TraineeDiscarded(Event):
    """The record was removed before the course began; ``code`` says why (kept in the audit)."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    code: str


@event_type("itt.trainee.changed.v1", subject="trainee", key="trainee_id")
class TraineeChanged(Event):
    """An edit before recommendation; ``changed`` lists the names of the fields, ``person`` is as it is now."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    changed: tuple[str, ...]
    person: Person | None = None


@event_type("itt.withdrawal.undone.v1", subject="trainee", key="trainee_id")
class WithdrawalUndone(Event):
    """Correction: the withdrawal was a mistake; ``state`` is the state before it."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    state: str


@event_type("itt.award.undone.v1", subject="trainee", key="trainee_id")
class AwardUndone(Event):
    """Correction: the award was a mistake; ``qualification`` is what was taken back."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    qualification: str
    state: str


@event_type("itt.recommendation.undone.v1", subject="trainee", key="trainee_id")
class RecommendationUndone(Event):
    """Correction: the recommendation was a mistake; ``qualification`` is what is not awarded now."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    qualification: str
    state: str
    employing_school_urn: str | None = None


@event_type("itt.course.corrected.v1", subject="trainee", key="trainee_id")
class CourseCorrected(Event):
    """Correction: another route or course."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    training_route: str
    qualification: str
    course_subjects: tuple[str, ...]


@event_type("itt.trainee.moved.v1", subject="trainee", key="trainee_id")
class TraineeMoved(Event):
    """Correction: the trainee belongs to another provider from now on, with the partner school that is named."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    from_provider_code: str
    training_partner_urn: str | None = None
