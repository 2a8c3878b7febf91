"""What the register is asked, and what becomes of its answer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.itt.domain.trainees import State as TraineeState
from services.itt.domain.trn_requests import (
    OPEN,
    TRANSITIONS,
    Problem,
    State,
    TrnRequest,
    delayed,
    fault,
    moved,
    overdue,
    told,
)
from shared.errors import TransitionNotAllowed
from shared.events.itt import TrnDelayed
from tests.unit.itt.builders import trainee

NOW = datetime(2026, 9, 8, 10, tzinfo=UTC)
REQUEST = TrnRequest(id=UUID(int=1), trainee_id=UUID(int=2), state=State.TO_ASK)
EXPECTED = {
    ("to_ask", "left_pending"): "pending",
    ("pending", "left_pending"): "pending",
    ("to_ask", "answered"): "answered",
    ("pending", "answered"): "answered",
    ("to_ask", "found_wrong"): "problem",
    ("pending", "found_wrong"): "problem",
    ("to_ask", "dropped"): "not_needed",
    ("pending", "dropped"): "not_needed",
    ("to_ask", "ask_again"): "to_ask",
    ("pending", "ask_again"): "pending",
    ("problem", "ask_again"): "to_ask",
    ("not_needed", "ask_again"): "to_ask",
    ("answered", "ask_again"): "to_ask",
    ("problem", "settled"): "answered",
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", sorted({move for _, move in EXPECTED}))
def test_a_request_moves_as_the_table_says_and_in_no_other_way(state: State, move: str) -> None:
    expected = EXPECTED.get((state.value, move))
    request = replace(REQUEST, state=state)
    if expected is None:
        with pytest.raises(TransitionNotAllowed):
            moved(request, move)
    else:
        assert moved(request, move).state == expected


def test_the_table_has_no_more_than_that() -> None:
    assert {(source, move) for source, move, _ in TRANSITIONS} == EXPECTED.keys()
    assert {State.TO_ASK, State.PENDING} == OPEN


def test_an_answer_is_counted_and_its_problem_goes_when_it_is_asked_again() -> None:
    wrong = told(REQUEST, "found_wrong", NOW, Problem.REFUSED)
    assert (wrong.state, wrong.problem, wrong.answers, wrong.asked_at) == ("problem", "refused", 1, NOW)
    again = moved(wrong, "ask_again")
    assert (again.problem, again.answers, again.id) == (None, 1, REQUEST.id)


@pytest.mark.parametrize(
    ("trn", "of_trainee", "known", "expected"),
    [
        ("3000001", None, None, None),
        ("3000001", "3000001", "3000001", None),
        ("3000001", None, "3000001", None),
        ("0000001", None, None, None),
        ("300001", None, None, Problem.NOT_A_TRN),
        ("30000011", None, None, Problem.NOT_A_TRN),
        ("300000a", None, None, Problem.NOT_A_TRN),
        ("٣٠٠٠٠٠١", None, None, Problem.NOT_A_TRN),
        ("3000001", "3000002", None, Problem.ANOTHER_NUMBER),
        ("3000001", None, "3000002", Problem.ANOTHER_NUMBER),
    ],
)
def test_a_number_is_seven_digits_and_never_overwrites_another(
    trn: str, of_trainee: str | None, known: str | None, expected: Problem | None
) -> None:
    assert fault(trn, trainee(trn=of_trainee), known) == expected


def test_that_a_trn_does_not_come_is_a_fact() -> None:
    event = delayed(trainee(), Problem.SOMEBODY_ELSES, NOW)
    assert isinstance(event, TrnDelayed)
    assert (event.because, event.provider_code) == ("somebody_elses", trainee().provider_code)


@pytest.mark.parametrize(
    ("submitted", "on", "told_"),
    [
        (date(2026, 9, 4), date(2026, 9, 7), False),
        (date(2026, 9, 4), date(2026, 9, 8), True),
        (date(2026, 10, 1), date(2026, 10, 10), False),
        (date(2026, 10, 1), date(2026, 10, 11), True),
    ],
)
def test_still_missing_is_told_after_four_days_or_ten_in_october(
    submitted: date, on: date, told_: bool
) -> None:
    waiting = trainee(state=TraineeState.SUBMITTED_FOR_TRN, submitted_on=submitted)
    assert bool(overdue(waiting, on, NOW)) is told_
    assert overdue(replace(waiting, trn="3000001"), on, NOW) == ()
