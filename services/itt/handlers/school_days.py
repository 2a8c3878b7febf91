"""Days in schools: recorded for a placement, corrected and removed with a reason."""

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import school_days
from services.itt.domain.corrections import require_reason
from services.itt.domain.dates import today
from services.itt.domain.placements import Placement
from services.itt.domain.school_days import Entry, check_period, counted
from services.itt.handlers import belonging, checks, records, training_rows
from services.itt.handlers.views import View, view
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal

Table = models.training.SchoolDays


def record_school_days(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    placement_id: UUID,
    first_on: date,
    last_on: date,
    days: int | None = None,
    entry_id: UUID | None = None,
) -> View:
    """Days were done in the school of a placement; all working days of the period unless ``days`` are given.

    The same entry again changes nothing. Raises Conflict while a check is missing, for days that are recorded already
    or a placement that is completed; Invalid for dates.
    """
    stored, row = belonging.standing_placement(session, by, "trainee.record_days", placement_id)
    placement = records.placement(stored)
    check_period(placement, first_on, last_on, today(now))
    new = Entry(
        id=entry_id or new_id(),
        placement_id=placement.id,
        first_on=first_on,
        last_on=last_on,
        days=counted(first_on, last_on, days),
    )
    if not _recorded(session, row, new):
        checks.refuse_without(session, now, row)
        event = school_days.record(
            records.trainee(row), placement, new, training_rows.entries(session, row.id), now
        )
        session.add(Table(trainee_id=row.id, recorded_by=by.actor, recorded_at=now, **asdict(new)))
        belonging.note(session, now, by, row, "trainee.record_days", _changes(None, new), entry_id=new.id)
        publish(session, event)
    return view(session, now, by, row)


def _recorded(session: Session, row: models.Trainee, new: Entry) -> bool:
    """Whether this very entry is there. Raises Conflict when its id means another one."""
    stored = session.get(Table, new.id)
    if stored is None:
        return False
    if (stored.trainee_id, stored.removed_at, training_rows.entry(stored)) != (row.id, None, new):
        raise Conflict(f"The entry {new.id} is already recorded with something else in it, or was removed")
    return True


def _changes(before: Entry | None, after: Entry | None) -> records.Changes:
    old, new = (asdict(each) if each else {} for each in (before, after))
    pairs = {name: (old.get(name), new.get(name)) for name in ("placement_id", "first_on", "last_on", "days")}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def correct_school_days(
    session: Session, now: datetime, by: Principal, *, entry_id: UUID, reason: str, **changes: Any
) -> View:
    """The entry was wrong: other days or another period, by what is given. Raises as ``record_school_days`` does."""
    stored, row = belonging.locked(session, by, "trainee.correct_days", Table, entry_id, "entry")
    why = require_reason(reason)
    if stored.removed_at:
        raise Conflict("This entry was removed; record it anew")
    before, placement = training_rows.entry(stored), _of(session, stored)
    after = replace(before, **changes)
    if after != before:
        others = _others(session, row, entry_id)
        event = school_days.correct(records.trainee(row), placement, after, others, now)
        records.assign(stored, {name: value for name, value in asdict(after).items() if name != "id"})
        _settle(session, placement, event.placement_days)
        changed = _changes(before, after)
        belonging.note(session, now, by, row, "trainee.correct_days", changed, why, entry_id=entry_id)
        publish(session, event)
    return view(session, now, by, row)


def remove_school_days(
    session: Session, now: datetime, by: Principal, *, entry_id: UUID, reason: str
) -> View:
    """The entry should not be there. One that was removed already changes nothing."""
    stored, row = belonging.locked(session, by, "trainee.correct_days", Table, entry_id, "entry")
    why = require_reason(reason)
    if stored.removed_at is None:
        before, placement = training_rows.entry(stored), _of(session, stored)
        others = _others(session, row, entry_id)
        event = school_days.remove(records.trainee(row), placement, before, others, now)
        stored.removed_at = now
        _settle(session, placement, event.placement_days)
        changed = _changes(before, None)
        belonging.note(session, now, by, row, "trainee.remove_days", changed, why, entry_id=entry_id)
        publish(session, event)
    return view(session, now, by, row)


def _of(session: Session, stored: Table) -> Placement:
    placed = session.get_one(models.Placement, stored.placement_id)
    session.refresh(placed)
    return records.placement(placed)


def _others(session: Session, row: models.Trainee, entry_id: UUID) -> list[Entry]:
    return [entry for entry in training_rows.entries(session, row.id) if entry.id != entry_id]


def _settle(session: Session, placement: Placement, days: int) -> None:
    """A completed placement has the days that its entries come to."""
    if placement.completed_on:
        session.get_one(models.Placement, placement.id).days = days
