"""What is right in each column of the national record, and what to say when it is not.

The rules are those of the domain and no more: a URN is any six digits (the school may not be known here),
``pg_apprenticeship_start_date`` may stand on any route and ``itt_qualification_aim`` with any aim.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from services.itt.domain import codes
from services.itt.domain.dates import age, years_before
from services.itt.domain.details import DEGREE, DISABILITIES
from services.itt.domain.routes import CODES, RULES

MIN_AGE, OLDEST_AGE = 16, 100
OLDEST_START_YEARS = 10
LATEST_END_YEARS = 5
MAX_NAME = 60
MAX_EMAIL = 255
BOTH_AWARDS = "202"

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")

Check = Callable[[str, date], str | None]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a column, and what would be right."""

    column: str
    value: str
    message: str


def day(value: str) -> date | None:
    """The day of a ``YYYY-MM-DD`` text, or None."""
    try:
        return date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        return None


def _matches(pattern: str, message: str) -> Check:
    compiled = re.compile(pattern)
    return lambda value, today: None if compiled.fullmatch(value) else message


def _code(name: str) -> Check:
    def check(value: str, today: date) -> str | None:
        if value in codes.labels(name):
            return None
        return f"is not a code of the {name.replace('_', ' ')} list; {codes.advice(name, value)}"

    return check


def _up_to(length: int) -> Check:
    message = f"has more than {length} characters; shorten it to {length}"
    return lambda value, today: None if len(value) <= length else message


def _date(value: str, today: date) -> str | None:
    return None if day(value) else "is not a date; write it as YYYY-MM-DD, such as 2026-09-01"


def _birth(value: str, today: date) -> str | None:
    born = day(value)
    if born is None:
        return _date(value, today)
    if born > today:
        return "is in the future; give the date of birth"
    if age(born, today) < MIN_AGE:
        return f"makes the trainee younger than {MIN_AGE}; a trainee is at least {MIN_AGE} years old"
    if age(born, today) >= OLDEST_AGE:
        return f"makes the trainee {OLDEST_AGE} or older; a trainee is under {OLDEST_AGE} years old"
    return None


def _start(value: str, today: date) -> str | None:
    begins = day(value)
    if begins is None:
        return _date(value, today)
    earliest = years_before(today, OLDEST_START_YEARS)
    if begins < earliest:
        return f"is over {OLDEST_START_YEARS} years ago; give a date from {earliest.isoformat()}"
    return None


def _end(value: str, today: date) -> str | None:
    ends = day(value)
    if ends is None:
        return _date(value, today)
    return too_far(ends, today)


def too_far(ends: date, today: date) -> str | None:
    """What is wrong with an end that is more than five calendar years away."""
    latest = today.year + LATEST_END_YEARS
    return None if ends.year <= latest else f"is too far away; give a date up to the end of {latest}"


def _email(value: str, today: date) -> str | None:
    if not _EMAIL.fullmatch(value):
        return "is not an e-mail address; write it like name@example.ac.uk"
    return _up_to(MAX_EMAIL)(value, today)


_URN = _matches(r"[0-9]{6}", "is not a URN; a URN is six digits, such as 123456")
_YEAR = _matches(r"[0-9]{4}", "is not a year; write it with four digits, such as 2024")

CODE_LISTS: Mapping[str, str] = {  # column -> the list of its codes
    "sex": "sex",
    "nationality": "nationality",
    "ethnicity": "ethnicity",
    **dict.fromkeys(DISABILITIES, "disability"),
    "itt_aim": "itt_aim",
    "training_route": "training_route",
    "itt_qualification_aim": "itt_qualification_aim",
    **dict.fromkeys(("course_subject_1", "course_subject_2", "course_subject_3"), "course_subject"),
    "study_mode": "study_mode",
    "course_age_range": "course_age_range",
    "fund_code": "fund_code",
    "funding_method": "funding_method",
    **dict.fromkeys(("training_initiative", "additional_training_initiative"), "training_initiative"),
    **dict.fromkeys(("uk_degree", "non_uk_degree"), "degree_type"),
    "degree_subject": "degree_subject",
    "degree_grade": "degree_grade",
    "awarding_institution": "institution",
    **dict.fromkeys(("degree_country", "iqts_country"), "country"),
}
CHECKS: Mapping[str, Check] = {
    **{column: _code(name) for column, name in CODE_LISTS.items()},
    "hesa_id": _matches(r"[0-9]{13}|[0-9]{17}", "is not a HESA id; it has 13 or 17 digits"),
    "first_names": _up_to(MAX_NAME),
    "last_name": _up_to(MAX_NAME),
    "date_of_birth": _birth,
    "email": _email,
    "itt_start_date": _start,
    "itt_end_date": _end,
    "course_year": _matches(r"[+-]?[0-9]+", "is not a whole number; write it like 1 or 2026"),
    "training_partner_urn": _URN,
    "employing_school_urn": _URN,
    "trainee_start_date": _start,
    "pg_apprenticeship_start_date": _date,
    "placement_1_urn": _URN,
    "placement_2_urn": _URN,
    "placement_3_urn": _URN,
    "degree_graduation_year": _YEAR,
}
MANDATORY = (
    "hesa_id",
    "first_names",
    "last_name",
    "date_of_birth",
    "sex",
    "email",
    "itt_aim",
    "training_route",
    "course_subject_1",
    "itt_start_date",
    "itt_end_date",
    "course_age_range",
    "course_year",
    "fund_code",
    "funding_method",
)
UK_DEGREE = ("degree_subject", "degree_grade", "degree_graduation_year", "awarding_institution")
NON_UK_DEGREE = ("degree_subject", "degree_graduation_year", "degree_country")
ANY_DEGREE = ("degree_subject", "degree_graduation_year")


def problems(cells: Mapping[str, str], today: date) -> list[Problem]:
    """All that is wrong in one record; ``cells`` are clean texts by column, blank is empty or absent."""
    found = [*_storable(cells), *_single(cells, today), *_mandatory(cells), *_course(cells), *_degree(cells)]
    return [Problem(column, cells.get(column, ""), f"{column} {message}") for column, message in found]


def by_column(found: Iterable[Problem]) -> dict[str, list[str]]:
    """The messages of problems, by column."""
    told: dict[str, list[str]] = {}
    for problem in found:
        told.setdefault(problem.column, []).append(problem.message)
    return told


def _storable(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for column, value in cells.items():
        if "\0" in value:
            yield column, "has a NUL character; remove it"


def _single(cells: Mapping[str, str], today: date) -> Iterator[tuple[str, str]]:
    for column, check in CHECKS.items():
        value = cells.get(column, "")
        if value and (message := check(value, today)):
            yield column, message


def _mandatory(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for column in MANDATORY:
        if not cells.get(column):
            yield column, "is missing; every trainee has one"


def _course(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What one column asks of another: aim, route, and an end after the start."""
    if cells.get("itt_aim") == BOTH_AWARDS and not cells.get("itt_qualification_aim"):
        yield "itt_qualification_aim", f"is missing; itt_aim {BOTH_AWARDS} needs a qualification aim"
    if route := CODES.get(cells.get("training_route", "")):
        rules = RULES[route]
        if rules.study_mode and not cells.get("study_mode"):
            yield "study_mode", "is missing; only the assessment only routes have none"
        yield from _iqts_country(cells, rules.iqts_country)
    begins, ends = day(cells.get("itt_start_date", "")), day(cells.get("itt_end_date", ""))
    if begins and ends and ends <= begins:
        yield "itt_end_date", f"is not after the start; give a date after {begins.isoformat()}"


def _iqts_country(cells: Mapping[str, str], international: bool) -> Iterator[tuple[str, str]]:
    if international and not cells.get("iqts_country"):
        yield "iqts_country", "is missing; international QTS (route 15) needs the country of the training"
    if not international and cells.get("iqts_country"):
        yield "iqts_country", "is for international QTS (route 15) only; leave it blank"


def _degree(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The degree columns are a set once one is given: that of a UK degree, or of one from elsewhere.

    Both types may stand in a row: an institution, or no country, makes it a UK degree (Register service).
    """
    if not any(cells.get(column) for column in DEGREE):
        return
    uk, non_uk = cells.get("uk_degree"), cells.get("non_uk_degree")
    if uk and non_uk and not cells.get("awarding_institution") and cells.get("degree_country"):
        uk = None
    if not uk and not non_uk:
        yield "uk_degree", "is missing; degree columns need uk_degree, or non_uk_degree with degree_country"
    for column in UK_DEGREE if uk else NON_UK_DEGREE if non_uk else ANY_DEGREE:
        if not cells.get(column):
            yield column, "is missing; a degree needs it"
