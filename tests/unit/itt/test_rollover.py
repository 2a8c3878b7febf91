"""Rolling over: every column of a course is named, so that a new one cannot be forgotten."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.itt.domain.courses import CONTENT
from services.itt.domain.rollover import (
    A_YEAR_LATER,
    COMES_ALONG,
    MADE_NEW,
    OPTION_COMES_ALONG,
    OPTION_MADE_NEW,
    a_year_later,
    rolled,
    rolled_option,
)
from services.itt.models import Course, CourseOption

BEFORE: dict[str, Any] = {
    **dict.fromkeys(COMES_ALONG, "kept"),
    "id": UUID(int=1),
    "cycle": 2026,
    "start_month": date(2026, 9, 1),
    "starts_on": None,
    "ends_on": date(2027, 7, 16),
}


def _columns(table: type[Any]) -> list[str]:
    return sorted(column.key for column in table.__table__.columns)


def test_every_column_of_a_course_comes_along_or_is_made_new() -> None:
    assert sorted([*COMES_ALONG, *A_YEAR_LATER, *MADE_NEW]) == _columns(Course)


def test_every_column_of_an_option_comes_along_or_is_made_new() -> None:
    assert sorted([*OPTION_COMES_ALONG, *OPTION_MADE_NEW]) == _columns(CourseOption)


def test_everything_that_a_provider_wrote_comes_along() -> None:
    assert set(CONTENT) <= {*COMES_ALONG, *A_YEAR_LATER}


def test_a_course_becomes_a_draft_of_the_next_cycle_a_year_later() -> None:
    after = rolled(BEFORE)
    assert after | {"state": "draft", "cycle": 2027, "rolled_over_from": UUID(int=1)} == after
    assert (after["start_month"], after["starts_on"], after["ends_on"]) == (
        date(2027, 9, 1),
        None,
        date(2028, 7, 16),
    )
    assert all(after[name] == "kept" for name in COMES_ALONG)
    assert (after["published_at"], after["withdrawn_at"]) == (None, None)


def test_nobody_is_accepted_in_the_next_cycle_yet() -> None:
    before = {"site_code": "A", "site_urn": "990101", "study_mode": "full_time", "places": 3, "accepted": 2}
    after = rolled_option(before, UUID(int=2))
    assert after == before | {"course_id": UUID(int=2), "accepted": 0}


@pytest.mark.parametrize(
    ("day", "after"),
    [(date(2027, 9, 1), date(2028, 9, 1)), (date(2028, 2, 29), date(2029, 2, 28))],
)
def test_a_year_later_is_the_same_day(day: date, after: date) -> None:
    assert a_year_later(day) == after
