"""References: two to send, ten at most, asked for after acceptance, chased and never within 48 hours."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.itt.domain.references import (
    APART,
    State,
    cancel,
    chase,
    enough,
    next_chaser_at,
    provide,
    refuse,
    refuse_another,
    request,
)
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from shared.events.applications import ReferenceChaserDue
from tests.unit.itt.application_builders import NOW, a_reference

DAY = timedelta(days=1)


def test_two_are_needed_and_one_that_was_refused_does_not_count() -> None:
    """Domain page, "references": 2 needed to submit."""
    two = [a_reference(email=f"{n}@example.com") for n in range(2)]
    assert enough(two)
    assert not enough([two[0], replace(two[1], state=State.REFUSED)])


def test_an_eleventh_and_one_who_is_named_already_are_refused() -> None:
    """Domain page, "references": 10 at most."""
    refuse_another([a_reference(email=f"{n}@example.com") for n in range(9)], "new@example.com")
    with pytest.raises(Conflict, match="10"):
        refuse_another([a_reference() for _ in range(10)], "new@example.com")
    with pytest.raises(Invalid, match="email"):
        refuse_another([a_reference()], "Julia@Example.com")


def test_a_referee_is_asked_once_and_again_after_the_request_was_cancelled() -> None:
    asked, (fact,) = request(a_reference(), NOW)
    assert (asked.state, asked.requested_at, fact.TYPE) == (
        State.REQUESTED,
        NOW,
        "itt.reference.requested.v1",
    )
    assert request(asked, NOW + DAY) == (asked, ())
    gone, _ = cancel(asked, NOW)
    assert request(gone, NOW + DAY)[0].requested_at == NOW + DAY


def test_what_has_come_or_was_never_asked_for_is_not_cancelled() -> None:
    for state in (State.NOT_REQUESTED, State.PROVIDED, State.REFUSED):
        known = a_reference(state)
        assert cancel(known, NOW) == (known, ())


def test_a_reference_is_given_once_it_was_asked_for() -> None:
    after, _ = provide(a_reference(State.REQUESTED), "Committed", False, True, NOW)
    assert (after.state, after.feedback, after.confidential) == (State.PROVIDED, "Committed", True)
    with pytest.raises(TransitionNotAllowed):
        provide(a_reference(), "Committed", False, True, NOW)
    with pytest.raises(Invalid, match="feedback"):
        provide(a_reference(State.REQUESTED), " ", False, True, NOW)
    assert refuse(a_reference(State.REQUESTED), NOW)[0].state is State.REFUSED


def test_chasers_come_after_7_14_21_and_28_days_and_then_no_more() -> None:
    """Domain page, "references": chasers at 7, 14, 21, 28 days."""
    known, _ = request(a_reference(), NOW)
    sent = []
    while (due := next_chaser_at(known)) is not None:
        assert chase(known, due - timedelta(seconds=1)) == (known, ())
        known, (fact,) = chase(known, due)
        assert isinstance(fact, ReferenceChaserDue)
        sent.append(((due - NOW).days, fact.number))
    assert sent == [(7, 1), (14, 2), (21, 3), (28, 4)]


def test_after_an_outage_a_referee_is_reminded_once_and_not_for_each_week() -> None:
    known, _ = request(a_reference(), NOW)
    late, (fact,) = chase(known, NOW + 22 * DAY)
    assert isinstance(fact, ReferenceChaserDue) and fact.number == 3
    assert next_chaser_at(late) == NOW + 28 * DAY


def test_a_late_chaser_moves_the_next_one_48_hours_away() -> None:
    known, _ = request(a_reference(), NOW)
    late, _ = chase(known, NOW + 13 * DAY)
    assert next_chaser_at(late) == NOW + 15 * DAY


@given(st.lists(st.integers(0, 60 * 24), min_size=1, max_size=30))
def test_no_two_chasers_are_ever_within_48_hours(hours: list[int]) -> None:
    """Domain page, "references": never within 48 h of another."""
    known, _ = request(a_reference(), NOW)
    sent: list[datetime] = []
    for hour in sorted(hours):
        moment = NOW + timedelta(hours=hour)
        known, facts = chase(known, moment)
        sent += [moment for _ in facts]
    assert len(sent) <= 4
    assert all(later - earlier >= APART for earlier, later in pairwise(sent))
