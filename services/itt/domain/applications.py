"""An application to one course: 15 states, 38 transitions (Apply service, application state machine)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.itt.domain.courses import Course, Option
from services.itt.domain.cycles import Cycle, cycle
from shared.events import Event, Person
from shared.events.applications import ApplicationInactivated, ApplicationNotSent
from shared.transitions import Transitions


class State(StrEnum):
    UNSUBMITTED = "unsubmitted"
    AWAITING = "awaiting_provider_decision"
    INTERVIEWING = "interviewing"
    INACTIVE = "inactive"
    OFFER = "offer"
    PENDING_CONDITIONS = "pending_conditions"
    RECRUITED = "recruited"
    OFFER_DEFERRED = "offer_deferred"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    OFFER_WITHDRAWN = "offer_withdrawn"
    CONDITIONS_NOT_MET = "conditions_not_met"
    NOT_SENT = "application_not_sent"
    CANCELLED = "cancelled"


TRANSITIONS = Transitions(
    "itt.application",
    (State.UNSUBMITTED, "send_to_provider", State.AWAITING),
    (State.UNSUBMITTED, "reject_at_end_of_cycle", State.NOT_SENT),
    (State.AWAITING, "make_offer", State.OFFER),
    (State.AWAITING, "reject", State.REJECTED),
    (State.AWAITING, "reject_by_default", State.REJECTED),
    (State.AWAITING, "withdraw", State.WITHDRAWN),
    (State.AWAITING, "interview", State.INTERVIEWING),
    (State.AWAITING, "inactivate", State.INACTIVE),
    (State.INACTIVE, "make_offer", State.OFFER),
    (State.INACTIVE, "reject", State.REJECTED),
    (State.INACTIVE, "reject_by_default", State.REJECTED),
    (State.INACTIVE, "withdraw", State.WITHDRAWN),
    (State.INACTIVE, "interview", State.INTERVIEWING),
    (State.INTERVIEWING, "make_offer", State.OFFER),
    (State.INTERVIEWING, "reject", State.REJECTED),
    (State.INTERVIEWING, "reject_by_default", State.REJECTED),
    (State.INTERVIEWING, "withdraw", State.WITHDRAWN),
    (State.INTERVIEWING, "interview", State.INTERVIEWING),
    (State.INTERVIEWING, "cancel_interview", State.AWAITING),
    (State.REJECTED, "make_offer", State.OFFER),
    (State.OFFER, "make_offer", State.OFFER),
    (State.OFFER, "withdraw_offer", State.OFFER_WITHDRAWN),
    (State.OFFER, "accept", State.PENDING_CONDITIONS),
    (State.OFFER, "accept_unconditional_offer", State.RECRUITED),
    (State.OFFER, "decline", State.DECLINED),
    (State.OFFER, "decline_by_default", State.DECLINED),
    (State.OFFER_WITHDRAWN, "make_offer", State.OFFER),
    (State.PENDING_CONDITIONS, "confirm_conditions_met", State.RECRUITED),
    (State.PENDING_CONDITIONS, "recruit_with_pending_conditions", State.RECRUITED),
    (State.PENDING_CONDITIONS, "conditions_not_met", State.CONDITIONS_NOT_MET),
    (State.PENDING_CONDITIONS, "withdraw", State.WITHDRAWN),
    (State.PENDING_CONDITIONS, "defer_offer", State.OFFER_DEFERRED),
    (State.RECRUITED, "withdraw", State.WITHDRAWN),
    (State.RECRUITED, "defer_offer", State.OFFER_DEFERRED),
    (State.RECRUITED, "confirm_conditions_met", State.RECRUITED),
    (State.OFFER_DEFERRED, "reinstate_conditions_met", State.RECRUITED),
    (State.OFFER_DEFERRED, "reinstate_pending_conditions", State.PENDING_CONDITIONS),
    (State.OFFER_DEFERRED, "withdraw", State.WITHDRAWN),
)
HIDDEN_FROM_PROVIDERS = frozenset({State.UNSUBMITTED, State.CANCELLED, State.NOT_SENT})
INTERVIEWABLE = frozenset({State.AWAITING, State.INTERVIEWING, State.INACTIVE})
ACCEPTED = frozenset(
    {State.PENDING_CONDITIONS, State.CONDITIONS_NOT_MET, State.RECRUITED, State.OFFER_DEFERRED}
)
UNSUCCESSFUL = frozenset(
    {
        State.WITHDRAWN,
        State.CANCELLED,
        State.REJECTED,
        State.DECLINED,
        State.CONDITIONS_NOT_MET,
        State.OFFER_WITHDRAWN,
        State.NOT_SENT,
        State.INACTIVE,
    }
)
SUCCESSFUL = frozenset({State.PENDING_CONDITIONS, State.OFFER, State.OFFER_DEFERRED, State.RECRUITED})
DECISION_PENDING = frozenset({State.AWAITING, State.INTERVIEWING})
REAPPLY = frozenset({State.REJECTED, State.CANCELLED, State.WITHDRAWN, State.DECLINED, State.OFFER_WITHDRAWN})
CARRY_OVER = UNSUCCESSFUL - {State.INACTIVE}
IN_PROGRESS = DECISION_PENDING | SUCCESSFUL
# A deferred candidate has given the place of this cycle back, and is still expected in the next one.
EXPECTED = frozenset({State.PENDING_CONDITIONS, State.RECRUITED, State.OFFER_DEFERRED})
TAKES_A_PLACE = frozenset({State.PENDING_CONDITIONS, State.RECRUITED})


class ConditionState(StrEnum):
    PENDING = "pending"
    MET = "met"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of an offer."""

    id: UUID
    text: str
    state: ConditionState = ConditionState.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an application was rejected: a national code, and what the provider says of it."""

    code: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One candidate's application. ``course`` and ``option`` are what it is for now, ``chosen_*`` what was chosen.

    ``cycle`` is the cycle of the form, ``current_cycle`` that of the course, which a deferral moves.
    """

    id: UUID
    candidate_id: UUID
    person_id: UUID
    person: Person
    state: State
    cycle: int
    current_cycle: int
    course: Course
    option: Option
    chosen_course_id: UUID
    chosen_option_id: UUID
    personal_statement: str | None = None
    sent_at: datetime | None = None
    inactive_due_at: datetime | None = None
    inactive_at: datetime | None = None
    conditions: tuple[Condition, ...] = ()
    offered_at: datetime | None = None
    offer_changed_at: datetime | None = None
    accepted_at: datetime | None = None
    declined_at: datetime | None = None
    offer_withdrawn_at: datetime | None = None
    offer_withdrawal_reason: str | None = None
    rejected_at: datetime | None = None
    rejection_reasons: tuple[Reason, ...] = ()
    withdrawn_at: datetime | None = None
    withdrawal_reasons: tuple[str, ...] = ()
    withdrawal_text: str | None = None
    ended_because: str | None = None
    recruited_at: datetime | None = None
    conditions_not_met_at: datetime | None = None
    deferred_at: datetime | None = None
    state_before_deferral: State | None = None
    deferred_to: int | None = None

    @property
    def timetable(self) -> Cycle:
        """The timetable of the cycle that it was made in."""
        return cycle(self.cycle)

    @property
    def pending(self) -> tuple[Condition, ...]:
        """The conditions that are not decided yet."""
        return tuple(c for c in self.conditions if c.state is ConditionState.PENDING)

    @property
    def is_visible_to_providers(self) -> bool:
        return self.state not in HIDDEN_FROM_PROVIDERS

    @property
    def course_ids(self) -> frozenset[UUID]:
        """The course that was chosen, and the one that was offered."""
        return frozenset({self.chosen_course_id, self.course.id})


Change = tuple[Application, tuple[Event, ...]]


@dataclass(frozen=True, slots=True)
class Candidacy:
    """All applications of one candidate, locked: what is decided on one may depend on the others."""

    applications: tuple[Application, ...] = field(default=())

    def others(self, application: Application) -> tuple[Application, ...]:
        """All but this one."""
        return tuple(other for other in self.applications if other.id != application.id)

    @property
    def in_progress(self) -> int:
        """How many are in progress now; a place of a cycle before the latest of them is over (Apply service)."""
        going_on = [each for each in self.applications if each.state in IN_PROGRESS]
        latest = max((each.current_cycle for each in going_on), default=0)
        return sum(each.state not in EXPECTED or each.current_cycle == latest for each in going_on)


def about(application: Application, now: datetime, **more: Any) -> dict[str, Any]:
    """What a fact about an application says: what all of them do, and what this one does."""
    return {
        "occurred_at": now,
        "application_id": application.id,
        "candidate_id": application.candidate_id,
        "person_id": application.person_id,
        "cycle": application.current_cycle,
        "course_id": application.course.id,
        "course_code": application.course.code,
        "course_name": application.course.content.name,
        "provider_code": application.course.provider_code,
        "provider_name": application.course.provider_name,
        "accredited_code": application.course.content.accredited_code or application.course.provider_code,
        "site_urn": application.option.site_urn,
        "state": application.state.value,
        "person": application.person,
        **more,
    }


def moved(application: Application, move: str, **changes: Any) -> Application:
    """The application after a move of the table. Raises TransitionNotAllowed."""
    return replace(application, state=TRANSITIONS.next(application.state, move), **changes)


def inactivate(application: Application, now: datetime) -> Change:
    """The provider has not decided in time. Nothing happens before the date due, twice, or once it is decided.

    ``interviewing`` never goes inactive.
    """
    due = application.inactive_due_at
    if application.state is not State.AWAITING or due is None or now < due:
        return application, ()
    after = moved(application, "inactivate", inactive_at=now)
    return after, (ApplicationInactivated(**about(after, now)),)


def end_unsent(application: Application, now: datetime) -> Change:
    """The deadline of the cycle has come, and it was never sent."""
    if application.state is not State.UNSUBMITTED or now < application.timetable.apply_deadline_at:
        return application, ()
    after = moved(application, "reject_at_end_of_cycle")
    return after, (ApplicationNotSent(**about(after, now)),)
