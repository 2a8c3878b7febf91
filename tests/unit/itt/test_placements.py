"""Placements with dates and a mentor, in contrasting schools (domain page, Training)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.itt.domain.placements import (
    arrange,
    complete,
    moved_from,
    schools,
    still_to_hear,
    trained_at,
    working_days,
)
from services.itt.domain.trainees import State
from shared.errors import Conflict, Invalid
from tests.unit.itt.builders import MENTOR_ID, NOW, TODAY, placement, trainee


def test_a_placement_is_arranged_with_its_mentor() -> None:
    event = arrange(trainee(), placement(), NOW)
    assert (event.number, event.school_urn, event.mentor_id) == (1, "123456", MENTOR_ID)
    assert event.person is not None
    assert event.person.last_name == "Hall"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"number": 0}, "1 to 5"),
        ({"number": 6}, "1 to 5"),
        ({"school_urn": "12345"}, "six digits"),
        ({"starts_on": None}, "first day"),
        ({"ends_on": date(2026, 9, 6)}, "before the first day"),
        ({"ends_on": date(2126, 9, 6)}, "too late for one placement"),
        ({"starts_on": date(1900, 9, 7)}, "before the course"),
    ],
)
def test_a_wrong_placement_is_refused(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        arrange(trainee(), placement(**changes), NOW)


def test_an_awarded_trainee_gets_no_placement() -> None:
    with pytest.raises(Conflict):
        arrange(trainee(State.AWARDED), placement(), NOW)


def test_a_completed_placement_counts_its_working_days() -> None:
    after, event = complete(trainee(), placement(), date(2026, 11, 20), None, NOW)
    assert (after.completed_on, after.days, event.days) == (date(2026, 11, 20), 55, 55)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 5, 4), date(2026, 5, 8), 4),  # the early May bank holiday, as published
        (date(2029, 4, 2), date(2029, 4, 6), 4),  # Easter Monday of a year that is not published yet
        (date(2033, 12, 26), date(2033, 12, 30), 3),
        (date(2026, 5, 9), date(2026, 5, 10), 0),
    ],
)
def test_working_days_know_the_bank_holidays_of_every_year(first: date, last: date, days: int) -> None:
    assert working_days(first, last) == days


def test_fewer_days_may_be_given() -> None:
    _, event = complete(trainee(), placement(), TODAY, 40, NOW)
    assert event.days == 40


@pytest.mark.parametrize(
    ("on", "days", "wrong"),
    [
        (date(2026, 11, 24), None, "future"),
        (date(2026, 9, 6), None, "before the first day"),
        (date(2026, 9, 11), 6, "0 to 5"),
        (TODAY, -1, "0 to"),
    ],
)
def test_a_completion_that_cannot_be_is_refused(on: date, days: int | None, wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        complete(trainee(), placement(), on, days, NOW)


def test_a_placement_is_completed_once_and_after_it_was_arranged() -> None:
    with pytest.raises(Conflict, match="was completed"):
        complete(trainee(), placement(completed_on=TODAY), TODAY, None, NOW)
    with pytest.raises(Conflict, match="arrange it first"):
        complete(trainee(), placement(starts_on=None), TODAY, None, NOW)


def test_bank_holidays_are_no_working_days() -> None:
    assert working_days(date(2026, 12, 21), date(2027, 1, 1)) == 7


def test_schools_are_counted_once_and_told_in_the_order_of_placements() -> None:
    known = [placement(3, "345678"), placement(1, "123456"), placement(2, "123456"), placement(4, "900030")]
    assert schools(known) == 3
    assert trained_at(known) == ("123456", "345678")


@pytest.mark.parametrize(
    ("urn", "mentor_id", "expected"),
    [
        ("123456", MENTOR_ID, (None, None)),
        ("234567", MENTOR_ID, ("123456", None)),
        ("123456", UUID(int=9), (None, MENTOR_ID)),
        ("234567", UUID(int=9), ("123456", MENTOR_ID)),
    ],
)
def test_a_placement_that_moves_says_whom_it_leaves(
    urn: str, mentor_id: UUID, expected: tuple[str | None, UUID | None]
) -> None:
    before = placement(1, "123456")
    event = moved_from(before, arrange(trainee(), placement(1, urn, mentor_id=mentor_id), NOW))
    assert (event.from_school_urn, event.from_mentor_id) == expected


def test_a_school_that_came_with_a_file_had_agreed_to_nothing() -> None:
    named = placement(1, "123456", starts_on=None, ends_on=None, mentor_id=None, mentor=None)
    event = moved_from(named, arrange(trainee(), placement(1, "234567"), NOW))
    assert (event.from_school_urn, event.from_mentor_id) == (None, None)


def test_who_leaves_is_missed_by_the_lead_school_and_where_placements_are_not_over() -> None:
    over = placement(1, "123456", completed_on=date(2026, 12, 18))
    placed = [placement(4, "100001"), placement(3, "900020"), placement(2, "234567"), over]
    assert still_to_hear("345678", placed, "100001") == ("345678", "234567")
    assert still_to_hear("234567", placed, None) == ("234567", "100001")
    assert still_to_hear(None, [], None) == ()
