"""Interviews: not in the past, by who trains or ratifies, cancelled with a reason."""

from datetime import timedelta

import pytest

from services.itt.domain.applications import INTERVIEWABLE, Candidacy, State
from services.itt.domain.interviews import arrange, cancel, cancel_upcoming, change
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from tests.unit.itt.application_builders import NOW, an_application, an_interview

LATER = NOW + timedelta(days=8)


@pytest.mark.parametrize("state", list(State))
def test_an_interview_is_arranged_while_the_application_waits_for_a_decision(state: State) -> None:
    mine = an_application(state)
    if state in INTERVIEWABLE:
        after, (fact,) = arrange(mine, Candidacy((mine,)), an_interview(mine), NOW)
        assert (after.state, fact.TYPE) == (State.INTERVIEWING, "itt.interview.arranged.v1")
    else:
        with pytest.raises(TransitionNotAllowed):
            arrange(mine, Candidacy((mine,)), an_interview(mine), NOW)


@pytest.mark.parametrize(
    ("field", "value"),
    [("at", NOW - timedelta(seconds=1)), ("provider_code", "9XX"), ("location", " ")],
)
def test_what_is_wrong_with_an_interview_is_told_by_field(field: str, value: object) -> None:
    """Domain page, "interviews": not in the past."""
    mine = an_application()
    with pytest.raises(Invalid) as raised:
        arrange(mine, Candidacy((mine,)), an_interview(mine, **{field: value}), NOW)
    assert list(raised.value.fields) == [field]


def test_an_inactive_application_is_not_interviewed_beside_four_in_progress() -> None:
    mine = an_application(State.INACTIVE)
    known = Candidacy((mine, *(an_application() for _ in range(4))))
    with pytest.raises(Conflict, match="4 applications in progress"):
        arrange(mine, known, an_interview(mine), NOW)


@pytest.mark.parametrize("code", ["2LS", "2A5"])
def test_who_trains_and_who_ratifies_may_interview(code: str) -> None:
    """Domain page, "interviews": provider must be training or ratifying."""
    mine = an_application()
    assert arrange(mine, Candidacy((mine,)), an_interview(mine, provider_code=code), NOW)[1]


def test_a_change_says_what_is_different_and_no_change_says_nothing() -> None:
    mine = an_application(State.INTERVIEWING)
    known = an_interview(mine)
    after, (fact,) = change(mine, known, NOW, at=LATER, location="Main hall", provider_code=None)
    assert (after.at, fact.changed, fact.at) == (LATER, ("at",), LATER)
    assert change(mine, known, NOW, location="Main hall") == (known, ())
    with pytest.raises(Invalid):
        change(mine, known, NOW, at=NOW - timedelta(days=1))


def test_the_last_interview_that_is_cancelled_returns_the_application_to_awaiting() -> None:
    mine = an_application(State.INTERVIEWING)
    first, second = an_interview(mine), an_interview(mine)
    gone, (after, _) = cancel(mine, first, [first, second], " Illness ", NOW)
    assert (after.state, gone.cancellation_reason, gone.cancelled_at) == (State.INTERVIEWING, "Illness", NOW)
    _, (after, (fact,)) = cancel(mine, second, [gone, second], "Illness", NOW)
    assert (after.state, fact.TYPE) == (State.AWAITING, "itt.interview.cancelled.v1")


@pytest.mark.parametrize(("reason", "told"), [(" ", "missing"), ("x" * 2001, "2000")])
def test_cancelling_needs_a_reason_of_up_to_2000_characters(reason: str, told: str) -> None:
    mine = an_application(State.INTERVIEWING)
    known = an_interview(mine)
    with pytest.raises(Invalid, match=told):
        cancel(mine, known, [known], reason, NOW)


def test_an_interview_that_is_over_or_cancelled_is_left_as_it_is() -> None:
    mine = an_application(State.INTERVIEWING)
    past, gone = an_interview(mine, at=NOW - timedelta(hours=1)), an_interview(mine, cancelled_at=NOW)
    for known in (past, gone):
        with pytest.raises(Conflict):
            cancel(mine, known, [known], "Illness", NOW)
        with pytest.raises(Conflict):
            change(mine, known, NOW, location="Elsewhere")
    with pytest.raises(Conflict, match="offer"):
        change(an_application(State.OFFER), an_interview(mine), NOW, location="Elsewhere")


def test_a_decision_cancels_the_interviews_that_are_still_to_come() -> None:
    mine = an_application(State.OFFER)
    coming, past = an_interview(mine), an_interview(mine, at=NOW - timedelta(days=1))
    ((gone, _),) = cancel_upcoming(mine, [coming, past], NOW)
    assert (gone.id, gone.cancellation_reason) == (coming.id, "We made you an offer")
    assert cancel_upcoming(an_application(State.INTERVIEWING), [coming], NOW) == []


@pytest.mark.parametrize(
    ("because", "said"),
    [
        ("by_default", "Nobody decided before the end of the recruitment cycle"),
        (None, "We decided not to go on with your application"),
    ],
)
def test_an_interview_is_cancelled_by_a_decision_only_where_somebody_decided(
    because: str | None, said: str
) -> None:
    mine = an_application(State.REJECTED, ended_because=because)
    ((gone, _),) = cancel_upcoming(mine, [an_interview(mine)], NOW)
    assert gone.cancellation_reason == said
