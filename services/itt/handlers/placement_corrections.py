"""Placements that were recorded wrongly: corrected or removed with a reason, which the history keeps."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt.domain import placement_corrections
from services.itt.domain.corrections import require_reason
from services.itt.handlers import belonging, records, training_rows
from services.itt.handlers.training import days_of, mentor_of, settle
from services.itt.handlers.views import View, view
from shared.messaging import publish
from shared.policy import Principal

ACTION = "trainee.correct_placement"
RECORDED = (
    "school_urn",
    "starts_on",
    "ends_on",
    "mentor_id",
    "mentor_first_names",
    "mentor_last_name",
    "mentor_email",
    "completed_on",
    "days",
)


def correct_placement(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    placement_id: UUID,
    reason: str,
    mentor: Mapping[str, Any] | None = None,
    **changes: Any,
) -> View:
    """Another school, other dates or another mentor, by what is given; also of a placement that is over.

    Of that one also ``completed_on`` and the ``days`` that were done. The same name with another address, or the same
    address with another name, is the same mentor, written rightly.

    Raises as ``arrange_placement`` and ``complete_placement`` do, Conflict when it was removed or recorded days would
    lie outside it.
    """
    stored, row = belonging.standing_placement(session, by, ACTION, placement_id)
    why = require_reason(reason)
    before = records.placement(stored)
    after = replace(before, **changes)
    if "days" in changes:
        after = replace(after, days=days_of(session, row, stored, changes["days"]))
    if mentor is not None:
        mentor_id, person = mentor_of(session, stored, mentor, mistyped=True)
        after = replace(after, mentor_id=mentor_id, mentor=person)
    if after != before:
        entries = training_rows.entries(session, row.id)
        event = placement_corrections.correct(records.trainee(row), before, after, entries, now)
        about = {"placement_id": stored.id, "number": stored.number}
        done = records.assign(stored, {"completed_on": after.completed_on, "days": after.days})
        belonging.note(session, now, by, row, ACTION, settle(stored, after) | done, why, **about)
        publish(session, event)
    return view(session, now, by, row)


def remove_placement(
    session: Session, now: datetime, by: Principal, *, placement_id: UUID, reason: str
) -> View:
    """The placement should not be in the record. One that was removed already changes nothing.

    Raises Conflict while days in school are recorded for it, or for a trainee who may not be changed.
    """
    stored, row = belonging.placement(session, by, ACTION, placement_id)
    why = require_reason(reason)
    if stored.removed_at is None:
        entries = training_rows.entries(session, row.id)
        event = placement_corrections.remove(records.trainee(row), records.placement(stored), entries, now)
        stored.removed_at = now
        was: records.Changes = {name: (getattr(stored, name), None) for name in RECORDED}
        about = {"placement_id": stored.id, "number": stored.number}
        belonging.note(session, now, by, row, "trainee.remove_placement", was, why, **about)
        if event:
            publish(session, event)
    return view(session, now, by, row)
