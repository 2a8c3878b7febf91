"""Days in schools: recorded for a placement by period, and set against the number that the course sets.

A postgraduate course has 120 days in schools by default (domain page, "Training"; the DfE's criteria ask for at least
24 weeks). The number is shown and never keeps anybody from a recommendation: no rule of the field says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.itt.domain.dates import today
from services.itt.domain.periods import overlap
from services.itt.domain.placements import Placement, working_days
from services.itt.domain.trainees import Trainee, about, refuse_edits_when_closed
from shared.errors import Conflict, Invalid
from shared.events.training import SchoolDaysCorrected, SchoolDaysRecorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``days`` in school from ``first_on`` to ``last_on``; a single day is both."""

    id: UUID
    placement_id: UUID
    first_on: date
    last_on: date
    days: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Days in schools: done, and needed by the course or else the route; None where neither sets a number."""

    done: int
    needed: int | None

    @property
    def left(self) -> int | None:
        """What is still to be done."""
        return None if self.needed is None else max(0, self.needed - self.done)


def counted(first_on: date, last_on: date, days: int | None) -> int:
    """The days as given, else all working days of the period."""
    return working_days(first_on, last_on) if days is None else days


def done(placements: Iterable[Placement], entries: Iterable[Entry]) -> int:
    """All days in schools: those recorded for a placement, else those that it was completed with."""
    recorded = list(entries)
    return sum(days_of(placement, recorded) for placement in placements)


def days_of(placement: Placement, entries: Iterable[Entry]) -> int:
    """The days of one placement."""
    own = [entry.days for entry in entries if entry.placement_id == placement.id]
    return sum(own) if own else placement.days or 0


def record(
    trainee: Trainee, placement: Placement, entry: Entry, others: Iterable[Entry], now: datetime
) -> SchoolDaysRecorded:
    """Days were done. Raises Conflict for a completed placement or days that are there already, Invalid for dates."""
    if placement.completed_on:
        raise Conflict(f"This placement was completed on {placement.completed_on}; correct what is recorded")
    _check(trainee, placement, entry, others, today(now))
    return SchoolDaysRecorded(**about(trainee, now), **_told(placement, entry))


def correct(
    trainee: Trainee, placement: Placement, entry: Entry, others: Iterable[Entry], now: datetime
) -> SchoolDaysCorrected:
    """The entry was wrong, and is this one. Raises as ``record`` does, also for a placement that is completed."""
    known = list(others)
    _check(trainee, placement, entry, known, today(now))
    total = days_of(placement, [*known, entry])
    return SchoolDaysCorrected(
        **about(trainee, now), **_told(placement, entry), removed=False, placement_days=total
    )


def remove(
    trainee: Trainee, placement: Placement, entry: Entry, others: Iterable[Entry], now: datetime
) -> SchoolDaysCorrected:
    """The entry should not be there. Raises Conflict for a trainee who may not be changed."""
    refuse_edits_when_closed(trainee)
    total = sum(other.days for other in others if other.placement_id == placement.id)
    return SchoolDaysCorrected(
        **about(trainee, now), **_told(placement, entry), removed=True, placement_days=total
    )


def refuse_outside(placement: Placement, entries: Iterable[Entry]) -> None:
    """Days are done within the placement. Raises Conflict for other dates that leave recorded days out."""
    for entry in entries:
        if entry.placement_id != placement.id or placement.starts_on is None or placement.ends_on is None:
            continue
        if entry.first_on < placement.starts_on or entry.last_on > placement.ends_on:
            raise Conflict(
                f"Days from {entry.first_on} to {entry.last_on} are recorded for this placement and would lie outside"
                " it: correct or remove those first",
                entry_id=str(entry.id),
            )


def _told(placement: Placement, entry: Entry) -> dict[str, Any]:
    return {
        "placement_id": placement.id,
        "entry_id": entry.id,
        "school_urn": placement.school_urn,
        "first_on": entry.first_on,
        "last_on": entry.last_on,
        "days": entry.days,
    }


def _check(trainee: Trainee, placement: Placement, entry: Entry, others: Iterable[Entry], on: date) -> None:
    refuse_edits_when_closed(trainee)
    check_period(placement, entry.first_on, entry.last_on, on)
    most = working_days(entry.first_on, entry.last_on)
    if not 1 <= entry.days <= most:
        right = f"1 to {most} are possible" if most else "it has no working day"
        raise Invalid.field("days", f"{entry.days} does not fit into the period; {right}")
    for other in others:
        if overlap(entry.first_on, entry.last_on, other.first_on, other.last_on):
            raise Conflict(
                f"Days from {other.first_on} to {other.last_on} are recorded already; correct those",
                entry_id=str(other.id),
            )


def check_period(placement: Placement, first_on: date, last_on: date, on: date) -> None:
    """Days are done within the placement and not in the future. Raises Invalid, Conflict without an arrangement."""
    if placement.starts_on is None or placement.ends_on is None:
        raise Conflict("This placement has no dates yet: arrange it first")
    if last_on < first_on:
        raise Invalid.field("last_on", f"is before the first day; give a date from {first_on}")
    if last_on > on:
        raise Invalid.field("last_on", "is in the future; record days when they are done")
    if first_on < placement.starts_on:
        raise Invalid.field("first_on", f"is before the placement; give a date from {placement.starts_on}")
    if last_on > placement.ends_on:
        raise Invalid.field("last_on", f"is after the placement; give a date until {placement.ends_on}")
