"""Facts of ``services/itt`` about training beside the trainee's own record: checks, days, absence, concerns, mistakes.

What people wrote (evidence, plans, reasons), the kind of an absence and what a check disclosed stay in the service.
"""

from datetime import date
from uuid import UUID

from shared.events.base import Event, Person, event_type
from shared.events.itt import AboutPlacement


@event_type("itt.checks.recorded.v1", subject="trainee", key="trainee_id")
class ChecksRecorded(Event):
    """Checks before training were made; ``missing`` are those that still keep the trainee out of a school."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    passed: tuple[str, ...]
    not_passed: tuple[str, ...]
    missing: tuple[str, ...]


@event_type("itt.check.corrected.v1", subject="trainee", key="trainee_id")
class CheckCorrected(Event):
    """A check was recorded wrongly: ``outcome`` is what it is now, None when it was removed."""

    trainee_id: UUID
    person_id: UUID
    provider_code: str
    kind: str
    outcome: str | None
    missing: tuple[str, ...]


@event_type("itt.school_days.recorded.v1", subject="trainee", key="trainee_id")
class SchoolDaysRecorded(Event):
    """So many days in the school of a placement, from the first to the last of them."""

    trainee_id: UUID
    person_id: UUID
    placement_id: UUID
    entry_id: UUID
    school_urn: str
    first_on: date
    last_on: date
    days: int


@event_type("itt.school_days.corrected.v1", subject="trainee", key="trainee_id")
class SchoolDaysCorrected(Event):
    """An entry of days was wrong: as it is now, or ``removed``; ``placement_days`` is what all entries come to."""

    trainee_id: UUID
    person_id: UUID
    placement_id: UUID
    entry_id: UUID
    school_urn: str
    first_on: date
    last_on: date
    days: int
    removed: bool
    placement_days: int


@event_type("itt.absence.recorded.v1", subject="trainee", key="trainee_id")
class AbsenceRecorded(Event):
    """The trainee is away; ``ends_on`` is None while nobody knows how long."""

    trainee_id: UUID
    person_id: UUID
    absence_id: UUID
    starts_on: date
    ends_on: date | None


@event_type("itt.absence.corrected.v1", subject="trainee", key="trainee_id")
class AbsenceCorrected(Event):
    """An absence was recorded wrongly, or has ended: as it is now, or ``removed``."""

    trainee_id: UUID
    person_id: UUID
    absence_id: UUID
    starts_on: date
    ends_on: date | None
    removed: bool


@event_type("itt.placement.corrected.v1", subject="trainee", key="trainee_id")
class PlacementCorrected(AboutPlacement):
    """A placement was recorded wrongly: as it is now (``person`` is the mentor's), also when it is over.

    ``from_school_urn``, ``from_mentor_id``: whom the record named before by mistake, where that was another one.
    """

    completed_on: date | None = None
    days: int | None = None
    from_school_urn: str | None = None
    from_mentor_id: UUID | None = None
    person: Person | None = None


@event_type("itt.placement.removed.v1", subject="trainee", key="trainee_id")
class PlacementRemoved(AboutPlacement):
    """A placement that was arranged should not be in the record: as it was, also when it was over."""

    completed_on: date | None = None
    days: int | None = None


@event_type("itt.review.corrected.v1", subject="trainee", key="trainee_id")
class ReviewCorrected(Event):
    """A review against the standards was recorded wrongly: as it is now, or ``removed``."""

    trainee_id: UUID
    person_id: UUID
    review_id: UUID
    reviewed_on: date
    standards_met: tuple[str, ...]
    standards_not_yet_met: tuple[str, ...]
    removed: bool


@event_type("itt.concern.raised.v1", subject="concern", key="concern_id")
class ConcernRaised(Event):
    """A cause for concern about some standards for the ``qualification``; ``mentor_id`` is who mentors the trainee."""

    concern_id: UUID
    trainee_id: UUID
    person_id: UUID
    provider_code: str
    standards: tuple[str, ...]
    qualification: str
    raised_on: date
    mentor_id: UUID | None = None


@event_type("itt.support_plan.agreed.v1", subject="concern", key="concern_id")
class SupportPlanAgreed(Event):
    """What is done about a concern, in so many ``actions``, and when it is looked at again."""

    concern_id: UUID
    trainee_id: UUID
    person_id: UUID
    provider_code: str
    agreed_on: date
    review_on: date
    actions: int
    mentor_id: UUID | None = None


@event_type("itt.support_plan.review_due.v1", subject="concern", key="concern_id")
class SupportReviewDue(Event):
    """The day on which a support plan is looked at has come; ``overdue`` when it passed and nobody did."""

    concern_id: UUID
    trainee_id: UUID
    person_id: UUID
    provider_code: str
    review_on: date
    overdue: bool
    mentor_id: UUID | None = None


@event_type("itt.support_plan.reviewed.v1", subject="concern", key="concern_id")
class SupportPlanReviewed(Event):
    """The plan was looked at, and goes on until ``review_on``."""

    concern_id: UUID
    trainee_id: UUID
    person_id: UUID
    provider_code: str
    reviewed_on: date
    review_on: date


@event_type("itt.concern.escalated.v1", subject="concern", key="concern_id")
class ConcernEscalated(Event):
    """Support did not help, or was not enough: the accredited provider takes it up."""

    concern_id: UUID
    trainee_id: UUID
    person_id: UUID
    provider_code: str
    escalated_on: date


@event_type("itt.concern.resolved.v1", subject="concern", key="concern_id")
class ConcernResolved(Event):
    """There is no cause for concern any more."""

    concern_id: UUID
    trainee_id: UUID
    person_id: UUID
    provider_code: str
    resolved_on: date


@event_type("itt.concern.withdrawn.v1", subject="concern", key="concern_id")
class ConcernWithdrawn(Event):
    """It was raised in error."""

    concern_id: UUID
    trainee_id: UUID
    person_id: UUID
    provider_code: str
    withdrawn_on: date
