"""Days in London, ages, academic years and the dates of the national sheets."""

from datetime import UTC, date, datetime

import pytest

from services.itt.domain.dates import academic_year, age, slash, slashed, today, years_before


def test_the_day_is_the_one_in_london() -> None:
    assert today(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)
    assert today(datetime(2026, 12, 1, 23, 30, tzinfo=UTC)) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2010, 11, 23), date(2026, 11, 23), 16),
        (date(2010, 11, 24), date(2026, 11, 23), 15),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_an_age_is_in_whole_years(born: date, on: date, years: int) -> None:
    assert age(born, on) == years


def test_ten_years_before_a_leap_day_is_the_28th() -> None:
    assert years_before(date(2028, 2, 29), 10) == date(2018, 2, 28)
    assert years_before(date(2026, 11, 23), 10) == date(2016, 11, 23)


@pytest.mark.parametrize(("day", "year"), [(date(2026, 7, 31), 2025), (date(2026, 8, 1), 2026)])
def test_an_academic_year_begins_in_august(day: date, year: int) -> None:
    assert academic_year(day) == year


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3/7/2026", date(2026, 7, 3)),
        ("03/07/2026", date(2026, 7, 3)),
        ("31/2/2026", None),
        ("2026-07-03", None),
        ("", None),
    ],
)
def test_the_sheets_write_d_m_yyyy(text: str, day: date | None) -> None:
    assert slashed(text) == day


def test_a_day_is_written_as_it_is_read() -> None:
    assert slash(date(2026, 7, 3)) == "3/7/2026"
