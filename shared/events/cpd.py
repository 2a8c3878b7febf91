"""Facts of ``services/cpd``: statutory induction, and what peers learn from each other."""

from datetime import date, datetime
from uuid import UUID

from shared.events.base import Event, event_type


@event_type("cpd.induction.due.v1", subject="induction", key="person_id")
class InductionDue(Event):
    """QTS makes induction due."""

    person_id: UUID
    qts_awarded_on: date


@event_type("cpd.qts.removal_refused.v1", subject="award", key="trainee_id")
class QtsRemovalRefused(Event):
    """The award was undone after induction had begun: that is an error, and the award counts on."""

    trainee_id: UUID
    person_id: UUID
    refused_on: date


@event_type("cpd.induction.proposed.v1", subject="induction", key="person_id")
class InductionProposed(Event):
    """A post at a relevant school proposes a period; it opens when an appropriate body agrees."""

    person_id: UUID
    period_id: UUID
    school_urn: str
    appropriate_body: str
    starts_on: date
    rule_set: str
    terms_required_hundredths: int


@event_type("cpd.induction.refused.v1", subject="induction", key="person_id")
class InductionRefused(Event):
    """The appropriate body did not agree to the period; ``code`` says why."""

    person_id: UUID
    period_id: UUID
    appropriate_body: str
    code: str


@event_type("cpd.induction.opened.v1", subject="induction", key="person_id")
class InductionOpened(Event):
    """The appropriate body agreed. ``rule_set`` is newly_qualified or early_career (by the date it starts)."""

    person_id: UUID
    period_id: UUID
    school_urn: str
    appropriate_body: str
    starts_on: date
    rule_set: str
    terms_required_hundredths: int
    mentor_id: UUID | None = None
    tutor_id: UUID | None = None


@event_type("cpd.induction.term_assessed.v1", subject="induction", key="person_id")
class TermAssessed(Event):
    """A term passed: ``kind`` is formal, progress or interim; ``at_risk`` is told before a failing assessment.

    ``outcome`` is satisfactory, at_risk or unsatisfactory; events from before it was added have none.
    """

    person_id: UUID
    period_id: UUID
    term: int
    kind: str
    at_risk: bool
    assessed_on: date
    terms_served_hundredths: int
    outcome: str | None = None


@event_type("cpd.induction.extended.v1", subject="induction", key="person_id")
class InductionExtended(Event):
    """More terms are needed: for ``absence`` or by the appropriate body's ``decision``."""

    person_id: UUID
    period_id: UUID
    cause: str
    terms_required_hundredths: int


@event_type("cpd.induction.released.v1", subject="induction", key="person_id")
class InductionReleased(Event):
    """The teacher left midway, which is not failing: what was served is kept."""

    person_id: UUID
    period_id: UUID
    released_on: date
    terms_served_hundredths: int


@event_type("cpd.induction.recommended.v1", subject="induction", key="person_id")
class InductionRecommended(Event):
    """The head's recommendation after the last term; the appropriate body decides by ``decision_due_on``."""

    person_id: UUID
    period_id: UUID
    recommendation: str
    recommended_on: date
    decision_due_on: date


@event_type("cpd.induction.passed.v1", subject="induction", key="person_id")
class InductionPassed(Event):
    """The appropriate body decided: passed."""

    person_id: UUID
    period_id: UUID
    passed_on: date
    school_urn: str
    mentor_id: UUID | None = None


@event_type("cpd.induction.failed.v1", subject="induction", key="person_id")
class InductionFailed(Event):
    """The appropriate body decided: failed. Listed as failed only when the time to appeal is over."""

    person_id: UUID
    period_id: UUID
    failed_on: date
    appeal_until: date


@event_type("cpd.activity.offered.v1", subject="activity", key="activity_id")
class ActivityOffered(Event):
    """A teacher offers to peers; ``kind`` is session, workshop, coaching_pair, lesson_study, ..."""

    activity_id: UUID
    offered_by: UUID
    kind: str
    area: str
    title: str
    school_urn: str | None
    starts_at: datetime
    ends_at: datetime
    capacity: int


@event_type("cpd.booking.made.v1", subject="activity", key="activity_id")
class BookingMade(Event):
    """A place is taken, or (``waiting``) the person stands on the waiting list."""

    activity_id: UUID
    booking_id: UUID
    person_id: UUID
    waiting: bool
    starts_at: datetime
    title: str


@event_type("cpd.booking.cancelled.v1", subject="activity", key="activity_id")
class BookingCancelled(Event):
    """A place is free again."""

    activity_id: UUID
    booking_id: UUID
    person_id: UUID


@event_type("cpd.booking.moved_up.v1", subject="activity", key="activity_id")
class BookingMovedUp(Event):
    """From the waiting list to a place."""

    activity_id: UUID
    booking_id: UUID
    person_id: UUID
    title: str | None = None


@event_type("cpd.activity.attended.v1", subject="activity", key="activity_id")
class ActivityAttended(Event):
    """Somebody was there; hours are counted once."""

    activity_id: UUID
    booking_id: UUID
    person_id: UUID
    hours_hundredths: int
    attended_on: date
    title: str | None = None


@event_type("cpd.evaluation.scheduled.v1", subject="activity", key="activity_id")
class EvaluationScheduled(Event):
    """A later level (3, 4 or 5) will be asked of the person on ``due_on``."""

    activity_id: UUID
    person_id: UUID
    level: int
    due_on: date
    title: str | None = None


@event_type("cpd.evaluation.requested.v1", subject="activity", key="activity_id")
class EvaluationRequested(Event):
    """The date has come: the person is asked for this level."""

    activity_id: UUID
    person_id: UUID
    level: int
    due_on: date
    title: str


@event_type("cpd.evaluation.recorded.v1", subject="activity", key="activity_id")
class EvaluationRecorded(Event):
    """Guskey's level 1 (reactions) to 5 (pupil outcomes); ``score`` is 1 to 5. No level is inferred from another."""

    activity_id: UUID
    person_id: UUID
    offered_by: UUID
    level: int
    score: int
    recorded_on: date
    title: str | None = None


@event_type("cpd.contribution.recorded.v1", subject="contribution", key="contribution_id")
class ContributionRecorded(Event):
    """Somebody led, coached or mentored (``kind``) others: leadership listens.

    ``activity_id`` is what they offered to peers; mentoring through induction has none.
    """

    contribution_id: UUID
    person_id: UUID
    kind: str
    what: str
    school_urn: str | None
    contributed_on: date
    people_reached: int
    hours_hundredths: int
    activity_id: UUID | None = None


@event_type("cpd.induction.dropped.v1", subject="induction", key="person_id")
class InductionDropped(Event):
    """A proposal fell away before it opened; ``code`` is qts_removed, post_ended or exempted."""

    person_id: UUID
    period_id: UUID
    appropriate_body: str
    code: str


@event_type("cpd.induction.mentor_assigned.v1", subject="induction", key="person_id")
class MentorAssigned(Event):
    """Mentor and tutor of a period, two roles; a change of mentor is this fact again."""

    person_id: UUID
    period_id: UUID
    school_urn: str
    mentor_id: UUID
    tutor_id: UUID | None
    since: date


@event_type("cpd.induction.at_risk_told.v1", subject="induction", key="person_id")
class AtRiskTold(Event):
    """The teacher was told of being at risk of not meeting the standards, before any failing assessment."""

    person_id: UUID
    period_id: UUID
    told_on: date


@event_type("cpd.induction.reduced.v1", subject="induction", key="person_id")
class InductionReduced(Event):
    """Fewer terms are needed, with consent and the appropriate body's agreement."""

    person_id: UUID
    period_id: UUID
    terms_required_hundredths: int


@event_type("cpd.induction.appealed.v1", subject="induction", key="person_id")
class InductionAppealed(Event):
    """The teacher appealed in time against failing."""

    person_id: UUID
    period_id: UUID
    appealed_on: date


@event_type("cpd.induction.failure_listed.v1", subject="induction", key="person_id")
class FailureListed(Event):
    """The failure is final: the time to appeal is over, an appeal was waived or dismissed."""

    person_id: UUID
    period_id: UUID
    listed_on: date


@event_type("cpd.induction.exempted.v1", subject="induction", key="person_id")
class InductionExempted(Event):
    """No induction is needed from that day; the status beneath comes back when it ends."""

    person_id: UUID
    exempt_from: date


@event_type("cpd.induction.exemption_ended.v1", subject="induction", key="person_id")
class ExemptionEnded(Event):
    """From ``ended_on`` the exemption does not hold any more; ``status`` is what is shown again."""

    person_id: UUID
    ended_on: date
    status: str


@event_type("cpd.activity.cancelled.v1", subject="activity", key="activity_id")
class ActivityCancelled(Event):
    """The activity does not take place; its bookings are cancelled with it."""

    activity_id: UUID
    offered_by: UUID
    title: str


@event_type("cpd.activity.closed.v1", subject="activity", key="activity_id")
class ActivityClosed(Event):
    """Every level was asked, and something above level 1 was answered."""

    activity_id: UUID
    offered_by: UUID
    closed_on: date
