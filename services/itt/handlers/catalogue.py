"""Courses between the tables and the domain: load and lock, compare and store, audit."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import courses, policy
from services.itt.domain.courses import CONTENT, Content, Course, Option, State, StudyMode
from services.itt.domain.policy.courses import course_relations
from services.itt.domain.routes import Route
from shared.audit import audit
from shared.errors import NotFound
from shared.policy import Principal

ACCREDITED = ("accredited_provider", "both")
ENUMS = {
    "level": courses.Level,
    "study_mode": courses.StudyMode,
    "funding": courses.Funding,
    "route": Route,
    "qualification": courses.Qualification,
    "degree_required": courses.Degree,
}


def subject(course_id: UUID) -> str:
    """The name of a course in audit and facts."""
    return f"course/{course_id}"


def find(session: Session, course_id: UUID, *, lock: bool = False) -> models.Course:
    """The row of a course. Raises NotFound."""
    statement = select(models.Course).where(models.Course.id == course_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row: models.Course | None = session.scalar(statement)
    if row is None:
        raise NotFound(f"There is no course {course_id}")
    return row


def locked(session: Session, by: Principal, action: str, course_id: UUID) -> tuple[models.Course, Course]:
    """A course for a command of this principal, its row and its options locked in the order of their ids.

    Raises NotFound to who may not read it, NotAllowed to who may only read it.
    """
    row = find(session, course_id, lock=True)
    rows = options_of(session, [row.id], lock=True)[row.id]
    relations = relations_of(by, row, rows)
    if not policy.PERMISSIONS.allows(by, "course.read", relations):
        raise NotFound(f"There is no course {course_id}")
    policy.PERMISSIONS.require(by, action, relations)
    return row, course(row, rows)


def relations_of(by: Principal, row: models.Course, options: Iterable[models.CourseOption]) -> set[str]:
    """How the principal stands to a course."""
    return course_relations(by, row.provider_code, row.accredited_code, (o.site_urn for o in options))


def options_of(
    session: Session, course_ids: Iterable[UUID], *, lock: bool = False
) -> dict[UUID, list[models.CourseOption]]:
    """The options of each course, by id."""
    found: dict[UUID, list[models.CourseOption]] = {id_: [] for id_ in course_ids}
    known = select(models.CourseOption).where(models.CourseOption.course_id.in_(found))
    statement = known.order_by(models.CourseOption.id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    for option in session.scalars(statement):
        found[option.course_id].append(option)
    return found


def course(row: models.Course, options: Iterable[models.CourseOption]) -> Course:
    """The domain's course of its rows."""
    return Course(
        id=row.id,
        cycle=row.cycle,
        provider_code=row.provider_code,
        code=row.code,
        state=State(row.state),
        content=content({name: getattr(row, name) for name in CONTENT}),
        allocated_places=row.allocated_places,
        options=tuple(_option(option) for option in options),
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
    )


def offered(row: models.Course, option: models.CourseOption) -> Course:
    """The domain's course at one site, with the name of its provider, for candidates to be told."""
    return replace(course(row, [option]), provider_name=row.provider.name)


def _option(row: models.CourseOption) -> Option:
    return Option(
        id=row.id,
        site_code=row.site_code,
        site_urn=row.site_urn,
        study_mode=StudyMode(row.study_mode),
        places=row.places,
        accepted=row.accepted,
    )


def content(values: Mapping[str, Any]) -> Content:
    """What a course says, of plain values by name; what is not named is not said."""
    given = dict(values)
    for name, enum in ENUMS.items():
        if given.get(name) is not None:
            given[name] = enum(given[name])
    given["subjects"] = tuple(given.get("subjects") or ())
    return Content(**given | {"gcse": given.get("gcse") or {}, "name": given.get("name") or ""})


def columns(said: Content) -> dict[str, Any]:
    """The columns of what a course says."""
    values = {name: getattr(said, name) for name in CONTENT}
    return values | {"subjects": list(said.subjects), "gcse": {k: list(v) for k, v in said.gcse.items()}}


def assign(row: Any, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Write what differs; gives it as name -> [before, after]."""
    changes = {}
    for name, value in values.items():
        if (before := getattr(row, name)) != value:
            changes[name] = [before, value]
            setattr(row, name, value)
    return changes


def noted(
    session: Session, by: Principal, now: datetime, action: str, row: models.Course, **more: Any
) -> None:
    """Note a command in the audit."""
    audit(session, by, now, action=action, subject=subject(row.id), **more)


def partners(session: Session, provider_code: str, on: date) -> set[str]:
    """The accredited providers that may ratify this provider's courses on the day, itself included if it is one."""
    itself = select(models.Provider.code).where(
        models.Provider.code == provider_code, models.Provider.kind.in_(ACCREDITED)
    )
    agreed = select(models.Partnership.accredited_code).where(
        models.Partnership.lead_code == provider_code,
        models.Partnership.from_on <= on,
        or_(models.Partnership.until_on.is_(None), models.Partnership.until_on >= on),
    )
    return set(session.scalars(itself.union(agreed)))


def site_urns(options: Iterable[Option]) -> tuple[str, ...]:
    """The schools of the sites with places, sorted."""
    return tuple(sorted({option.site_urn for option in options if option.places}))
