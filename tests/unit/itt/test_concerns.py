"""Causes for concern with a support plan: states, guards and what is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.itt.domain import concerns
from services.itt.domain.concerns import TRANSITIONS, Action, Concern, PlanReview, State
from services.itt.domain.trainees import State as TraineeState
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from shared.events.training import ConcernEscalated, ConcernResolved, ConcernWithdrawn, SupportPlanAgreed
from tests.unit.itt.builders import MENTOR_ID, NOW, TODAY, trainee

REVIEW_ON = date(2026, 12, 7)
PLAN = [Action("Observe two lessons on behaviour", "Ruth O'Hall", date(2026, 12, 1))]


def concern(state: State = State.RAISED, **changes: Any) -> Concern:
    """A concern of that state; with a plan when it is supported."""
    made = Concern(
        id=UUID(int=400), state=state, raised_on=TODAY, standards=("7",), description="Loses the class"
    )
    plan: dict[str, Any] = {"agreed_on": TODAY, "review_on": REVIEW_ON, "actions": tuple(PLAN)}
    return replace(made, **((plan if state is State.SUPPORTED else {}) | changes))


EXPECTED = {
    State.RAISED: ["agree_plan", "escalate", "withdraw"],
    State.SUPPORTED: ["agree_plan", "review", "escalate", "resolve", "withdraw"],
    State.ESCALATED: ["agree_plan", "resolve", "withdraw"],
    State.RESOLVED: [],
    State.WITHDRAWN: [],
}


@pytest.mark.parametrize("state", State)
def test_the_table_allows_exactly_what_may_become_of_a_concern(state: State) -> None:
    assert TRANSITIONS.allowed(state) == EXPECTED[state]


@pytest.mark.parametrize("state", State)
def test_every_command_obeys_the_table(state: State) -> None:
    known, found = concern(state), PlanReview(TODAY, "Better")
    moves: dict[str, Callable[[], concerns.Change]] = {
        "agree_plan": lambda: concerns.agree_plan(trainee(), known, PLAN * 2, REVIEW_ON, None, NOW),
        "review": lambda: concerns.review_plan(trainee(), known, found, REVIEW_ON, NOW),
        "escalate": lambda: concerns.escalate(trainee(), known, "No better", NOW),
        "resolve": lambda: concerns.resolve(trainee(), known, "Met", NOW),
        "withdraw": lambda: concerns.withdraw(trainee(), known, "Wrong person", NOW),
    }
    for move, attempt in moves.items():
        if move in EXPECTED[state]:
            after, events = attempt()
            assert (after.state, len(events)) == (TRANSITIONS.next(state, move), 1)
        else:
            with pytest.raises(TransitionNotAllowed):
                attempt()


def test_a_concern_is_told_by_its_standards_and_never_by_what_was_written() -> None:
    event = concerns.raise_concern(trainee(), concern(), MENTOR_ID, NOW)
    assert (event.standards, event.mentor_id, event.qualification) == (("7",), MENTOR_ID, "QTS")
    assert "class" not in repr(event)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"raised_on": date(2026, 11, 24)}, "future"),
        ({"standards": ()}, "empty"),
        ({"standards": ("9",)}, "no standard"),
        ({"description": "  "}, "missing"),
    ],
)
def test_a_concern_that_says_too_little_is_refused(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        concerns.raise_concern(trainee(), concern(**changes), None, NOW)


def test_part_two_is_no_standard_of_early_years() -> None:
    early = trainee(training_route="19")
    with pytest.raises(Invalid, match="part_two is no standard"):
        concerns.raise_concern(early, concern(standards=("part_two",)), None, NOW)
    assert concerns.raise_concern(trainee(), concern(standards=("part_two",)), None, NOW)


@pytest.mark.parametrize("state", [TraineeState.DRAFT, TraineeState.WITHDRAWN, TraineeState.AWARDED])
def test_a_concern_is_about_somebody_in_training(state: TraineeState) -> None:
    with pytest.raises(Conflict, match=state.value):
        concerns.raise_concern(trainee(state), concern(), None, NOW)


def test_a_plan_says_who_does_what_and_when_it_is_looked_at() -> None:
    after, (event,) = concerns.agree_plan(trainee(), concern(), PLAN, REVIEW_ON, MENTOR_ID, NOW)
    assert (after.state, after.actions, after.review_on) == (State.SUPPORTED, tuple(PLAN), REVIEW_ON)
    assert isinstance(event, SupportPlanAgreed)
    assert (event.actions, event.review_on) == (1, REVIEW_ON)
    assert concerns.agree_plan(trainee(), after, PLAN, REVIEW_ON, MENTOR_ID, NOW) == (after, ())


@pytest.mark.parametrize(
    ("actions", "review_on", "wrong"),
    [
        ([], REVIEW_ON, "empty"),
        ([Action("", "Ruth", TODAY)], REVIEW_ON, "what is done"),
        (PLAN, TODAY, "not in the future"),
    ],
)
def test_a_plan_that_says_too_little_is_refused(actions: list[Action], review_on: date, wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        concerns.agree_plan(trainee(), concern(), actions, review_on, None, NOW)


def test_a_plan_that_was_looked_at_goes_on() -> None:
    found, later = PlanReview(TODAY, "Better"), REVIEW_ON + timedelta(days=14)
    after, events = concerns.review_plan(trainee(), concern(State.SUPPORTED), found, later, NOW)
    assert (after.reviews, after.review_on, len(events)) == ((found,), later, 1)
    assert concerns.review_plan(trainee(), after, found, later, NOW) == (after, ())


@pytest.mark.parametrize(
    ("found", "review_on", "wrong"),
    [
        (PlanReview(date(2026, 11, 24), "x"), REVIEW_ON, "future"),
        (PlanReview(date(2026, 11, 22), "x"), REVIEW_ON, "before the plan"),
        (PlanReview(TODAY, " "), REVIEW_ON, "missing"),
        (PlanReview(TODAY, "x"), TODAY, "not in the future"),
    ],
)
def test_a_review_that_cannot_be_is_refused(found: PlanReview, review_on: date, wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        concerns.review_plan(trainee(), concern(State.SUPPORTED), found, review_on, NOW)


def test_ending_a_concern_again_in_the_same_words_changes_nothing() -> None:
    known = concern(State.SUPPORTED)
    escalated, (first,) = concerns.escalate(trainee(), known, " No better ", NOW)
    resolved, (second,) = concerns.resolve(trainee(), escalated, "Met", NOW)
    withdrawn, (third,) = concerns.withdraw(trainee(), known, "Error", NOW)
    assert isinstance(first, ConcernEscalated)
    assert isinstance(second, ConcernResolved)
    assert isinstance(third, ConcernWithdrawn)
    assert (escalated.review_on, resolved.closed_on, withdrawn.outcome) == (None, TODAY, "Error")
    assert concerns.escalate(trainee(), escalated, "No better", NOW) == (escalated, ())
    assert concerns.resolve(trainee(), resolved, "Met ", NOW) == (resolved, ())
    assert concerns.withdraw(trainee(), withdrawn, "Error", NOW) == (withdrawn, ())
    with pytest.raises(TransitionNotAllowed):
        concerns.resolve(trainee(), resolved, "Otherwise", NOW)


def test_an_end_without_words_is_refused() -> None:
    with pytest.raises(Invalid, match="outcome"):
        concerns.resolve(trainee(), concern(State.SUPPORTED), " ", NOW)


@pytest.mark.parametrize(("days", "overdue"), [(0, False), (6, False), (7, True)])
def test_a_plan_reminds_on_its_day_and_a_week_later(days: int, overdue: bool) -> None:
    now = NOW + (REVIEW_ON - TODAY) + timedelta(days=days)
    event = concerns.review_due(trainee(), concern(State.SUPPORTED), MENTOR_ID, now)
    assert event is not None
    assert (event.overdue, event.review_on) == (overdue, REVIEW_ON)


def test_nobody_is_reminded_early_or_of_what_is_over() -> None:
    due = NOW + timedelta(days=14)
    known = concern(State.SUPPORTED)
    assert concerns.review_due(trainee(), known, None, NOW) is None
    assert concerns.review_due(trainee(), concern(State.RESOLVED), None, due) is None
    assert concerns.review_due(trainee(), replace(known, review_on=None), None, due) is None
    assert concerns.review_due(trainee(TraineeState.WITHDRAWN), known, None, due) is None
