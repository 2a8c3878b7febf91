"""Courses: written as drafts, published for candidates, withdrawn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import courses, cycles, policy
from services.itt.domain.courses import CONTENT, Content, Course, State
from services.itt.domain.dates import today
from services.itt.domain.policy.courses import course_relations
from services.itt.handlers import catalogue, correction_timers
from services.itt.handlers.course_lists import get_course
from services.itt.handlers.course_views import View, view
from shared.errors import Conflict, Invalid, NotFound
from shared.events.courses import CourseChanged, CoursePublished, CourseWithdrawn
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal


def create_course(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str,
    cycle: int,
    code: str | None = None,
    content: Mapping[str, Any],
    course_id: UUID | None = None,
) -> View:
    """A draft; asked again with the same ``course_id`` it gives that course.

    Without a code the next free one is taken; without an accredited provider the only one that there can be.
    Raises NotAllowed, NotFound (provider), Invalid by field, Conflict (the code is taken, the cycle is over).
    """
    policy.PERMISSIONS.require(by, "course.create", course_relations(by, provider_code, None))
    _provider(session, provider_code, lock=True)
    if course_id and (known := session.get(models.Course, course_id)):
        if (known.provider_code, known.cycle) != (provider_code, cycle):
            raise Conflict(f"The course {course_id} is of another provider or cycle")
        return get_course(session, now, by, course_id=course_id)
    _not_over(cycle, now)
    given = catalogue.content({"accredited_code": _only_partner(session, provider_code, now)} | dict(content))
    _known_accredited(session, given)
    row = models.Course(id=course_id or new_id(), cycle=cycle, provider_code=provider_code, created_at=now)
    row.code, row.state = _free_code(session, cycle, provider_code, code), State.DRAFT.value
    changes = _fill(row, given)
    session.add(row)
    session.flush()
    catalogue.noted(
        session, by, now, "course.create", row, changes=changes | {"code": row.code, "cycle": cycle}
    )
    return view(session, now, by, row)


def _fill(row: models.Course, given: Content) -> dict[str, Any]:
    values = catalogue.columns(given)
    for name, value in values.items():
        setattr(row, name, value)
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _provider(session: Session, code: str, *, lock: bool = False) -> models.Provider:
    """The provider; locked, so that two drafts at once do not take one code."""
    found = session.get(models.Provider, code, with_for_update=lock or None)
    if found is None:
        raise NotFound(f"There is no provider {code}")
    return found


def _not_over(year: int, now: datetime) -> None:
    if now > cycles.cycle(year).find_closes_at:
        raise Conflict(f"The cycle {year} is over")


def _only_partner(session: Session, provider_code: str, now: datetime) -> str | None:
    """The provider itself when it is accredited, else its one partner."""
    found = catalogue.partners(session, provider_code, today(now))
    return provider_code if provider_code in found else found.pop() if len(found) == 1 else None


def _known_accredited(session: Session, said: Content) -> None:
    if said.accredited_code is None:
        return
    found = session.get(models.Provider, said.accredited_code)
    if found is None or found.kind not in catalogue.ACCREDITED:
        raise Invalid.field("accredited_code", f"{said.accredited_code} is no accredited provider")


def _free_code(session: Session, cycle: int, provider_code: str, wanted: str | None) -> str:
    known = select(models.Course.code).where(
        models.Course.cycle == cycle, models.Course.provider_code == provider_code
    )
    taken = set(session.scalars(known))
    if wanted in taken:
        raise Conflict(f"Provider {provider_code} has a course {wanted} in {cycle} already", code=wanted)
    return wanted or courses.next_code(taken)


def change_course(
    session: Session, now: datetime, by: Principal, *, course_id: UUID, changes: Mapping[str, Any]
) -> View:
    """Say something else about a course; null clears.

    Raises Invalid by field: a published course must stay one that can be published, and keeps what candidates chose
    it for. Raises Conflict when it was withdrawn.
    """
    row, before = catalogue.locked(session, by, "course.change", course_id)
    said = {name: getattr(before.content, name) for name in CONTENT}
    after, changed = courses.change(
        before,
        catalogue.content(said | dict(changes)),
        catalogue.partners(session, row.provider_code, today(now)),
    )
    _known_accredited(session, after.content)
    differences = catalogue.assign(row, catalogue.columns(after.content))
    if changed:
        catalogue.noted(session, by, now, "course.change", row, changes=differences)
    if changed and after.state is State.PUBLISHED:
        publish(session, CourseChanged(**_about(after, now), changed=changed))
        correction_timers.expect(session, now, course_id)
    session.flush()
    return view(session, now, by, row)


def publish_course(session: Session, now: datetime, by: Principal, *, course_id: UUID) -> View:
    """Show a course to candidates. Raises Invalid with everything that is missing or wrong, by field."""
    row, before = catalogue.locked(session, by, "course.publish", course_id)
    _not_over(before.cycle, now)
    after = courses.publish(before, catalogue.partners(session, row.provider_code, today(now)), now)
    _store(session, now, by, row, after, "course.publish")
    publish(session, _published(after, now))
    return view(session, now, by, row)


def withdraw_course(session: Session, now: datetime, by: Principal, *, course_id: UUID, why: str) -> View:
    """Offer a course no more. Raises TransitionNotAllowed: a draft is deleted, and nothing is withdrawn twice."""
    row, before = catalogue.locked(session, by, "course.withdraw", course_id)
    after = courses.withdraw(before, now)
    _store(session, now, by, row, after, "course.withdraw", why)
    publish(session, CourseWithdrawn(**_about(after, now)))
    return view(session, now, by, row)


def delete_course(session: Session, now: datetime, by: Principal, *, course_id: UUID) -> View:
    """Remove a draft. Raises Conflict for a course that candidates have seen."""
    row, before = catalogue.locked(session, by, "course.delete", course_id)
    courses.delete(before)
    said = {name: value for name, value in catalogue.columns(before.content).items() if value}
    catalogue.noted(
        session, by, now, "course.delete", row, changes=said | {"code": row.code, "cycle": row.cycle}
    )
    session.delete(row)
    session.flush()
    return {"course_id": course_id}


def _store(
    session: Session,
    now: datetime,
    by: Principal,
    row: models.Course,
    after: Course,
    action: str,
    why: str | None = None,
) -> None:
    values = {
        "state": after.state.value,
        "published_at": after.published_at,
        "withdrawn_at": after.withdrawn_at,
    }
    changes = catalogue.assign(row, values)
    catalogue.noted(session, by, now, action, row, changes={"state": changes["state"]}, why=why)
    session.flush()


def _about(course: Course, now: datetime) -> dict[str, Any]:
    """What every fact about a course begins with."""
    return {
        "occurred_at": now,
        "course_id": course.id,
        "cycle": course.cycle,
        "provider_code": course.provider_code,
        "course_code": course.code,
    }


def _published(course: Course, now: datetime) -> CoursePublished:
    said = catalogue.columns(course.content)
    names = ("accredited_code", "name", "level", "route", "funding", "qualification", "start_month")
    return CoursePublished(
        **_about(course, now),
        **{name: said[name] for name in names},
        subjects=course.content.subjects,
        places=course.places,
        site_urns=catalogue.site_urns(course.options),
    )
