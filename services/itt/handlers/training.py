"""Placements: arranged with a mentor, and completed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import placements, school_days
from services.itt.domain.placements import Placement
from services.itt.handlers import belonging, checks, records, training_rows
from services.itt.handlers.views import View, view
from shared.errors import Conflict, Invalid
from shared.events import Person
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal


def arrange_placement(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    number: int,
    school_urn: str,
    starts_on: date,
    ends_on: date,
    mentor: Mapping[str, Any],
    placement_id: UUID | None = None,
) -> View:
    """Settle placement ``number``: school, dates and mentor; asked again, it changes it.

    Raises Invalid, Conflict for a placement that is completed, for recorded days that other dates would leave out, or
    a trainee who may not be changed.
    """
    row = records.locked(session, by, "trainee.arrange_placement", trainee_id)
    stored = _numbered(session, trainee_id, number) or _added(session, row, number, school_urn, placement_id)
    if placement_id and stored.id != placement_id:
        _rename(session, stored, placement_id)
    mentor_id, person = mentor_of(session, stored, mentor)
    before = records.placement(stored)
    wanted = replace(
        before,
        school_urn=school_urn,
        starts_on=starts_on,
        ends_on=ends_on,
        mentor_id=mentor_id,
        mentor=person,
    )
    event = placements.moved_from(before, placements.arrange(records.trainee(row), wanted, now))
    if changes := settle(stored, wanted):
        if stored.completed_on:
            raise Conflict(
                f"Placement {number} was completed on {stored.completed_on}; correct it with a reason"
            )
        school_days.refuse_outside(wanted, training_rows.entries(session, row.id))
        row.moved_on = True
        records.note(session, now, by, row.id, "trainee.arrange_placement", changes)
        publish(session, event)
    return view(session, now, by, row)


def _numbered(session: Session, trainee_id: UUID, number: int) -> models.Placement | None:
    known = select(models.Placement).where(
        models.Placement.trainee_id == trainee_id,
        models.Placement.number == number,
        models.Placement.removed_at.is_(None),
    )
    return session.scalar(known)


def _added(
    session: Session, row: models.Trainee, number: int, urn: str, placement_id: UUID | None
) -> models.Placement:
    id_ = placement_id or new_id()
    if session.get(models.Placement, id_) is not None:
        raise Conflict(f"The placement {id_} has another number, was removed or is somebody else's")
    stored = models.Placement(id=id_, trainee_id=row.id, number=number, school_urn=urn)
    session.add(stored)
    return stored


def _rename(session: Session, stored: models.Placement, placement_id: UUID) -> None:
    """A placement that came with a file takes the caller's id; one that was arranged keeps its own."""
    if stored.mentor_id is not None or session.get(models.Placement, placement_id) is not None:
        raise Conflict(f"Placement {stored.number} is already arranged as {stored.id}")
    stored.id = placement_id


def mentor_of(
    session: Session, stored: models.Placement, given: Mapping[str, Any], *, mistyped: bool = False
) -> tuple[UUID, Person]:
    """The mentor with an id: the one given, else the one that the e-mail address already has here, else new.

    Whoever mentors this placement stays who they are under the same address; under the same name when no address is
    given, or when the old one was ``mistyped``, unless the new one is somebody else's here.
    """
    person = Person(
        first_names=given["first_names"].strip(),
        last_name=given["last_name"].strip(),
        email=(given.get("email") or "").strip().lower() or None,
    )
    known = _of_address(session, stored, person.email) if person.email else None
    same_name = (stored.mentor_first_names, stored.mentor_last_name) == (person.first_names, person.last_name)
    if known is None and same_name and (mistyped or not person.email):
        known = stored.mentor_id
    return given.get("person_id") or known or new_id(), person


def _of_address(session: Session, stored: models.Placement, email: str) -> UUID | None:
    """Who has the address here: before all others whoever mentors this placement."""
    _lock_address(session, email)
    if stored.mentor_email == email:
        return stored.mentor_id
    same = select(models.Placement.mentor_id).where(models.Placement.mentor_email == email)
    return session.scalar(same.order_by(models.Placement.mentor_id).limit(1))


def _lock_address(session: Session, email: str) -> None:
    """One at a time: two placements at once cannot both find the mentor new."""
    key = func.hashtextextended(f"itt mentor {email}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def settle(stored: models.Placement, wanted: Placement) -> records.Changes:
    """Write the school, the dates and the mentor; gives what changed."""
    mentor = wanted.mentor or Person(first_names="", last_name="")
    return records.assign(
        stored,
        {
            "school_urn": wanted.school_urn,
            "starts_on": wanted.starts_on,
            "ends_on": wanted.ends_on,
            "mentor_id": wanted.mentor_id,
            "mentor_first_names": mentor.first_names,
            "mentor_last_name": mentor.last_name,
            "mentor_email": mentor.email,
        },
    )


def complete_placement(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    placement_id: UUID,
    completed_on: date,
    days: int | None = None,
) -> View:
    """The placement is over; ``days`` in school: those that are recorded, else as given, else all working days.

    The same again changes nothing. Raises Conflict while a check before training is missing.
    """
    stored, row = belonging.standing_placement(session, by, "trainee.complete_placement", placement_id)
    if stored.completed_on == completed_on and days in (None, stored.days):
        return view(session, now, by, row)
    checks.refuse_without(session, now, row)
    done = days_of(session, row, stored, days)
    one, event = placements.complete(records.trainee(row), records.placement(stored), completed_on, done, now)
    changes = records.assign(stored, {"completed_on": one.completed_on, "days": one.days})
    row.moved_on = True
    records.note(session, now, by, row.id, "trainee.complete_placement", changes)
    publish(session, event)
    return view(session, now, by, row)


def days_of(session: Session, row: models.Trainee, stored: models.Placement, days: int | None) -> int | None:
    """The days that are recorded win. Raises Invalid for another number beside them."""
    own = [one.days for one in training_rows.entries(session, row.id) if one.placement_id == stored.id]
    if own and days not in (None, sum(own)):
        raise Invalid.field("days", f"{sum(own)} are recorded; leave it out, or correct what is recorded")
    return sum(own) if own else days
