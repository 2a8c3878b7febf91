"""Placements that were recorded wrongly: another school, other dates, another mentor, or never one at all.

A placement that is over is corrected too, with the day on which it was completed and the days that were done. Absences
belong to the trainee and not to a placement, and stay.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime

from services.itt.domain.dates import today
from services.itt.domain.placements import Placement, arrange, days_done, moved_from, working_days
from services.itt.domain.school_days import Entry, refuse_outside
from services.itt.domain.trainees import Trainee, about, refuse_edits_when_closed
from shared.errors import Conflict, Invalid
from shared.events.training import PlacementCorrected, PlacementRemoved


def correct(
    trainee: Trainee, before: Placement, after: Placement, entries: Iterable[Entry], now: datetime
) -> PlacementCorrected:
    """It is this one. Raises as ``arrange`` and ``complete`` do, Conflict for recorded days that would be outside."""
    if before.mentor_id is None:
        raise Conflict("This placement has no dates or no mentor yet: arrange it")
    told = moved_from(before, arrange(trainee, after, now))
    refuse_outside(after, entries)
    _refuse_undone(before, after, today(now))
    values = {field.name: getattr(told, field.name) for field in fields(told)}
    return PlacementCorrected(**values, completed_on=after.completed_on, days=after.days)


def _refuse_undone(before: Placement, after: Placement, on: date) -> None:
    """What is over was done from its first day on. Raises Invalid, Conflict when it is not over."""
    otherwise = (after.completed_on, after.days) != (before.completed_on, before.days)
    if otherwise and before.completed_on is None:
        raise Conflict("This placement is not completed yet: complete it")
    if after.starts_on is None or after.completed_on is None:
        return
    if otherwise:
        days_done(after.starts_on, after.completed_on, after.days, on)
        return
    if after.completed_on < after.starts_on:
        raise Invalid.field("starts_on", f"is after {after.completed_on}, when the placement was completed")
    if (after.days or 0) > working_days(after.starts_on, after.completed_on):
        raise Invalid.field(
            "starts_on", f"is too late for the {after.days} days that were done until {after.completed_on}"
        )


def remove(
    trainee: Trainee, placement: Placement, entries: Iterable[Entry], now: datetime
) -> PlacementRemoved | None:
    """It should not be in the record; of one that was never arranged nobody was told. Raises Conflict for its days."""
    refuse_edits_when_closed(trainee)
    if own := [entry for entry in entries if entry.placement_id == placement.id]:
        days, ids = sum(entry.days for entry in own), [str(entry.id) for entry in own]
        raise Conflict(
            f"{days} days in school from {own[0].first_on} to {own[-1].last_on} are recorded for this placement:"
            " remove those first, or correct the placement",
            entry_ids=ids,
        )
    if placement.starts_on is None or placement.ends_on is None or placement.mentor_id is None:
        return None
    return PlacementRemoved(
        **about(trainee, now),
        placement_id=placement.id,
        number=placement.number,
        school_urn=placement.school_urn,
        starts_on=placement.starts_on,
        ends_on=placement.ends_on,
        mentor_id=placement.mentor_id,
        completed_on=placement.completed_on,
        days=placement.days,
    )
