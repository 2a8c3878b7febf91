"""Rolling a course over to the next cycle: everything comes along, dates a year later, nobody accepted yet.

The lists name every column of a course and of its options, and a test holds them against the tables, so that a new
column cannot be forgotten.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.itt.domain.courses import State
from services.itt.domain.dates import years_before

COMES_ALONG = (
    "provider_code",
    "accredited_code",
    "code",
    "name",
    "about",
    "level",
    "subjects",
    "age_range",
    "study_mode",
    "funding",
    "route",
    "qualification",
    "school_days",
    "degree_required",
    "gcse",
    "fee_pence",
    "visa_sponsorship",
    "allocated_places",
)
A_YEAR_LATER = ("start_month", "starts_on", "ends_on")
MADE_NEW = ("id", "cycle", "state", "created_at", "published_at", "withdrawn_at", "rolled_over_from")
OPTION_COMES_ALONG = ("site_code", "site_urn", "study_mode", "places")
OPTION_MADE_NEW = ("id", "course_id", "accepted")
Columns = dict[str, Any]


def rolled(course: Mapping[str, Any]) -> Columns:
    """The columns of the draft that a course becomes in the next cycle; who makes it gives id and created_at.

    The allocation stands until the next cycle's is made.
    """
    dates = {name: course[name] and a_year_later(course[name]) for name in A_YEAR_LATER}
    return (
        {name: course[name] for name in COMES_ALONG}
        | dates
        | {
            "cycle": course["cycle"] + 1,
            "state": State.DRAFT.value,
            "published_at": None,
            "withdrawn_at": None,
            "rolled_over_from": course["id"],
        }
    )


def rolled_option(option: Mapping[str, Any], course_id: UUID) -> Columns:
    """The columns of an option of that draft; who makes it gives its id."""
    return {name: option[name] for name in OPTION_COMES_ALONG} | {"course_id": course_id, "accepted": 0}


def a_year_later(day: date) -> date:
    """The same day of the next year; 29 February becomes 28 February."""
    return years_before(day, -1)
