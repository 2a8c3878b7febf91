"""The courses that somebody leads, ratifies or has at their school."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import policy
from services.itt.domain.policy.courses import AT_SITE, OWN_COURSE, RATIFIES
from services.itt.handlers import catalogue
from services.itt.handlers.course_views import View, places, shown, view
from shared.errors import NotFound
from shared.paging import page
from shared.policy import ANY, Principal

Course = models.Course


def get_course(session: Session, now: datetime, by: Principal, *, course_id: UUID) -> View:
    """Everything about a course in any state. Raises NotFound to who may not read it."""
    row = catalogue.find(session, course_id)
    options = catalogue.options_of(session, [row.id])[row.id]
    if not policy.PERMISSIONS.allows(by, "course.read", catalogue.relations_of(by, row, options)):
        raise NotFound(f"There is no course {course_id}")
    return view(session, now, by, row)


SORTS = {
    "provider": (Course.provider_code, Course.code, Course.cycle),
    "name": (Course.name, Course.provider_code, Course.code, Course.cycle),
    "cycle": (Course.cycle, Course.provider_code, Course.code),
}


def list_courses(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    search: str | None = None,
    sort: str = "provider",
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
    **filters: Any,
) -> View:
    """The courses that the principal may read, by provider and code, by name or by cycle.

    ``search``: part of the name, or the code; ``filters``: cycle, provider_code, accredited_code, state. Raises
    NotAllowed to who never reads any.
    """
    known = select(Course).where(_scope(by))
    for name, value in filters.items():
        if value is not None:
            known = known.where(getattr(Course, name) == value)
    if search:
        known = known.where(Course.name.icontains(search, autoescape=True) | (Course.code == search.upper()))
    found = page(session, known, order=SORTS[sort], limit=limit, after=after, descending=descending)
    options = catalogue.options_of(session, [row.id for row in found["items"]])
    said = shown(session, found["items"])
    items = [said[row.id] | places(catalogue.course(row, options[row.id])) for row in found["items"]]
    return {"items": items, "next": found["next"]}


def _scope(by: Principal) -> ColumnElement[bool]:
    """What the principal may read, by the table of permissions. Raises NotAllowed when that is nothing ever."""
    rows = [row for row in policy.PERMISSIONS if row.action == "course.read" and by.has(row.role)]
    if not rows:
        policy.PERMISSIONS.require(by, "course.read")
    at_sites = select(models.CourseOption.course_id).where(
        models.CourseOption.site_urn.in_(policy.codes(by, "school"))
    )
    clauses = {
        ANY: true(),
        OWN_COURSE: Course.provider_code.in_(policy.codes(by, "provider")),
        RATIFIES: Course.accredited_code.in_(policy.codes(by, "provider")),
        AT_SITE: Course.id.in_(at_sites),
    }
    return or_(false(), *(clauses[row.relation] for row in rows))
