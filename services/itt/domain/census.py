"""The words of the census and the performance profile: who is counted, under which headings.

The census counts who is training on its day: a trainee whose own first day (else the course's) has come and whose
course is not over, who is no draft and not discarded, and on that day neither deferred, withdrawn nor awarded. It does
not matter when somebody was registered: what is missing on the day is recorded until the census is signed off. A new
entrant's course began in the academic year. The performance profile counts every trainee whose course was to end in the
academic year, by what has become of them: awarded, withdrawn, deferred, or still training (also who is recommended and
waits for the award).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from services.itt.domain.codes import labels
from services.itt.domain.reports import NOT_KNOWN, summed
from services.itt.domain.returns import Kind

STUDY_MODES = MappingProxyType(
    {
        "01": "full_time",
        "02": "full_time",
        "63": "full_time",
        "31": "part_time",
        "64": "part_time",
    }
)
CENSUS_COUNTS = ("trainees", "new_entrants")
PROFILE_COUNTS = ("trainees", "awarded", "withdrawn", "deferred", "still_training")
NUMBERS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {Kind.CENSUS: CENSUS_COUNTS, Kind.PERFORMANCE_PROFILE: PROFILE_COUNTS}
)
CENSUS_NOTE = (
    "It counts who was training on that day, by what is recorded now; whose course was over is not in it."
)
REGION_NOTE = (
    "A region is that of the accredited provider, else of its school, and not known where neither has one;"
    " recruitment counts by that of who runs the course, which may be a lead school."
)
PROFILE_NOTE = (
    "It counts whoever's course was to end in this academic year, whatever has become of them; the census counts who"
    " was training on its day, whenever the course ends."
)
CENSUS_BY = ("route", "subject", "region", "study_mode")
PROFILE_BY = ("route", "subject")
NAMES: Mapping[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "route": lambda code: labels("training_route").get(code),
        "subject": lambda code: labels("course_subject").get(code),
        "region": lambda code: code,
        "study_mode": lambda code: code.replace("_", " ").capitalize(),
    }
)
Counts = Sequence[Mapping[str, Any]]


def year_days(year: int) -> tuple[date, date]:
    """The first and the last day of the academic year that begins in that year: 1 August to 31 July."""
    return date(year, 8, 1), date(year + 1, 7, 31)


def by(counts: Counts, heading: str, numbers: Sequence[str]) -> list[dict[str, Any]]:
    """Counts under one heading, with its codes in words; whoever is under none stands at the end."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in counts:
        found.setdefault(each[heading] or NOT_KNOWN, []).append(each)
    order = sorted(found, key=lambda code: (code == NOT_KNOWN, code))
    return [{"code": code, "name": name(heading, code)} | summed(found[code], numbers) for code in order]


def name(heading: str, code: str) -> str:
    """A code of a heading in words."""
    said = None if code == NOT_KNOWN else NAMES[heading](code)
    return said or ("Not applicable" if heading == "study_mode" else "Not known")
