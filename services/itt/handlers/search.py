"""Courses for candidates: what is published, while find is open. Everybody may ask."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Double, Integer, Select, Subquery, cast, func, literal, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import cycles, geography
from services.itt.domain.courses import State, StudyMode
from services.itt.domain.cycles import Cycle
from services.itt.domain.geography import Place
from services.itt.domain.search import Held, Sort, metres, miles, open_to
from services.itt.geocoder import EmbeddedGeocoder, Geocoder
from services.itt.handlers.course_views import View, for_candidates
from shared.errors import Conflict, Invalid, NotFound
from shared.paging import page
from shared.policy import Principal

Course, Option, School, Provider = models.Course, models.CourseOption, models.School, models.Provider
NOWHERE_M = 10_000_000  # A course whose sites have no coordinates comes last.
EQUAL = ("level", "funding", "qualification", "visa_sponsorship", "provider_code")


def search_courses(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    near: Mapping[str, Any] | None = None,
    within_miles: float | None = None,
    sort: str | None = None,
    limit: int = 50,
    after: str | None = None,
    geocoder: Geocoder | None = None,
    **filters: Any,
) -> View:
    """The published courses of the cycle that runs, by distance, name or provider; with how many there are.

    ``near``: a school's ``urn``, a ``postcode``, or ``latitude`` and ``longitude``. ``filters``: subjects (any of
    them), level, funding, qualification, visa_sponsorship, degree (what the candidate has), study_mode, vacancies
    (only courses that have some), provider_code. Raises Conflict while find is closed, Invalid for a
    place that is not known.
    """
    cycle = _open(now)
    place = _place(session, near, geocoder or EmbeddedGeocoder(session)) if near else None
    order = Sort(sort) if sort else Sort.DISTANCE if place else Sort.NAME
    if place is None and (within_miles is not None or order is Sort.DISTANCE):
        raise Invalid.field("near", "say from where: a school, a postcode or a point")
    found = _found(_fitting(cycle, filters), _nearest(place, within_miles, filters)).cte("found")
    total = select(func.count()).select_from(found).scalar_subquery()
    wanted = select(found, total.label("total"))
    listed = page(session, wanted, order=_order(found, order), limit=limit, after=after)
    rows = listed["items"]
    count = rows[0].total if rows else session.scalar(select(total))
    return {"items": _views(session, rows), "next": listed["next"], "total": count, "cycle": cycle.year}


def _open(now: datetime) -> Cycle:
    """The cycle whose courses candidates see now. Raises Conflict."""
    cycle = cycles.current(now)
    if not cycle.can_find(now):
        raise Conflict(f"The courses of {cycle.year} are no longer shown; find is closed", cycle=cycle.year)
    return cycle


def _place(session: Session, near: Mapping[str, Any], geocoder: Geocoder) -> Place:
    if near.get("postcode"):
        return geocoder.place(near["postcode"])
    if near.get("urn"):
        return _of_school(session, near["urn"])
    return geography.place_of(near["latitude"], near["longitude"])


def _of_school(session: Session, urn: str) -> Place:
    school = session.get(School, urn)
    if school is None or school.easting is None or school.northing is None:
        raise Invalid.field(
            "urn", f"school {urn} is not known here, or the register has no coordinates of it"
        )
    return Place(school.easting, school.northing)


def _found(fitting: list[ColumnElement[bool]], nearest: Subquery) -> Select[Any]:
    """The courses that fit, each with the metres to its nearest site that fits."""
    return (
        select(
            Course.id,
            nearest.c.distance_m,
            func.lower(Course.name).label("name"),
            func.lower(Provider.name).label("provider"),
        )
        .join(Provider, Provider.code == Course.provider_code)
        .join(nearest, nearest.c.course_id == Course.id)
        .where(*fitting)
    )


def _nearest(place: Place | None, within_miles: float | None, filters: Mapping[str, Any]) -> Subquery:
    """The courses with a site that fits, and the metres to the nearest of these; 0 from nowhere."""
    clauses = [Option.places > 0]
    if filters.get("study_mode"):
        clauses.append(Option.study_mode == StudyMode(filters["study_mode"]).value)
    if filters.get("vacancies"):
        clauses.append(Option.accepted < Option.places)
    if place is None:
        known = select(Option.course_id, literal(0).label("distance_m")).distinct()
        return known.where(*clauses).subquery()
    distance_m = _metres(place)
    if within_miles is not None:
        clauses.append(distance_m <= metres(within_miles))
    nearest = cast(func.coalesce(func.min(distance_m), NOWHERE_M), Integer).label("distance_m")
    sites = select(Option.course_id, nearest).outerjoin(School, School.urn == Option.site_urn)
    return sites.where(*clauses).group_by(Option.course_id).subquery()


def _metres(place: Place) -> ColumnElement[Any]:
    """The plane distance of a site on the national grid; squares of metres are too large for an integer."""
    east, north = cast(School.easting, Double) - place.easting, cast(School.northing, Double) - place.northing
    return func.round(func.sqrt(east * east + north * north))


def _fitting(cycle: Cycle, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """What a course itself must be."""
    given = {name: value for name, value in filters.items() if value not in (None, [])}
    clauses = [Course.cycle == cycle.year, Course.state == State.PUBLISHED.value]
    clauses += [getattr(Course, name) == given[name] for name in EQUAL if name in given]
    if "subjects" in given:
        clauses.append(Course.subjects.overlap(given["subjects"]))
    if "degree" in given:
        clauses.append(Course.degree_required.in_(open_to(Held(given["degree"]))))
    return clauses


def _order(found: CTE, sort: Sort) -> tuple[ColumnElement[Any], ...]:
    return {
        Sort.DISTANCE: (found.c.distance_m, found.c.name, found.c.id),
        Sort.NAME: (found.c.name, found.c.provider, found.c.id),
        Sort.PROVIDER: (found.c.provider, found.c.name, found.c.id),
    }[sort]


def _views(session: Session, found: Sequence[Any]) -> list[View]:
    known = select(Course).where(Course.id.in_([row.id for row in found]))
    rows = {row.id: row for row in session.scalars(known)}
    views = for_candidates(session, [rows[row.id] for row in found])
    for view, row in zip(views, found, strict=True):
        view["distance_miles"] = miles(row.distance_m) if row.distance_m < NOWHERE_M else None
    return views


def show_course(session: Session, now: datetime, by: Principal, *, course_id: UUID) -> View:
    """A published course as candidates see it. Raises NotFound for any other, Conflict while find is closed."""
    cycle = _open(now)
    row = session.get(Course, course_id)
    if row is None or row.cycle != cycle.year or row.state != State.PUBLISHED.value:
        raise NotFound(f"There is no course {course_id} to be found")
    return for_candidates(session, [row])[0] | {"distance_miles": None}


def recruitment_cycle(session: Session, now: datetime, by: Principal, *, cycle: int | None = None) -> View:
    """The timetable of a cycle, by default of the one that runs; provisional until its dates are announced.

    Raises Invalid for a year without one.
    """
    found = cycles.cycle(cycle) if cycle else cycles.current(now)
    names = (
        "find_opens",
        "apply_opens",
        "apply_deadline",
        "reject_by_default",
        "decline_by_default",
        "find_closes",
    )
    moments = {f"{name}_at": getattr(found, f"{name}_at") for name in names}
    told = {"cycle": found.year, "provisional": found.provisional}
    return told | {"can_find": found.can_find(now), "can_apply": found.can_apply(now)} | moments
