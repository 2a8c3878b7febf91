"""Courses as readers see them: who offers or ratifies them sees everything, candidates what they choose by."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import courses, policy
from services.itt.domain.codes import labels
from services.itt.domain.courses import CONTENT, Course, Option, State
from services.itt.domain.dates import today
from services.itt.handlers import catalogue
from shared.policy import Principal

View = dict[str, Any]
ACTIONS = {
    State.DRAFT: ("change", "spread_places", "publish", "delete", "roll_over"),
    State.PUBLISHED: ("change", "spread_places", "withdraw", "roll_over"),
    State.WITHDRAWN: ("roll_over",),
}


def view(session: Session, now: datetime, by: Principal, row: models.Course) -> View:
    """Everything about a course: its places, what is missing to publish a draft, what this principal may do now."""
    options = catalogue.options_of(session, [row.id])[row.id]
    course, seen = catalogue.course(row, options), shown(session, [row])[row.id]
    relations = catalogue.relations_of(by, row, options)
    possible = [a for a in ACTIONS[course.state] if policy.PERMISSIONS.allows(by, f"course.{a}", relations)]
    return (
        seen
        | places(course)
        | {
            "sites": sites(course, schools_of(session, (o.site_urn for o in options)), candidates=False),
            "missing_to_publish": _missing(session, course, now),
            "possible": possible,
            "rolled_over_from": row.rolled_over_from,
            "published_at": row.published_at,
            "withdrawn_at": row.withdrawn_at,
        }
    )


def places(course: Course) -> View:
    """The places of all sites, and what is left of them."""
    return {
        "allocated_places": course.allocated_places,
        "places": course.places,
        "accepted": sum(option.accepted for option in course.options),
        "vacancies": course.vacancies,
    }


def _missing(session: Session, course: Course, now: datetime) -> courses.Problems:
    if course.state is not State.DRAFT:
        return {}
    return courses.problems(course, catalogue.partners(session, course.provider_code, today(now)))


def shown(session: Session, rows: Sequence[models.Course]) -> dict[UUID, View]:
    """What a course says, with the names behind its codes, by id of the course."""
    codes = {code for row in rows for code in (row.provider_code, row.accredited_code) if code}
    known = select(models.Provider.code, models.Provider.name).where(models.Provider.code.in_(codes))
    names = {code: name for code, name in session.execute(known)}
    return {row.id: _said(row, names) for row in rows}


def _said(row: models.Course, names: dict[str, str]) -> View:
    return {name: getattr(row, name) for name in CONTENT} | {
        "course_id": row.id,
        "cycle": row.cycle,
        "code": row.code,
        "state": row.state,
        "provider_code": row.provider_code,
        "provider_name": names[row.provider_code],
        "accredited_name": names.get(row.accredited_code or ""),
        "subject_labels": [labels("course_subject").get(code, code) for code in row.subjects],
        "age_range_label": labels("course_age_range").get(row.age_range or ""),
    }


def sites(course: Course, schools: Mapping[str, models.School], *, candidates: bool) -> list[View]:
    """The options of a course with their schools; candidates see those with places, and whether any is left."""
    listed = []
    for option in sorted(course.options, key=lambda o: (o.site_code, o.study_mode)):
        numbers = {"places": option.places, "accepted": option.accepted, "vacancies": option.vacancies}
        if option.places or not candidates:
            listed.append(_site(option, schools.get(option.site_urn)) | ({} if candidates else numbers))
    return listed


def _site(option: Option, school: models.School | None) -> View:
    return {
        "option_id": option.id,
        "site_code": option.site_code,
        "site_urn": option.site_urn,
        "site_name": school.name if school else None,
        "postcode": school.postcode if school else None,
        "study_mode": option.study_mode.value,
        "has_vacancies": option.vacancies > 0,
    }


def schools_of(session: Session, urns: Iterable[str]) -> dict[str, models.School]:
    """The schools that are loaded, by URN."""
    known = select(models.School).where(models.School.urn.in_(set(urns)))
    return {school.urn: school for school in session.scalars(known)}


def for_candidates(session: Session, rows: Sequence[models.Course]) -> list[View]:
    """Published courses as candidates choose by, in this order."""
    said, options = shown(session, rows), catalogue.options_of(session, [row.id for row in rows])
    schools = schools_of(session, (o.site_urn for each in options.values() for o in each))
    views = []
    for row in rows:
        course = catalogue.course(row, options[row.id])
        more = {"has_vacancies": course.vacancies > 0, "sites": sites(course, schools, candidates=True)}
        views.append(said[row.id] | more)
    return views
