"""Who may do what to courses and places.

A lead school edits its own courses, the accredited provider reads what it ratifies (and edits what it offers itself),
a training partner reads only. Searching and reading what candidates see is public, and stands in no row.
"""

from collections.abc import Iterable

from services.itt.domain.policy.organisations import provider, school
from shared.policy import ANY, Principal, Role

OWN_COURSE, RATIFIES, AT_SITE = "own_course", "ratifies", "at_site"

EDITS = (
    "course.create",
    "course.change",
    "course.spread_places",
    "course.publish",
    "course.withdraw",
    "course.delete",
    "course.roll_over",
)
_READERS = (
    (Role.LEAD_SCHOOL, OWN_COURSE),
    (Role.ACCREDITED_PROVIDER, OWN_COURSE),
    (Role.ACCREDITED_PROVIDER, RATIFIES),
    (Role.TRAINING_PARTNER, OWN_COURSE),
    (Role.TRAINING_PARTNER, AT_SITE),
    (Role.NATIONAL_ANALYST, ANY),
    (Role.OPERATOR, ANY),
)

ROWS: tuple[tuple[str, Role, str], ...] = (
    *(("course.read", role, relation) for role, relation in _READERS),
    *(
        (action, role, OWN_COURSE)
        for action in EDITS
        for role in (Role.LEAD_SCHOOL, Role.ACCREDITED_PROVIDER)
    ),
    ("course.allocate_places", Role.NATIONAL_ANALYST, ANY),
    ("course.allocate_places", Role.OPERATOR, ANY),
    ("provider.register", Role.OPERATOR, ANY),
    ("partnership.agree", Role.ACCREDITED_PROVIDER, RATIFIES),
    ("partnership.agree", Role.OPERATOR, ANY),
    ("partnership.end", Role.ACCREDITED_PROVIDER, RATIFIES),
    ("partnership.end", Role.OPERATOR, ANY),
    ("school.load", Role.OPERATOR, ANY),
)


def course_relations(
    by: Principal, provider_code: str, accredited_code: str | None, site_urns: Iterable[str] = ()
) -> set[str]:
    """How the principal stands to a course: it is its own, it ratifies it, or one of its sites is its school."""
    holds = {
        OWN_COURSE: by.belongs(provider(provider_code)),
        RATIFIES: accredited_code is not None and by.belongs(provider(accredited_code)),
        AT_SITE: any(by.belongs(school(urn)) for urn in site_urns),
    }
    return {name for name, held in holds.items() if held}
