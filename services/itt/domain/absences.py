"""Absence from training: periods with a kind, which are health data where it is sickness and stay in the service."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.itt.domain.periods import overlap
from services.itt.domain.placements import working_days
from services.itt.domain.trainees import Trainee, about, refuse_edits_when_closed
from shared.errors import Conflict, Invalid
from shared.events.training import AbsenceCorrected, AbsenceRecorded


class Kind(StrEnum):
    """Why somebody is away; ``authorised`` is any other leave that the provider agreed to."""

    SICKNESS = "sickness"
    PARENTAL = "parental"
    BEREAVEMENT = "bereavement"
    AUTHORISED = "authorised"
    UNAUTHORISED = "unauthorised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Away from ``starts_on`` to ``ends_on``, both counted; ``ends_on`` is None while nobody knows it."""

    id: UUID
    kind: Kind
    starts_on: date
    ends_on: date | None = None
    note: str | None = None


def record(trainee: Trainee, absence: Absence, others: Iterable[Absence], now: datetime) -> AbsenceRecorded:
    """The trainee is away. Raises Invalid for dates, Conflict for a period that shares a day with another."""
    _check(trainee, absence, others)
    return AbsenceRecorded(
        **about(trainee, now),
        absence_id=absence.id,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
    )


def correct(
    trainee: Trainee, absence: Absence, others: Iterable[Absence], now: datetime, *, removed: bool = False
) -> AbsenceCorrected:
    """It was otherwise, has ended, or never was (``removed``). Raises as ``record`` does."""
    if removed:
        refuse_edits_when_closed(trainee)
    else:
        _check(trainee, absence, others)
    return AbsenceCorrected(
        **about(trainee, now),
        absence_id=absence.id,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
        removed=removed,
    )


def _check(trainee: Trainee, absence: Absence, others: Iterable[Absence]) -> None:
    refuse_edits_when_closed(trainee)
    if absence.starts_on < trainee.itt_start_date:
        raise Invalid.field("starts_on", f"is before the course; give a date from {trainee.itt_start_date}")
    if absence.ends_on and absence.ends_on < absence.starts_on:
        raise Invalid.field("ends_on", f"is before the first day; give a date from {absence.starts_on}")
    for other in others:
        if overlap(absence.starts_on, absence.ends_on, other.starts_on, other.ends_on):
            until = f"to {other.ends_on}" if other.ends_on else "without an end yet"
            raise Conflict(
                f"An absence from {other.starts_on} {until} is recorded already; correct that one",
                absence_id=str(other.id),
            )


def days(absences: Iterable[Absence], on: date) -> int:
    """Working days that were missed until that day."""
    return sum(_days(absence, on) for absence in absences)


def _days(absence: Absence, on: date) -> int:
    last = min(absence.ends_on or on, on)
    return working_days(absence.starts_on, last) if absence.starts_on <= last else 0
