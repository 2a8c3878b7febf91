"""Places: allocated to a course, spread over its sites, taken by who accepts an offer and given back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import gias, policy
from services.itt.domain.courses import Course, State, StudyMode, refuse
from services.itt.domain.places import Site, Spread, allocate, spread
from services.itt.handlers import catalogue, correction_timers
from services.itt.handlers.course_views import View, schools_of, view
from services.itt.models.courses import CourseOption
from shared.errors import Conflict, NotFound
from shared.events.courses import CoursePlacesChanged
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal


def take(session: Session, option_id: UUID) -> int:
    """Take one place, whatever happens at the same moment; gives how many are accepted now.

    One statement decides, and the table's constraint stands behind it. Raises NotFound, Conflict when none is left.
    """
    return _move(session, option_id, 1, CourseOption.accepted < CourseOption.places, "There is no place left")


def give_back(session: Session, option_id: UUID) -> int:
    """Give one place back; gives how many are accepted now. Raises NotFound, Conflict when none was taken."""
    return _move(session, option_id, -1, CourseOption.accepted > 0, "No place of this option is taken")


def _move(session: Session, option_id: UUID, by: int, when: ColumnElement[bool], refusal: str) -> int:
    statement = (
        update(CourseOption)
        .where(CourseOption.id == option_id, when)
        .values(accepted=CourseOption.accepted + by)
        .returning(CourseOption.accepted)
        .execution_options(synchronize_session="fetch")
    )
    accepted: int | None = session.scalar(statement)
    if accepted is None:
        _refuse(session, option_id, refusal)
    return accepted or 0


def _refuse(session: Session, option_id: UUID, refusal: str) -> None:
    option = session.get(CourseOption, option_id)
    if option is None:
        raise NotFound(f"There is no course option {option_id}")
    raise Conflict(refusal, course_option_id=str(option_id), places=option.places)


def allocate_places(session: Session, now: datetime, by: Principal, *, course_id: UUID, places: int) -> View:
    """The national allocation of a course for its cycle. Raises Conflict when more stand at its sites already."""
    policy.PERMISSIONS.require(by, "course.allocate_places")
    row, before = catalogue.locked(session, by, "course.allocate_places", course_id)
    after = allocate(before, places)
    changes = catalogue.assign(row, {"allocated_places": after.allocated_places})
    if changes:
        catalogue.noted(session, by, now, "course.allocate_places", row, changes=changes)
        _tell(session, now, after)
    session.flush()
    return view(session, now, by, row)


def spread_places(
    session: Session, now: datetime, by: Principal, *, course_id: UUID, sites: Sequence[Mapping[str, Any]]
) -> View:
    """All sites of a course with their places, within the allocation; a site that is not named loses its places.

    Raises Invalid by field, Conflict for fewer places than are accepted at a site.
    """
    row, before = catalogue.locked(session, by, "course.spread_places", course_id)
    wanted = [Site(**{**site, "study_mode": StudyMode(site["study_mode"])}) for site in sites]
    decided = spread(before, wanted)
    _known_schools(session, before, wanted)
    changes = _store(session, row, decided)
    if changes:
        catalogue.noted(session, by, now, "course.spread_places", row, changes=changes)
        correction_timers.expect(session, now, course_id)
        _tell(session, now, catalogue.course(row, catalogue.options_of(session, [row.id])[row.id]))
    return view(session, now, by, row)


def _known_schools(session: Session, course: Course, sites: Sequence[Site]) -> None:
    """A site is a school of the register that is not closed. Raises Invalid."""
    schools = schools_of(session, (site.urn for site in sites))
    known = {option.site_urn for option in course.options}
    wrong = []
    for urn in sorted({site.urn for site in sites} - known):
        if urn not in schools:
            wrong.append(f"there is no school {urn} in the register that is loaded")
        elif schools[urn].status == gias.CLOSED:
            wrong.append(f"school {urn} is closed")
    refuse({"sites": wrong} if wrong else {})


def _store(session: Session, row: models.Course, decided: Spread) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for option in decided.kept:
        stored = session.get_one(CourseOption, option.id)
        for name, pair in catalogue.assign(
            stored, {"places": option.places, "site_urn": option.site_urn}
        ).items():
            changes[f"{option.site_code}.{option.study_mode}.{name}"] = pair
    for option in decided.gone:
        session.delete(session.get_one(CourseOption, option.id))
        changes[f"{option.site_code}.{option.study_mode}.places"] = [option.places, None]
    for site in decided.new:
        session.add(_new_option(row, site))
        changes[f"{site.code}.{site.study_mode}.places"] = [None, site.places]
    session.flush()
    return changes


def _new_option(row: models.Course, site: Site) -> CourseOption:
    return CourseOption(
        id=new_id(),
        course_id=row.id,
        site_code=site.code,
        site_urn=site.urn,
        study_mode=site.study_mode.value,
        places=site.places,
        accepted=0,
    )


def _tell(session: Session, now: datetime, course: Course) -> None:
    """What candidates can choose has changed; nobody has seen a draft."""
    if course.state is State.PUBLISHED:
        fact = CoursePlacesChanged(
            occurred_at=now,
            course_id=course.id,
            cycle=course.cycle,
            provider_code=course.provider_code,
            course_code=course.code,
            places=course.places,
            allocated_places=course.allocated_places or 0,
            site_urns=catalogue.site_urns(course.options),
        )
        publish(session, fact)
