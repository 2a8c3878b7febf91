from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cpd.domain.terms import Calendar, Term, national_calendar, national_year
from shared.calendar import is_working_day
from shared.errors import Conflict, Invalid

YEAR = (
    Term(date(2024, 9, 2), date(2024, 12, 20)),
    Term(date(2025, 1, 6), date(2025, 4, 4)),
    Term(date(2025, 4, 22), date(2025, 7, 22)),
)


def _dates(terms: tuple[Term, ...]) -> list[tuple[date, date]]:
    return [(t.starts_on, t.ends_on) for t in terms]


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2024, _dates(YEAR)),
        (
            2023,
            [
                (date(2023, 9, 1), date(2023, 12, 22)),
                (date(2024, 1, 8), date(2024, 3, 28)),  # the day before Good Friday
                (date(2024, 4, 15), date(2024, 7, 22)),
            ],
        ),
        (
            2026,
            [
                (date(2026, 9, 1), date(2026, 12, 18)),
                (date(2027, 1, 4), date(2027, 4, 2)),
                (date(2027, 4, 19), date(2027, 7, 22)),
            ],
        ),
    ],
)
def test_national_terms_follow_the_standard_school_year(year: int, expected: list[tuple[date, date]]) -> None:
    assert _dates(national_year(year)) == expected


def test_national_terms_run_from_2012_to_2040() -> None:
    terms = national_calendar().terms
    assert (len(terms), terms[0].starts_on, terms[-1].ends_on.year) == (84, date(2012, 9, 3), 2040)


def test_every_national_term_starts_and_ends_on_a_working_day() -> None:
    assert all(is_working_day(t.starts_on) and is_working_day(t.ends_on) for t in national_calendar().terms)


def test_a_term_lasts_a_year_at_most() -> None:
    with pytest.raises(Invalid, match="a year at most"):
        Term(date(1, 1, 1), date(9999, 12, 31))


def test_a_term_without_a_working_day_is_refused() -> None:
    with pytest.raises(Invalid):
        Term(date(2025, 7, 5), date(2025, 7, 6))


def test_terms_of_one_school_do_not_overlap() -> None:
    with pytest.raises(Invalid, match="do not overlap"):
        Calendar([YEAR[0], Term(date(2024, 12, 20), date(2025, 1, 10))])


def test_a_schools_own_term_takes_the_place_of_the_national_one() -> None:
    own = Term(date(2024, 9, 9), date(2024, 12, 13), "autumn")
    calendar = national_calendar().with_own([own])
    assert calendar.term_at(date(2024, 9, 9)) == own
    assert calendar.term_at(date(2024, 9, 2)) is None
    assert len(calendar.terms) == 84


def test_a_day_in_the_holidays_lies_in_no_term() -> None:
    assert national_calendar().term_at(date(2024, 8, 10)) is None


@pytest.mark.parametrize(
    ("first", "last", "fte_percent", "hundredths"),
    [
        (date(2024, 9, 2), date(2025, 7, 22), 100, 300),
        (date(2024, 9, 2), date(2026, 7, 22), 100, 600),
        (date(2024, 9, 2), date(2026, 7, 22), 50, 300),
        (date(2024, 7, 30), date(2024, 8, 30), 100, 0),  # holidays
        (date(2024, 9, 2), date(2024, 9, 2), 100, 1),  # one day of 80
        (date(2025, 1, 6), date(2025, 4, 4), 80, 80),
    ],
)
def test_terms_served_are_counted_by_full_time_equivalent(
    first: date, last: date, fte_percent: int, hundredths: int
) -> None:
    assert national_calendar().served_hundredths(first, last, fte_percent) == hundredths


def test_two_and_a_half_terms_at_half_time_count_one_and_a_quarter() -> None:
    half = Calendar(
        [*YEAR[:2], Term(date(2025, 4, 22), date(2025, 4, 25)), Term(date(2025, 4, 28), date(2025, 5, 1))]
    )
    three = Calendar([*YEAR[:2], Term(date(2025, 4, 22), date(2025, 5, 1))])
    assert half.served_hundredths(date(2024, 9, 2), date(2025, 4, 25), 100) == 300
    assert three.served_hundredths(date(2024, 9, 2), date(2025, 4, 25), 50) == 125


@pytest.mark.parametrize(
    ("hundredths", "fte_percent", "day"),
    [
        (100, 100, date(2024, 12, 20)),
        (600, 100, date(2026, 7, 22)),
        (600, 50, date(2028, 7, 21)),  # 22 July 2028 is a Saturday
        (0, 100, date(2024, 9, 2)),
        (50, 100, date(2024, 10, 25)),  # 40 of 80 days
    ],
)
def test_part_time_takes_longer_by_its_share(hundredths: int, fte_percent: int, day: date) -> None:
    assert national_calendar().served_on(date(2024, 9, 2), hundredths, fte_percent) == day


def test_somebody_who_begins_in_the_holidays_serves_from_the_first_day_of_term() -> None:
    assert national_calendar().served_on(date(2024, 8, 1), 100) == date(2024, 12, 20)


def test_there_is_no_answer_past_the_last_term() -> None:
    with pytest.raises(Conflict, match="no terms so far ahead"):
        national_calendar().served_on(date(2039, 9, 1), 600)


@given(
    first=st.dates(date(2013, 1, 1), date(2028, 1, 1)),
    hundredths=st.integers(1, 700),
    fte_percent=st.sampled_from([20, 33, 50, 60, 80, 100]),
)
def test_what_is_reached_on_a_day_was_not_reached_the_day_before(
    first: date, hundredths: int, fte_percent: int
) -> None:
    calendar = national_calendar()
    day = calendar.served_on(first, hundredths, fte_percent)
    assert calendar.served_hundredths(first, day, fte_percent) >= hundredths
    before = date.fromordinal(day.toordinal() - 1)
    assert calendar.served_hundredths(first, before, fte_percent) < hundredths
