"""Courses of one cycle become drafts of the next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import cycles, policy, rollover
from services.itt.domain.courses import State
from services.itt.domain.policy.courses import course_relations
from services.itt.handlers import catalogue
from services.itt.handlers.course_views import View
from shared.errors import NotFound
from shared.ids import new_id
from shared.policy import Principal

OFFERED = (State.PUBLISHED.value, State.WITHDRAWN.value)


def roll_over_courses(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str,
    cycle: int,
    course_ids: Sequence[UUID] | None = None,
) -> View:
    """Copy a provider's courses of a cycle into the next one, as drafts with their sites, places and allocation.

    By default those that were published, also if they were withdrawn since. A course whose code the next cycle has
    already is passed over, so that it can be asked again. Raises NotAllowed, NotFound, Invalid (no next cycle).
    """
    policy.PERMISSIONS.require(by, "course.roll_over", course_relations(by, provider_code, None))
    cycles.cycle(cycle)
    cycles.cycle(cycle + 1)
    session.get(models.Provider, provider_code, with_for_update=True)
    rows = session.scalars(_chosen(provider_code, cycle, course_ids)).all()
    if missing := set(course_ids or ()) - {row.id for row in rows}:
        raise NotFound(f"There is no course {min(missing)} of provider {provider_code} in {cycle}")
    taken = _codes(session, provider_code, cycle + 1)
    made = [_copy(session, now, by, row) for row in rows if row.code not in taken]
    return {
        "cycle": cycle + 1,
        "courses": [
            {"course_id": row.id, "code": row.code, "rolled_over_from": row.rolled_over_from} for row in made
        ],
        "already_there": [row.code for row in rows if row.code in taken],
    }


def _chosen(provider_code: str, cycle: int, course_ids: Sequence[UUID] | None) -> Select[Any]:
    known = select(models.Course).where(
        models.Course.provider_code == provider_code, models.Course.cycle == cycle
    )
    wanted = models.Course.state.in_(OFFERED) if course_ids is None else models.Course.id.in_(course_ids)
    return known.where(wanted).order_by(models.Course.code)


def _codes(session: Session, provider_code: str, cycle: int) -> set[str]:
    known = select(models.Course.code).where(
        models.Course.provider_code == provider_code, models.Course.cycle == cycle
    )
    return set(session.scalars(known))


def _copy(session: Session, now: datetime, by: Principal, row: models.Course) -> models.Course:
    made = models.Course(id=new_id(), created_at=now, **rollover.rolled(_values(row)))
    session.add(made)
    session.flush()
    for option in catalogue.options_of(session, [row.id])[row.id]:
        session.add(models.CourseOption(id=new_id(), **rollover.rolled_option(_values(option), made.id)))
    session.flush()
    catalogue.noted(session, by, now, "course.roll_over", made, changes={"rolled_over_from": str(row.id)})
    return made


def _values(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
