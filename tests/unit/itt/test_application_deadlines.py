"""Dates due: 30 working days (20 from 1 July), the end of the day in London, the end of a cycle; late and twice."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.itt.domain.applications import State, inactivate
from services.itt.domain.cycles import cycle
from services.itt.domain.deadlines import ENDS, end, ends_at, inactive_due_at
from tests.unit.itt.application_builders import NOW, an_application

# Counted by hand with a calendar, bank holidays and the cycle's Christmas and Easter ranges.
DUE = [
    # Sent on Monday 23 November 2026: 18 working days until 17 December, 12 more from 7 January 2027.
    (datetime(2026, 11, 23, 10, tzinfo=UTC), 2027, datetime(2027, 1, 22, 23, 59, 59, tzinfo=UTC)),
    # Sent on Wednesday 30 June 2027: 30 working days end on 11 August; on 1 July 20 of them end on 29 July.
    (datetime(2027, 6, 30, 10, tzinfo=UTC), 2027, datetime(2027, 8, 11, 22, 59, 59, tzinfo=UTC)),
    (datetime(2027, 7, 1, 10, tzinfo=UTC), 2027, datetime(2027, 7, 29, 22, 59, 59, tzinfo=UTC)),
    # 23:30 UTC on 30 June is 1 July in London.
    (datetime(2027, 6, 30, 23, 30, tzinfo=UTC), 2027, datetime(2027, 7, 29, 22, 59, 59, tzinfo=UTC)),
    # July before the cycle's own year has the long term.
    (datetime(2026, 10, 7, 10, tzinfo=UTC), 2027, datetime(2026, 11, 18, 23, 59, 59, tzinfo=UTC)),
]


@pytest.mark.parametrize(("sent_at", "year", "due"), DUE)
def test_an_application_goes_inactive_at_the_end_of_a_working_day_in_london(
    sent_at: datetime, year: int, due: datetime
) -> None:
    """Domain page, "goes inactive": after 30 working days, 20 from 1 July."""
    assert inactive_due_at(sent_at, cycle(year)) == due


def test_it_goes_inactive_when_due_late_and_only_once() -> None:
    due = datetime(2027, 1, 22, 23, 59, 59, tzinfo=UTC)
    mine = an_application(State.AWAITING, inactive_due_at=due)
    assert inactivate(mine, NOW) == (mine, ())
    after, (fact,) = inactivate(mine, datetime(2027, 3, 1, tzinfo=UTC))
    assert (after.state, fact.TYPE) == (State.INACTIVE, "itt.application.inactivated.v1")
    assert inactivate(after, datetime(2027, 3, 2, tzinfo=UTC)) == (after, ())


def test_interviewing_never_goes_inactive() -> None:
    """Domain page, traps: ``interviewing`` never goes inactive."""
    mine = an_application(State.INTERVIEWING, inactive_due_at=NOW)
    assert inactivate(mine, datetime(2027, 3, 1, tzinfo=UTC)) == (mine, ())


ENDED = {
    State.UNSUBMITTED: ("unsent", State.NOT_SENT),
    State.AWAITING: ("undecided", State.REJECTED),
    State.INTERVIEWING: ("undecided", State.REJECTED),
    State.INACTIVE: ("undecided", State.REJECTED),
    State.OFFER: ("unanswered", State.DECLINED),
}


@pytest.mark.parametrize("what", list(ENDS))
@pytest.mark.parametrize("state", list(State))
def test_each_end_of_a_cycle_ends_what_it_should_and_leaves_the_rest(what: str, state: State) -> None:
    mine = an_application(state)
    moment = ends_at(cycle(2027), what)
    after, events = end(mine, what, moment)
    expected = ENDED[state][1] if state in ENDED and ENDED[state][0] == what else state
    assert after.state is expected
    assert bool(events) is (expected is not state)
    assert end(after, what, moment) == (after, ())


def test_an_end_that_is_asked_for_too_early_does_nothing() -> None:
    for what, states in ENDS.items():
        for state in states:
            mine = an_application(state)
            assert end(mine, what, NOW) == (mine, ())


def test_the_cycle_of_the_form_decides_not_the_one_of_the_course() -> None:
    mine = replace(an_application(State.OFFER), cycle=2026)
    assert end(mine, "unanswered", NOW)[0].state is State.DECLINED
