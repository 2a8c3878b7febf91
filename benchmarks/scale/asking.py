"""Who asks, and the lists that they ask for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.cohort.spans import SECOND
from benchmarks.services import IDLE
from benchmarks.surroundings import run
from shared.policy import Principal, Role

PROVIDER_ROLES = frozenset({Role.LEAD_SCHOOL, Role.ACCREDITED_PROVIDER})
LARGEST = """
SELECT {column}, count(*) FROM application JOIN course_option o ON o.id = course_option_id
WHERE sent_at IS NOT NULL AND current_cycle = :year GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1
"""
LARGEST_COURSE = """
SELECT course_id FROM application WHERE provider_code = :code AND current_cycle = :year
GROUP BY 1 ORDER BY count(*) DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A list that somebody asks for."""

    name: str
    who: Principal
    asked: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Askers:
    """The largest of each kind: who runs and ratifies the most, leads the most, has the most at its site."""

    provider: Principal
    lead: Principal
    school: Principal
    code: str


def askers() -> Askers:
    """Read from the cohort that is loaded."""
    code, urn = _largest("accredited_code"), _largest("o.site_urn")
    lead = _largest("nullif(provider_code, accredited_code)")
    return Askers(
        Principal("largest provider", PROVIDER_ROLES, frozenset({f"provider:{code}"})),
        Principal("largest lead school", frozenset({Role.LEAD_SCHOOL}), frozenset({f"provider:{lead}"})),
        Principal("busiest school", frozenset({Role.TRAINING_PARTNER}), frozenset({f"school:{urn}"})),
        code,
    )


def _largest(column: str) -> str:
    known = run(
        IDLE, LARGEST.format(column=column).replace("GROUP", f"AND {column} IS NOT NULL GROUP"), year=SECOND
    )
    return str(known[0][0])


def lists(who: Askers) -> Iterator[Case]:
    """Filters, sorts and searches of the largest provider, and the plain lists of the others."""
    course_id = str(run(IDLE, LARGEST_COURSE, code=who.code, year=SECOND)[0][0])
    for sort in ("sent", "name"):
        for descending in (False, True):
            way = "descending" if descending else "ascending"
            yield Case(f"by {sort}, {way}", who.provider, {"sort": sort, "descending": descending})
    for name, asked in _filters(course_id).items():
        yield Case(name, who.provider, asked)
    yield Case("of a lead school", who.lead)
    yield Case("of a lead school, by name", who.lead, {"sort": "name", "descending": True})
    yield Case("at a school", who.school)
    yield Case("at a school, by name", who.school, {"sort": "name"})


def _filters(course_id: str) -> dict[str, dict[str, Any]]:
    """What providers narrow their lists down to."""
    return {
        "interviewing": {"states": ["interviewing"]},
        "rejected, by name": {"states": ["rejected"], "sort": "name"},
        "offers of all kinds": {"states": ["offer", "pending_conditions", "recruited"], "descending": True},
        "one course": {"course_id": course_id},
        "one course, by name": {"course_id": course_id, "sort": "name"},
        "site C": {"site_code": "C"},
        "search for a name": {"search": "okafor", "sort": "name"},
        "search for two words": {"search": "zoë mensah"},
        "search for nobody": {"search": "nobody of this name"},
        "search in one state": {"search": "hall", "states": ["inactive"], "sort": "name"},
    }
