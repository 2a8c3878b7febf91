"""What is asked about development: activities with their free places, bookings and questions of a person."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from services.cpd import models as m
from services.cpd.domain import evaluation
from services.cpd.domain.activities import Activity
from services.cpd.domain.activities import State as ActivityState
from services.cpd.domain.bookings import Booking, State
from services.cpd.domain.evaluation import Evaluation
from services.cpd.domain.policy import PERMISSIONS, activity_relations, person_relations
from services.cpd.handlers.bookings import bookings_of
from services.cpd.handlers.records import ids_of, own_person_id
from shared.aliases import known_as
from shared.errors import NotFound
from shared.paging import page
from shared.policy import Principal


def activity(session: Session, by: Principal, *, activity_id: UUID) -> dict[str, Any]:
    """An activity with places and evaluation by level; to its offerer with the register. Raises NotFound."""
    found = session.get(Activity, activity_id)
    if found is None:
        raise NotFound("there is no such activity")
    asked = session.scalars(select(Evaluation).where(m.EVALUATION.c.activity_id == activity_id))
    offers = PERMISSIONS.allows(by, "activity.register", activity_relations(by, found, ids_of(session, by)))
    return {
        **_shown(session, [found])[0],
        "levels": evaluation.summary(asked),
        "register": bookings_of(session, found) if offers else None,
    }


def _shown(session: Session, found: Iterable[Activity]) -> list[dict[str, Any]]:
    """Activities with the places that are taken, waited for and free."""
    listed = list(found)
    counted = _counted(session, [a.id for a in listed])
    return [_with_places(a, counted) for a in listed]


def _counted(session: Session, ids: list[UUID]) -> dict[tuple[UUID, State], int]:
    b = m.BOOKING.c
    statement = select(b.activity_id, b.state, func.count()).where(b.activity_id.in_(ids))
    return {(row[0], row[1]): row[2] for row in session.execute(statement.group_by(b.activity_id, b.state))}


def _with_places(found: Activity, counted: dict[tuple[UUID, State], int]) -> dict[str, Any]:
    taken = sum(counted.get((found.id, s), 0) for s in (State.BOOKED, State.ATTENDED, State.ABSENT))
    return {
        **{f.name: getattr(found, f.name) for f in fields(found)},
        "places_taken": taken,
        "places_free": max(found.capacity - taken, 0),
        "waiting": counted.get((found.id, State.WAITING), 0),
    }


@dataclass(frozen=True)
class Query:
    """What to list: any of these, all of them together."""

    kind: str | None = None
    area: str | None = None
    state: str | None = None
    school_urn: str | None = None
    offered_by: UUID | None = None
    online: bool | None = None
    starts_from: datetime | None = None
    starts_until: datetime | None = None
    search: str = ""


def activities(
    session: Session, *, sort: str, descending: bool, limit: int, after: str | None, **query: Any
) -> dict[str, Any]:
    """Activities a page at a time, by start or title."""
    a = m.ACTIVITY.c
    found = page(
        session,
        _filtered(select(Activity), Query(**query)),
        order=[a[sort], a.id],
        limit=limit,
        after=after,
        descending=descending,
    )
    return {"items": _shown(session, found["items"]), "next": found["next"]}


def _filtered(statement: Select[Any], query: Query) -> Select[Any]:
    a = m.ACTIVITY.c
    for name in ("kind", "area", "school_urn", "offered_by"):
        if (value := getattr(query, name)) is not None:
            statement = statement.where(a[name] == value)
    if query.state is not None:
        statement = statement.where(a.state == ActivityState(query.state))
    if query.online is not None:
        statement = statement.where(a.school_urn.is_(None) if query.online else a.school_urn.is_not(None))
    if query.starts_from is not None:
        statement = statement.where(a.starts_at >= query.starts_from)
    if query.starts_until is not None:
        statement = statement.where(a.starts_at < query.starts_until)
    return _searched(statement, query.search)


def _searched(statement: Select[Any], search: str) -> Select[Any]:
    a = m.ACTIVITY.c
    for word in search.split():
        like = f"%{word.replace('%', '').replace('_', '')}%"
        statement = statement.where(
            or_(a.title.ilike(like), a.specialism.ilike(like), a.description.ilike(like))
        )
    return statement


def _person(session: Session, by: Principal, person_id: UUID | None) -> set[UUID]:
    """All ids of the person asked about, by default the caller. Raises NotFound to others."""
    ids = known_as(session, person_id or own_person_id(by))
    if not PERMISSIONS.allows(by, "booking.read", person_relations(by, ids)):
        raise NotFound("nothing is known of this person's bookings")
    return ids


def bookings(
    session: Session, by: Principal, *, person_id: UUID | None, limit: int, after: str | None
) -> dict[str, Any]:
    """A person's bookings, the latest first. Raises NotFound to others."""
    b, a = m.BOOKING.c, m.ACTIVITY.c
    statement = select(Booking, a.title, a.school_urn).join(m.ACTIVITY, a.id == b.activity_id)
    found = page(
        session,
        statement.where(b.person_id.in_(_person(session, by, person_id))),
        order=[b.starts_at, b.id],
        limit=limit,
        after=after,
        descending=True,
        key=lambda row: [row[0].starts_at, row[0].id],
    )
    items = [{**_booking(row[0]), "title": row[1], "school_urn": row[2]} for row in found["items"]]
    return {"items": items, "next": found["next"]}


def _booking(found: Booking) -> dict[str, Any]:
    return {f.name: getattr(found, f.name) for f in fields(found)}


def evaluations(
    session: Session, by: Principal, *, person_id: UUID | None, open_only: bool, limit: int, after: str | None
) -> dict[str, Any]:
    """What a person was or will be asked, by date; ``open_only`` leaves what is asked and not answered."""
    e, a = m.EVALUATION.c, m.ACTIVITY.c
    statement = select(Evaluation, a.title).join(m.ACTIVITY, a.id == e.activity_id)
    if open_only:
        statement = statement.where(e.requested_at.is_not(None), e.score.is_(None))
    found = page(
        session,
        statement.where(e.person_id.in_(_person(session, by, person_id))),
        order=[e.due_on, e.id],
        limit=limit,
        after=after,
        key=lambda row: [row[0].due_on, row[0].id],
    )
    items = [
        {**{f.name: getattr(row[0], f.name) for f in fields(row[0])}, "title": row[1]}
        for row in found["items"]
    ]
    return {"items": items, "next": found["next"]}
