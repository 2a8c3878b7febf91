"""Recruitment cycles: confirmed dates first, London time, working days of applications (cycle_timetables.csv)."""

import csv
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.itt.domain import cycles
from services.itt.domain.cycles import CYCLES, current, cycle, is_working_day, working_days_after
from shared import calendar
from shared.config import PROJECT_ROOT
from shared.errors import Conflict, Invalid

TIMETABLES = PROJECT_ROOT.parent / "shared" / "data" / "itt" / "cycle_timetables.csv"
MOMENTS = (
    "find_opens_at",
    "apply_opens_at",
    "apply_deadline_at",
    "reject_by_default_at",
    "decline_by_default_at",
    "find_closes_at",
)


def _published() -> dict[int, dict[str, str]]:
    if not TIMETABLES.exists():
        pytest.skip("the published timetables are not beside the project")
    with TIMETABLES.open() as file:
        return {int(row["recruitment_cycle_year"]): row for row in csv.DictReader(file)}


# The timetables of past cycles by hand: the days of find, apply, the deadline, rejecting, declining, the end of find.
PAST = {
    2023: ("2022-10-04", "2022-10-11", "2023-09-19", "2023-09-27", "2023-10-01", "2023-10-02"),
    2024: ("2023-10-03", "2023-10-10", "2024-09-17", "2024-09-25", "2024-09-29", "2024-09-30"),
    2025: ("2024-10-01", "2024-10-08", "2025-09-16", "2025-09-24", "2025-09-29", "2025-09-30"),
}
HOLIDAYS = {
    2023: (("2022-12-19", "2023-01-07"), ("2023-03-27", "2023-04-11")),
    2024: (("2023-12-18", "2024-01-06"), ("2024-03-18", "2024-04-02")),
    2025: (("2024-12-18", "2025-01-06"), ("2025-04-07", "2025-04-22")),
    2026: (("2025-12-18", "2026-01-06"), ("2026-03-23", "2026-04-07")),
    2027: (("2026-12-18", "2027-01-06"), ("2027-03-15", "2027-03-30")),
}


@pytest.mark.parametrize("year", list(PAST))
def test_past_cycles_have_these_days_at_these_hours(year: int) -> None:
    hours = ("09:00:00", "09:00:00", "18:00:00", "23:59:59", "23:59:59", "23:59:59")
    ours = [getattr(cycle(year), name).astimezone(calendar.LONDON) for name in MOMENTS]
    expected = [f"{day}T{hour}" for day, hour in zip(PAST[year], hours, strict=True)]
    assert [moment.replace(tzinfo=None).isoformat() for moment in ours] == expected


@pytest.mark.parametrize("year", list(HOLIDAYS))
def test_a_cycle_has_these_holidays(year: int) -> None:
    """Domain page, "working day": not in the Christmas and Easter ranges of the cycle."""
    known = cycle(year)
    ours = [tuple(day.isoformat() for day in holiday) for holiday in (known.christmas, known.easter)]
    assert ours == list(HOLIDAYS[year])


@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_past_cycles_are_those_of_the_published_timetables(year: int) -> None:
    row = _published()[year]
    for name in MOMENTS:
        told = datetime.fromisoformat(row[name])
        # The file writes every time with the summer's offset: what it means is the hour on the wall.
        ours = getattr(cycle(year), name).astimezone(calendar.LONDON)
        assert ours.replace(tzinfo=None) == told.replace(tzinfo=None), name


@pytest.mark.parametrize("year", [year for year in CYCLES if not cycle(year).provisional])
def test_the_holidays_of_a_cycle_are_the_published_ones(year: int) -> None:
    row = _published()[year]
    for name in ("christmas", "easter"):
        first, last = (date.fromisoformat(day) for day in row[f"{name}_holiday"].split("/"))
        assert getattr(cycle(year), name) == (first, last)


# itt.md, "end of cycle": the confirmed dates, in UTC (London is an hour ahead in summer).
CONFIRMED = [
    (2026, "find_opens_at", datetime(2025, 9, 30, 8, tzinfo=UTC)),
    (2026, "apply_opens_at", datetime(2025, 10, 7, 8, tzinfo=UTC)),
    (2026, "apply_deadline_at", datetime(2026, 9, 15, 17, tzinfo=UTC)),
    (2026, "reject_by_default_at", datetime(2026, 9, 23, 22, 59, 59, tzinfo=UTC)),
    (2026, "decline_by_default_at", datetime(2026, 9, 28, 22, 59, 59, tzinfo=UTC)),
    (2026, "find_closes_at", datetime(2026, 9, 28, 22, 59, 59, tzinfo=UTC)),
    (2027, "find_opens_at", datetime(2026, 9, 29, 8, tzinfo=UTC)),
    (2027, "apply_opens_at", datetime(2026, 10, 6, 8, tzinfo=UTC)),
    (2027, "apply_deadline_at", datetime(2027, 9, 21, 17, tzinfo=UTC)),
    (2027, "reject_by_default_at", datetime(2027, 9, 29, 22, 59, 59, tzinfo=UTC)),
    (2027, "decline_by_default_at", datetime(2027, 10, 4, 22, 59, 59, tzinfo=UTC)),
    (2027, "find_closes_at", datetime(2027, 10, 4, 22, 59, 59, tzinfo=UTC)),
]


@pytest.mark.parametrize(("year", "name", "moment"), CONFIRMED)
def test_the_confirmed_dates_win_over_the_file(year: int, name: str, moment: datetime) -> None:
    assert getattr(cycle(year), name) == moment


def test_the_current_cycle_is_the_last_one_whose_find_has_opened() -> None:
    opens = cycle(2027).find_opens_at
    assert current(opens).year == 2027
    assert current(opens - timedelta(seconds=1)).year == 2026
    assert current(datetime(2027, 10, 4, 23, tzinfo=UTC)).year == 2027
    assert current(datetime(2027, 10, 5, 8, tzinfo=UTC)).year == 2028


def test_courses_are_found_and_applied_for_within_their_own_times() -> None:
    now = cycle(2027)
    second = timedelta(seconds=1)
    assert now.can_find(now.find_opens_at)
    assert not now.can_find(now.find_opens_at - second)
    assert now.can_find(now.find_closes_at)
    assert not now.can_find(now.find_closes_at + second)
    assert now.can_apply(now.apply_opens_at)
    assert not now.can_apply(now.apply_opens_at - second)
    assert now.can_apply(now.apply_deadline_at - second)
    assert not now.can_apply(now.apply_deadline_at)


PROVISIONAL = [
    (2028, date(2027, 10, 5), date(2027, 10, 12), date(2028, 9, 19), date(2028, 10, 2)),
    (2029, date(2028, 10, 3), date(2028, 10, 10), date(2029, 9, 18), date(2029, 10, 1)),
]


@pytest.mark.parametrize(("year", "find", "apply", "deadline", "closes"), PROVISIONAL)
def test_a_cycle_that_is_not_announced_is_provisional(
    year: int, find: date, apply: date, deadline: date, closes: date
) -> None:
    """Domain page, "defer: to the next cycle" and "rolled over to the next cycle": there always is one."""
    made = cycle(year)
    assert (made.provisional, cycle(2027).provisional) == (True, False)
    assert (made.find_opens_on, made.apply_opens_on, made.apply_deadline_on) == (find, apply, deadline)
    assert (made.find_closes_on, made.reject_by_default_on) == (closes, deadline + timedelta(days=8))
    assert made.decline_by_default_on == deadline + timedelta(days=13)


@pytest.mark.parametrize("year", [2024, 2025, 2026, 2027])
def test_the_pattern_of_provisional_cycles_is_that_of_the_announced_ones(year: int) -> None:
    made, known = cycles._provisional(year), cycle(year)
    for name in ("find_opens_on", "apply_opens_on", "apply_deadline_on", "reject_by_default_on", "easter"):
        assert getattr(made, name) == getattr(known, name), name


def test_each_cycle_follows_on_the_one_before() -> None:
    for year in range(2026, cycles.LAST):
        assert cycle(year + 1).find_opens_on == cycle(year).find_closes_on + timedelta(days=1)


@pytest.mark.parametrize("year", [2022, 2038])
def test_a_cycle_without_a_timetable_is_refused_by_name(year: int) -> None:
    with pytest.raises(Invalid, match=str(year)):
        cycle(year)


@pytest.mark.parametrize("now", [datetime(2022, 10, 1, tzinfo=UTC), datetime(2037, 10, 5, tzinfo=UTC)])
def test_outside_of_all_cycles_none_runs(now: datetime) -> None:
    with pytest.raises(Conflict):
        current(now)


WORKING = [
    (date(2026, 11, 23), True, "a Monday"),
    (date(2026, 11, 22), False, "a Sunday"),
    (date(2026, 12, 18), False, "the first day of the Christmas range"),
    (date(2026, 12, 17), True, "the day before it"),
    (date(2027, 1, 6), False, "the last day of the Christmas range"),
    (date(2027, 1, 7), True, "the day after it"),
    (date(2027, 3, 16), False, "a Tuesday of the Easter range"),
    (date(2027, 3, 31), True, "the day after it"),
    (date(2027, 5, 3), False, "the early May bank holiday"),
    (date(2027, 12, 20), False, "a Monday of the Christmas range of a provisional cycle"),
    (date(2028, 4, 3), False, "the first Monday of its Easter range"),
    (date(2028, 4, 19), True, "the day after it"),
]


@pytest.mark.parametrize(("day", "working", "why"), WORKING, ids=[why for *_, why in WORKING])
def test_a_working_day_of_applications(day: date, working: bool, why: str) -> None:
    assert is_working_day(day) is working


def test_induction_counts_days_that_applications_do_not() -> None:
    in_the_range = date(2026, 12, 21)
    assert calendar.is_working_day(in_the_range)
    assert not is_working_day(in_the_range)


# Counted by hand on a calendar: 18 working days of November and December 2026 are left after 23 November, the
# Christmas range takes 18 December to 6 January.
COUNTED = [
    (1, date(2026, 11, 23), date(2026, 11, 24)),
    (1, date(2026, 11, 27), date(2026, 11, 30)),
    (1, date(2026, 11, 28), date(2026, 11, 30)),
    (18, date(2026, 11, 23), date(2026, 12, 17)),
    (19, date(2026, 11, 23), date(2027, 1, 7)),
    (30, date(2026, 11, 23), date(2027, 1, 22)),
    (0, date(2026, 11, 22), date(2026, 11, 22)),
]


@pytest.mark.parametrize(("count", "day", "after"), COUNTED)
def test_working_days_are_counted_from_the_day_after(count: int, day: date, after: date) -> None:
    assert working_days_after(count, day) == after


@given(count=st.integers(1, 60), day=st.dates(date(2025, 1, 1), date(2027, 6, 1)))
def test_a_deadline_is_a_working_day_and_one_more_day_never_comes_earlier(count: int, day: date) -> None:
    found = working_days_after(count, day)
    assert is_working_day(found)
    assert found > day
    assert working_days_after(count + 1, day) > found
    assert working_days_after(count, day + timedelta(days=1)) >= found


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 7, 1), datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 12, 1), datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_ends_in_london(day: date, end: datetime) -> None:
    assert cycles.end_of_day(day) == end
