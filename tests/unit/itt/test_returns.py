"""The census and the performance profile are signed off in their windows, and again when they are reopened.

Domain page, "Statistics".
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.itt.domain import census, equality, reports, returns
from services.itt.domain.codes import labels
from services.itt.domain.cycles import cycle
from services.itt.domain.reports import Format, Report
from services.itt.domain.returns import Kind, Return, State
from shared.calendar import start_of
from shared.errors import Conflict, Invalid, TransitionNotAllowed

CENSUS = Return(id=UUID(int=1), provider_code="2A5", kind=Kind.CENSUS, academic_year=2026)
PROFILE = replace(CENSUS, kind=Kind.PERFORMANCE_PROFILE, academic_year=2025)
OCTOBER = datetime(2026, 10, 20, 9, tzinfo=UTC)
AFTER = datetime(2026, 11, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "year", "first", "last"),
    [
        (Kind.CENSUS, 2026, date(2026, 9, 1), date(2026, 11, 7)),
        (Kind.PERFORMANCE_PROFILE, 2025, date(2027, 1, 11), date(2027, 2, 28)),
        (Kind.PERFORMANCE_PROFILE, 2026, date(2028, 1, 10), date(2028, 2, 29)),
        (Kind.PERFORMANCE_PROFILE, 2022, date(2024, 1, 8), date(2024, 2, 29)),
    ],
)
def test_each_return_has_its_window(kind: Kind, year: int, first: date, last: date) -> None:
    assert returns.window(kind, year) == returns.Window(first, last)


@pytest.mark.parametrize(
    ("on", "signed"),
    [("2026-08-31", False), ("2026-09-01", True), ("2026-11-07", True), ("2026-11-08", False)],
)
def test_both_days_of_a_window_count(on: str, signed: bool) -> None:
    now = start_of(date.fromisoformat(on)) + timedelta(hours=23, minutes=30)
    if signed:
        assert returns.sign_off(CENSUS, now).state is State.SIGNED_OFF
    else:
        with pytest.raises(Conflict):
            returns.sign_off(CENSUS, now)


def test_what_is_signed_off_is_signed_off_once() -> None:
    signed = returns.sign_off(CENSUS, OCTOBER)
    assert (signed.sign_offs, signed.signed_off_at) == (1, OCTOBER)
    with pytest.raises(TransitionNotAllowed):
        returns.sign_off(signed, OCTOBER)


def test_reopening_gives_fourteen_days_or_what_is_left_of_the_window() -> None:
    signed = returns.sign_off(CENSUS, OCTOBER)
    assert returns.reopen(signed, " Missing ", None, AFTER).reopened_until == date(2026, 11, 22)
    early = returns.reopen(signed, "Missing", None, datetime(2026, 9, 2, tzinfo=UTC))
    assert (early.last_day(), early.reopen_reason, early.state) == (date(2026, 11, 7), "Missing", State.OPEN)
    assert returns.sign_off(early, OCTOBER).sign_offs == 2


def test_an_open_return_is_reopened_only_when_it_is_late() -> None:
    with pytest.raises(Conflict, match="census of 2026/27 is open until 2026-11-07"):
        returns.reopen(CENSUS, "Late", None, OCTOBER)
    late = returns.reopen(CENSUS, "Late", date(2026, 11, 9), AFTER)
    assert returns.sign_off(late, AFTER).state is State.SIGNED_OFF
    with pytest.raises(Conflict, match="could be signed off until 2026-11-09"):
        returns.sign_off(late, AFTER + timedelta(days=2))


@pytest.mark.parametrize(
    ("reason", "until", "said"),
    [
        (" ", None, "is missing"),
        ("x" * 501, None, "to 500"),
        ("Late", date(2026, 11, 7), "from 2026-11-08 on"),
    ],
)
def test_reopening_needs_a_reason_and_a_day_to_come(reason: str, until: date | None, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        returns.reopen(CENSUS, reason, until, AFTER)


def test_reminders_come_fourteen_seven_and_one_day_before_the_last() -> None:
    days = [at.date() for at in returns.reminders(PROFILE, datetime(2027, 1, 11, tzinfo=UTC))]
    assert days == [date(2027, 2, 14), date(2027, 2, 21), date(2027, 2, 27)]
    assert list(returns.reminders(CENSUS, AFTER)) == []
    assert returns.days_left(CENSUS, OCTOBER) == 18


@pytest.mark.parametrize(
    ("kind", "on", "year"),
    [
        (Kind.CENSUS, "2026-08-31", 2025),
        (Kind.CENSUS, "2026-09-01", 2026),
        (Kind.PERFORMANCE_PROFILE, "2027-01-10", 2024),
        (Kind.PERFORMANCE_PROFILE, "2027-01-11", 2025),
    ],
)
def test_the_current_return_is_the_one_whose_window_opened_last(kind: Kind, on: str, year: int) -> None:
    assert returns.current_year(kind, start_of(date.fromisoformat(on))) == year


@pytest.mark.parametrize(
    ("on", "year"), [("2026-10-14", 2025), ("2026-10-15", 2026), ("2027-01-01", 2026), ("2027-09-30", 2026)]
)
def test_the_last_census_is_the_one_whose_day_is_over(on: str, year: int) -> None:
    assert returns.last_census(start_of(date.fromisoformat(on))) == year


def test_the_census_day_is_the_second_wednesday_of_october() -> None:
    assert returns.census_day(2026, AFTER) == date(2026, 10, 14)
    assert returns.census_day(2023, AFTER) == date(2023, 10, 11)
    assert returns.census_day(2026, datetime(2026, 9, 5, tzinfo=UTC)) == date(2026, 9, 5)


@pytest.mark.parametrize(
    ("on", "said"),
    [(date(2026, 8, 31), "outside"), (date(2026, 11, 8), "outside"), (date(2026, 10, 21), "to come")],
)
def test_the_census_counts_on_a_day_of_its_window_that_has_come(on: date, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        returns.check_census_day(2026, on, OCTOBER)


def test_the_day_itself_and_both_ends_of_the_window_are_possible() -> None:
    for on in (date(2026, 9, 1), date(2026, 10, 20)):
        returns.check_census_day(2026, on, OCTOBER)
    assert returns.opens_at(Kind.CENSUS, 2026) == datetime(2026, 8, 31, 23, tzinfo=UTC)


def test_counts_stand_under_a_heading_and_who_is_under_none_at_the_end() -> None:
    counts: list[dict[str, Any]] = [
        {"subject": None, "trainees": 1, "new_entrants": 0},
        {"subject": "100425", "trainees": 2, "new_entrants": 1},
        {"subject": "100403", "trainees": 3, "new_entrants": 1},
        {"subject": "100403", "trainees": 4, "new_entrants": 0},
    ]
    found = census.by(counts, "subject", census.CENSUS_COUNTS)
    assert [(row["code"], row["trainees"]) for row in found] == [
        ("100403", 7),
        ("100425", 2),
        ("not_known", 1),
    ]
    assert (found[0]["name"], found[2]["name"]) == ("Mathematics", "Not known")
    assert census.name("study_mode", "not_known") == "Not applicable"
    assert [
        census.name(*each) for each in (("route", "03"), ("region", "London"), ("study_mode", "part_time"))
    ] == [
        "School Direct salaried",
        "London",
        "Part time",
    ]
    assert census.year_days(2026) == (date(2026, 8, 1), date(2027, 7, 31))


def test_every_code_of_equality_data_is_in_a_group_or_not_provided() -> None:
    unknown = {"997", "998", "999"}
    assert {code for code, _ in equality.ethnic_group_codes()} == labels("ethnicity").keys() - unknown
    assert equality.SEXES.keys() == labels("sex").keys() - {"96", "99"}
    assert equality.age_on(2027) == date(2027, 8, 31)


def test_a_report_as_text_has_its_totals_at_the_end_and_no_formula() -> None:
    report = Report(
        name="r",
        title="Something in cycle 2027",
        about=(2027, None, "2A5"),
        columns=("name", "n"),
        rows=[{"name": "=1+1", "n": 2}],
        totals=[{"name": "Total", "n": None}],
    )
    assert report.csv() == "name,n\r\n'=1+1,2\r\nTotal,\r\n"
    assert report.shown(Format.CSV)["content"] == report.csv()
    assert report.shown(Format.JSON) == {
        "report": "r",
        "title": "Something in cycle 2027",
        "columns": ["name", "n"],
        "rows": [{"name": "=1+1", "n": 2}],
        "totals": [{"name": "Total", "n": None}],
        "empty": None,
        "notes": [],
        "elsewhere": [],
        "file_name": "r-2027-2A5.csv",
        "content": None,
    }


def test_shares_sums_and_weeks() -> None:
    assert (reports.percent(1, 3), reports.percent(1, 0), reports.percent(0, None)) == (33.3, None, None)
    assert reports.summed([{"n": 1}, {"n": None}], ["n"]) == {"n": 1}
    assert (reports.iso_week(date(2026, 12, 28)), reports.iso_week(date(2027, 1, 4))) == (
        "2026-W53",
        "2027-W01",
    )


def test_working_days_between_two_days_are_a_difference() -> None:
    days, numbers = reports.working_day_numbers(cycle(2027))
    number = dict(zip(days, numbers, strict=True))
    assert number[date(2026, 11, 30)] - number[date(2026, 11, 27)] == 1
    assert number[date(2027, 1, 7)] - number[date(2026, 12, 17)] == 1
