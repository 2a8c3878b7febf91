"""Absence from training: recorded, corrected and removed with a reason."""

from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import absences
from services.itt.domain.absences import Absence, Kind
from services.itt.domain.corrections import require_reason
from services.itt.handlers import belonging, records, room, training_rows
from services.itt.handlers.views import View, view
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal

Table = models.training.Absence


def record_absence(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    kind: Kind,
    starts_on: date,
    ends_on: date | None = None,
    note: str | None = None,
    absence_id: UUID | None = None,
) -> View:
    """The trainee is away, until a day that may not be known yet. The same absence again changes nothing.

    Raises Invalid for dates, Conflict for a period that shares a day with another absence.
    """
    row = records.locked(session, by, "trainee.record_absence", trainee_id)
    new = Absence(
        id=absence_id or new_id(),
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        note=(note or "").strip() or None,
    )
    if not _recorded(session, row, new):
        others = training_rows.absences_of(session, row.id)
        event = absences.record(records.trainee(row), new, others, now)
        session.add(Table(trainee_id=row.id, recorded_by=by.actor, recorded_at=now, **asdict(new)))
        room.of_absences(session, row.id)
        belonging.note(session, now, by, row, "trainee.record_absence", _changes(None, new), entry_id=new.id)
        publish(session, event)
    return view(session, now, by, row)


def _recorded(session: Session, row: models.Trainee, new: Absence) -> bool:
    """Whether this very absence is there. Raises Conflict when its id means another one."""
    stored = session.get(Table, new.id)
    if stored is None:
        return False
    if (stored.trainee_id, stored.removed_at, training_rows.absence(stored)) != (row.id, None, new):
        raise Conflict(f"The absence {new.id} is already recorded with something else in it, or was removed")
    return True


def _changes(before: Absence | None, after: Absence | None) -> records.Changes:
    old, new = (asdict(each) if each else {} for each in (before, after))
    pairs = {name: (old.get(name), new.get(name)) for name in ("kind", "starts_on", "ends_on", "note")}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def correct_absence(
    session: Session, now: datetime, by: Principal, *, absence_id: UUID, reason: str, **changes: Any
) -> View:
    """It was otherwise, or has ended: what is given changes. Raises as ``record_absence`` does."""
    stored, row = belonging.locked(session, by, "trainee.correct_absence", Table, absence_id, "absence")
    why = require_reason(reason)
    if stored.removed_at:
        raise Conflict("This absence was removed; record it anew")
    before = training_rows.absence(stored)
    after = replace(before, **changes)
    if after != before:
        others = [one for one in training_rows.absences_of(session, row.id) if one.id != absence_id]
        event = absences.correct(records.trainee(row), after, others, now)
        records.assign(stored, {name: value for name, value in asdict(after).items() if name != "id"})
        room.of_absences(session, row.id)
        changed = _changes(before, after)
        belonging.note(session, now, by, row, "trainee.correct_absence", changed, why, entry_id=absence_id)
        publish(session, event)
    return view(session, now, by, row)


def remove_absence(session: Session, now: datetime, by: Principal, *, absence_id: UUID, reason: str) -> View:
    """The trainee was there. One that was removed already changes nothing."""
    stored, row = belonging.locked(session, by, "trainee.correct_absence", Table, absence_id, "absence")
    why = require_reason(reason)
    if stored.removed_at is None:
        before = training_rows.absence(stored)
        event = absences.correct(records.trainee(row), before, (), now, removed=True)
        stored.removed_at = now
        changed = _changes(before, None)
        belonging.note(session, now, by, row, "trainee.remove_absence", changed, why, entry_id=absence_id)
        publish(session, event)
    return view(session, now, by, row)
