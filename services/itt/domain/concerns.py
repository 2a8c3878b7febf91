"""A cause for concern about a trainee, with the support plan that answers it.

The aim is that the trainee meets the Teachers' Standards in time: a concern names the standards that it is about, a
plan says who does what by when, and has a day on which it is looked at again (domain page, "Training").
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.itt.domain.dates import today
from services.itt.domain.standards import standards_of
from services.itt.domain.trainees import State as TraineeState
from services.itt.domain.trainees import Trainee, about
from shared.errors import Conflict, Invalid, join
from shared.events import Event
from shared.events.training import (
    ConcernEscalated,
    ConcernRaised,
    ConcernResolved,
    ConcernWithdrawn,
    SupportPlanAgreed,
    SupportPlanReviewed,
    SupportReviewDue,
)
from shared.transitions import Transitions

REMINDED_AGAIN_AFTER = timedelta(days=7)
WITHOUT_CONCERNS = frozenset({TraineeState.DRAFT, TraineeState.WITHDRAWN, TraineeState.AWARDED})


class State(StrEnum):
    RAISED = "raised"
    SUPPORTED = "supported"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


# A plan may be agreed anew while one runs; "withdraw" is for a concern that was raised in error.
TRANSITIONS = Transitions(
    "itt.concern",
    (State.RAISED, "agree_plan", State.SUPPORTED),
    (State.RAISED, "escalate", State.ESCALATED),
    (State.RAISED, "withdraw", State.WITHDRAWN),
    (State.SUPPORTED, "agree_plan", State.SUPPORTED),
    (State.SUPPORTED, "review", State.SUPPORTED),
    (State.SUPPORTED, "escalate", State.ESCALATED),
    (State.SUPPORTED, "resolve", State.RESOLVED),
    (State.SUPPORTED, "withdraw", State.WITHDRAWN),
    (State.ESCALATED, "agree_plan", State.SUPPORTED),
    (State.ESCALATED, "resolve", State.RESOLVED),
    (State.ESCALATED, "withdraw", State.WITHDRAWN),
)
OPEN = frozenset({State.RAISED, State.SUPPORTED, State.ESCALATED})


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that is done: what, by whom, until when."""

    what: str
    who: str
    due_on: date


@dataclass(frozen=True, slots=True)
class PlanReview:
    """When the plan was looked at, and what was found."""

    reviewed_on: date
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What gives cause for concern, and what became of it."""

    id: UUID
    state: State
    raised_on: date
    standards: tuple[str, ...]
    description: str
    agreed_on: date | None = None
    review_on: date | None = None
    actions: tuple[Action, ...] = ()
    reviews: tuple[PlanReview, ...] = ()
    escalated_on: date | None = None
    escalation: str | None = None
    closed_on: date | None = None
    outcome: str | None = None


Change = tuple[Concern, tuple[Event, ...]]


def _about(trainee: Trainee, concern: Concern, now: datetime) -> dict[str, Any]:
    return about(trainee, now) | {"concern_id": concern.id, "provider_code": trainee.provider_code}


def raise_concern(trainee: Trainee, concern: Concern, mentor_id: UUID | None, now: datetime) -> ConcernRaised:
    """Raise it. Raises Invalid for the day, a standard or a blank description, Conflict for who is not in training."""
    if trainee.state in WITHOUT_CONCERNS:
        raise Conflict(f"A concern is about a trainee in training; this one is {trainee.state.value}")
    _happened("raised_on", concern.raised_on, now)
    known = standards_of(trainee)
    if not concern.standards:
        raise Invalid.field("standards", f"is empty; say which it is about, of {join(list(known))}")
    if strange := [number for number in concern.standards if number not in known]:
        raise Invalid.field("standards", f"{join(strange)} is no standard; use {join(list(known))}")
    _said("description", concern.description, "say what gives cause for concern")
    return ConcernRaised(
        **_about(trainee, concern, now),
        standards=concern.standards,
        qualification=trainee.rules.award,
        raised_on=concern.raised_on,
        mentor_id=mentor_id,
    )


def agree_plan(
    trainee: Trainee,
    concern: Concern,
    actions: Sequence[Action],
    review_on: date,
    mentor_id: UUID | None,
    now: datetime,
) -> Change:
    """Agree who does what, and when it is looked at; the plan that runs already changes nothing."""
    if concern.state is State.SUPPORTED and (concern.actions, concern.review_on) == (
        tuple(actions),
        review_on,
    ):
        return concern, ()
    state = TRANSITIONS.next(concern.state, "agree_plan")
    if not actions:
        raise Invalid.field("actions", "is empty; a support plan says what is done")
    if not all(action.what and action.who for action in actions):
        raise Invalid.field("actions", "say of each what is done, and by whom")
    _later("review_on", review_on, now)
    after = replace(concern, state=state, agreed_on=today(now), review_on=review_on, actions=tuple(actions))
    event = SupportPlanAgreed(
        **_about(trainee, after, now),
        agreed_on=today(now),
        review_on=review_on,
        actions=len(actions),
        mentor_id=mentor_id,
    )
    return after, (event,)


def review_plan(
    trainee: Trainee, concern: Concern, found: PlanReview, review_on: date, now: datetime
) -> Change:
    """The plan was looked at and goes on; the same review again changes nothing."""
    if concern.reviews[-1:] == (found,) and concern.review_on == review_on:
        return concern, ()
    state = TRANSITIONS.next(concern.state, "review")
    _happened("reviewed_on", found.reviewed_on, now)
    if concern.agreed_on and found.reviewed_on < concern.agreed_on:
        raise Invalid.field("reviewed_on", f"is before the plan; give a date from {concern.agreed_on}")
    _said("note", found.note, "say what was found")
    _later("review_on", review_on, now)
    after = replace(concern, state=state, reviews=(*concern.reviews, found), review_on=review_on)
    event = SupportPlanReviewed(
        **_about(trainee, after, now), reviewed_on=found.reviewed_on, review_on=review_on
    )
    return after, (event,)


def escalate(trainee: Trainee, concern: Concern, escalation: str, now: datetime) -> Change:
    """Support is not enough. The same again changes nothing."""
    if concern.state is State.ESCALATED and concern.escalation == escalation.strip():
        return concern, ()
    state = TRANSITIONS.next(concern.state, "escalate")
    _said("escalation", escalation, "say why support is not enough")
    after = replace(
        concern, state=state, review_on=None, escalated_on=today(now), escalation=escalation.strip()
    )
    return after, (ConcernEscalated(**_about(trainee, after, now), escalated_on=today(now)),)


def resolve(trainee: Trainee, concern: Concern, outcome: str, now: datetime) -> Change:
    """There is no cause any more. The same again changes nothing."""
    if _closed(concern, State.RESOLVED, outcome):
        return concern, ()
    after = _close(concern, "resolve", outcome, now)
    return after, (ConcernResolved(**_about(trainee, after, now), resolved_on=today(now)),)


def withdraw(trainee: Trainee, concern: Concern, outcome: str, now: datetime) -> Change:
    """It was raised in error; ``outcome`` says how that was found. The same again changes nothing."""
    if _closed(concern, State.WITHDRAWN, outcome):
        return concern, ()
    after = _close(concern, "withdraw", outcome, now)
    return after, (ConcernWithdrawn(**_about(trainee, after, now), withdrawn_on=today(now)),)


def _closed(concern: Concern, state: State, outcome: str) -> bool:
    return concern.state is state and concern.outcome == outcome.strip()


def _close(concern: Concern, move: str, outcome: str, now: datetime) -> Concern:
    state = TRANSITIONS.next(concern.state, move)
    _said("outcome", outcome, "say how it ended")
    return replace(concern, state=state, review_on=None, closed_on=today(now), outcome=outcome.strip())


def review_due(
    trainee: Trainee, concern: Concern, mentor_id: UUID | None, now: datetime
) -> SupportReviewDue | None:
    """The reminder that a plan should be looked at; None when it was, or when the training is over."""
    due_on = concern.review_on
    if concern.state is not State.SUPPORTED or due_on is None or trainee.state in WITHOUT_CONCERNS:
        return None
    if today(now) < due_on:
        return None
    return SupportReviewDue(
        **_about(trainee, concern, now),
        review_on=due_on,
        overdue=today(now) >= due_on + REMINDED_AGAIN_AFTER,
        mentor_id=mentor_id,
    )


def _happened(name: str, on: date, now: datetime) -> None:
    if on > today(now):
        raise Invalid.field(name, "is in the future; give the day on which it happened")


def _later(name: str, on: date, now: datetime) -> None:
    if on <= today(now):
        raise Invalid.field(name, f"is not in the future; give a date after {today(now)}")


def _said(name: str, text: str, right: str) -> None:
    if not text.strip():
        raise Invalid.field(name, f"is missing; {right}")
