"""Days in schools, 120 on a postgraduate course unless it sets another number, and absence (domain page, Training)."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.itt.domain import absences, school_days
from services.itt.domain.absences import Absence, Kind
from services.itt.domain.periods import overlap
from services.itt.domain.placements import mentor_on
from services.itt.domain.school_days import Entry, Progress
from services.itt.domain.trainees import State
from shared.errors import Conflict, Invalid
from tests.unit.itt.builders import MENTOR_ID, NOW, TODAY, placement, trainee

MONDAY, FRIDAY = date(2026, 9, 14), date(2026, 9, 18)
PLACED = placement()


def entry(number: int = 1, **changes: Any) -> Entry:
    """A week in school."""
    made = Entry(id=UUID(int=200 + number), placement_id=PLACED.id, first_on=MONDAY, last_on=FRIDAY, days=5)
    return replace(made, **changes)


def absence(number: int = 1, **changes: Any) -> Absence:
    """A week away."""
    made = Absence(id=UUID(int=300 + number), kind=Kind.SICKNESS, starts_on=MONDAY, ends_on=FRIDAY)
    return replace(made, **changes)


def day(of_september: int) -> date:
    return date(2026, 9, of_september)


@pytest.mark.parametrize(
    ("first", "last", "shared"),
    [(1, 13, False), (1, 14, True), (18, 20, True), (19, 20, False), (15, 16, True), (1, None, True)],
)
def test_two_periods_overlap_when_they_share_a_day(first: int, last: int | None, shared: bool) -> None:
    ends = day(last) if last else None
    assert overlap(day(first), ends, MONDAY, FRIDAY) is shared
    assert overlap(MONDAY, FRIDAY, day(first), ends) is shared


def test_a_period_without_an_end_reaches_every_later_one() -> None:
    assert overlap(MONDAY, None, FRIDAY, None)
    assert not overlap(MONDAY, None, day(1), day(2))


def test_days_are_the_working_days_unless_they_are_given() -> None:
    assert school_days.counted(MONDAY, date(2026, 9, 27), None) == 10
    assert school_days.counted(MONDAY, FRIDAY, 4) == 4


def test_a_week_in_school_is_recorded() -> None:
    event = school_days.record(trainee(), PLACED, entry(), [], NOW)
    assert (event.school_urn, event.first_on, event.last_on, event.days) == ("123456", MONDAY, FRIDAY, 5)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"last_on": day(13)}, "before the first day"),
        ({"last_on": date(2026, 11, 24)}, "future"),
        ({"first_on": day(4)}, "before the placement"),
        ({"days": 6}, "1 to 5"),
        ({"days": 0}, "1 to 5"),
        ({"first_on": day(19), "last_on": day(20), "days": 1}, "no working day"),
    ],
)
def test_days_that_cannot_be_are_refused(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        school_days.record(trainee(), PLACED, entry(**changes), [], NOW)


def test_days_after_the_placement_are_refused() -> None:
    over = placement(ends_on=day(17))
    with pytest.raises(Invalid, match="after the placement"):
        school_days.record(trainee(), over, entry(), [], NOW)


def test_no_day_counts_twice() -> None:
    with pytest.raises(Conflict, match="recorded already") as raised:
        school_days.record(trainee(), PLACED, entry(2, first_on=FRIDAY, days=1), [entry()], NOW)
    assert raised.value.details["entry_id"] == str(entry().id)


def test_a_placement_without_dates_or_that_is_completed_takes_no_days() -> None:
    with pytest.raises(Conflict, match="arrange it first"):
        school_days.record(trainee(), placement(starts_on=None), entry(), [], NOW)
    with pytest.raises(Conflict, match="completed"):
        school_days.record(trainee(), placement(completed_on=TODAY), entry(), [], NOW)
    with pytest.raises(Conflict):
        school_days.record(trainee(State.AWARDED), PLACED, entry(), [], NOW)


def test_a_correction_tells_what_the_placement_comes_to() -> None:
    other = entry(2, first_on=day(21), last_on=day(25))
    event = school_days.correct(trainee(), placement(completed_on=TODAY), entry(days=3), [other], NOW)
    assert (event.days, event.removed, event.placement_days) == (3, False, 8)
    gone = school_days.remove(trainee(), PLACED, entry(), [other], NOW)
    assert (gone.removed, gone.placement_days) == (True, 5)


def test_progress_counts_entries_else_the_days_of_a_completed_placement() -> None:
    second = placement(2, "234567", days=60)
    assert school_days.done([PLACED, second], [entry()]) == 65
    assert school_days.done([PLACED], []) == 0


@pytest.mark.parametrize(
    ("done", "needed", "left"), [(0, 120, 120), (100, 120, 20), (130, 120, 0), (5, None, None)]
)
def test_what_is_left_is_never_below_nought(done: int, needed: int | None, left: int | None) -> None:
    assert Progress(done, needed).left == left


def test_an_absence_is_told_by_its_days_and_never_by_its_kind() -> None:
    event = absences.record(trainee(), absence(note="Flu"), [], NOW)
    assert (event.starts_on, event.ends_on) == (MONDAY, FRIDAY)
    assert "sickness" not in repr(event)
    assert "Flu" not in repr(event)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [({"starts_on": date(2026, 8, 31)}, "before the course"), ({"ends_on": day(13)}, "before the first day")],
)
def test_an_absence_that_cannot_be_is_refused(changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid, match=wrong):
        absences.record(trainee(), absence(**changes), [], NOW)


@pytest.mark.parametrize(("ends_on", "told"), [(FRIDAY, "to 2026-09-18"), (None, "without an end")])
def test_absences_do_not_overlap(ends_on: date | None, told: str) -> None:
    with pytest.raises(Conflict, match=told):
        absences.record(trainee(), absence(2, starts_on=FRIDAY), [absence(ends_on=ends_on)], NOW)


def test_an_absence_of_a_trainee_who_is_closed_to_edits_is_not_touched() -> None:
    for removed in (False, True):
        with pytest.raises(Conflict):
            absences.correct(trainee(State.WITHDRAWN), absence(), [], NOW, removed=removed)


def test_an_absence_ends_by_a_correction() -> None:
    event = absences.correct(trainee(), absence(ends_on=FRIDAY), [], NOW)
    assert (event.ends_on, event.removed) == (FRIDAY, False)
    assert absences.correct(trainee(), absence(), [], NOW, removed=True).removed


def test_working_days_that_were_missed_are_counted_until_today() -> None:
    later = absence(2, starts_on=date(2026, 12, 1), ends_on=None)
    running = absence(3, starts_on=date(2026, 11, 19), ends_on=None)
    assert absences.days([absence(), later, running], TODAY) == 5 + 0 + 3


def test_the_mentor_is_that_of_the_placement_on_the_day() -> None:
    other = UUID(int=4)
    second = placement(2, starts_on=date(2027, 1, 4), ends_on=date(2027, 5, 28), mentor_id=other)
    placed = [second, PLACED, placement(3, starts_on=None, mentor_id=None)]
    assert mentor_on(placed, TODAY) == MENTOR_ID
    assert mentor_on(placed, date(2027, 2, 1)) == other
    assert mentor_on(placed, date(2026, 12, 24)) == MENTOR_ID
    assert mentor_on([second], TODAY) == other
    assert mentor_on([], TODAY) is None
