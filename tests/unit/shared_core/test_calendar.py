from datetime import UTC, date, datetime, timedelta

import pytest

from shared.calendar import (
    bank_holidays,
    count_working_days,
    easter,
    is_working_day,
    last_working_days,
    london_day,
    start_of,
    usual_holidays,
    within,
    working_days,
)

SPECIAL_YEARS = {2012, 2020, 2022, 2023}  # jubilees, VE Day moved, a funeral, a coronation


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (2008, (3, 23)),
        (2011, (4, 24)),
        (2024, (3, 31)),
        (2025, (4, 20)),
        (2029, (4, 1)),
        (2038, (4, 25)),
        (2049, (4, 18)),
    ],
)
def test_easter_is_where_the_tables_have_it(year: int, sunday: tuple[int, int]) -> None:
    assert easter(year) == date(year, *sunday)


@pytest.mark.parametrize("year", sorted(set(range(2012, 2029)) - SPECIAL_YEARS))
def test_the_rule_gives_what_is_published_in_every_usual_year(year: int) -> None:
    assert usual_holidays(year) == bank_holidays(year)


def test_a_special_holiday_is_no_working_day() -> None:
    assert not is_working_day(date(2023, 5, 8))


def test_years_that_are_not_published_yet_follow_the_rule() -> None:
    assert sorted(bank_holidays(2033)) == [
        date(2033, 1, 3),  # 1 January is a Saturday
        date(2033, 4, 15),
        date(2033, 4, 18),
        date(2033, 5, 2),
        date(2033, 5, 30),
        date(2033, 8, 29),
        date(2033, 12, 26),
        date(2033, 12, 27),  # Christmas Day is a Sunday, Boxing Day is taken
    ]


def test_two_days_of_a_weekend_give_two_substitutes() -> None:
    assert {date(2021, 12, 27), date(2021, 12, 28)} <= usual_holidays(2021)


@pytest.mark.parametrize(
    ("count", "beginning", "last"),
    [
        (1, date(2026, 7, 17), date(2026, 7, 17)),  # the date itself counts
        (1, date(2026, 7, 18), date(2026, 7, 20)),  # a Saturday does not
        (10, date(2026, 7, 20), date(2026, 7, 31)),
        (3, date(2026, 8, 28), date(2026, 9, 2)),  # over the summer bank holiday
        (20, date(2026, 12, 18), date(2027, 1, 19)),  # over Christmas, Boxing Day's substitute and New Year
    ],
)
def test_within_working_days_counts_the_date_it_begins_with(count: int, beginning: date, last: date) -> None:
    assert within(count, beginning) == last


@pytest.mark.parametrize(
    ("count", "ending", "first"),
    [
        (1, date(2026, 7, 17), date(2026, 7, 17)),  # the date itself counts
        (1, date(2026, 7, 19), date(2026, 7, 17)),  # a Sunday does not
        (10, date(2026, 7, 31), date(2026, 7, 20)),
        (3, date(2026, 9, 2), date(2026, 8, 28)),  # over the summer bank holiday
    ],
)
def test_the_last_working_days_count_the_date_with_which_they_end(
    count: int, ending: date, first: date
) -> None:
    assert last_working_days(count, ending) == first


def test_working_days_of_a_week_with_a_bank_holiday() -> None:
    assert working_days(date(2026, 5, 4), date(2026, 5, 10)) == tuple(date(2026, 5, d) for d in (5, 6, 7, 8))


def test_no_working_days_where_the_end_is_before_the_beginning() -> None:
    assert working_days(date(2026, 5, 6), date(2026, 5, 5)) == ()


@pytest.mark.parametrize("days", [-3, 0, 1, 6, 7, 30, 400, 3000])
def test_working_days_are_counted_as_they_are_listed(days: int) -> None:
    for first in (date(2026, 12, 19) + timedelta(days=n) for n in range(8)):
        last = first + timedelta(days=days)
        assert count_working_days(first, last) == len(working_days(first, last))


def test_the_days_of_a_long_time_are_counted_without_listing_them() -> None:
    first, last = date(1990, 1, 1), date(2060, 12, 31)
    each = (first + timedelta(days=n) for n in range((last - first).days + 1))
    assert count_working_days(first, last) == sum(map(is_working_day, each))


def test_the_day_is_the_one_in_london() -> None:
    assert london_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)


def test_a_day_starts_at_midnight_in_london() -> None:
    assert start_of(date(2026, 7, 2)) == datetime(2026, 7, 1, 23, 0, tzinfo=UTC)
