"""Placements in schools: dates, a mentor, and how many days were done there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from services.itt.domain.dates import today
from services.itt.domain.trainees import Trainee, about, refuse_edits_when_closed
from shared import calendar
from shared.errors import Conflict, Invalid
from shared.events import Person
from shared.events.itt import PlacementArranged, PlacementCompleted

NOT_APPLICABLE = frozenset({"900000", "900020", "900030"})
MAX_PLACEMENTS = 5
LONGEST = timedelta(days=4 * 366)  # longer than any course, part-time ones as well: a mistyped date
_URN = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One school; a placement that came with a file has no dates and no mentor yet."""

    id: UUID
    number: int
    school_urn: str
    starts_on: date | None = None
    ends_on: date | None = None
    mentor_id: UUID | None = None
    mentor: Person | None = None
    completed_on: date | None = None
    days: int | None = None


def arrange(trainee: Trainee, placement: Placement, now: datetime) -> PlacementArranged:
    """Settle the school, the dates and the mentor. Raises Invalid for a number, URN or date that cannot be."""
    refuse_edits_when_closed(trainee)
    starts_on, ends_on, mentor_id = placement.starts_on, placement.ends_on, placement.mentor_id
    if not (1 <= placement.number <= MAX_PLACEMENTS):
        raise Invalid.field("number", f"is not from 1 to {MAX_PLACEMENTS}")
    if not _URN.fullmatch(placement.school_urn):
        raise Invalid.field("school_urn", "is not a URN; a URN is six digits, such as 123456")
    if starts_on is None or ends_on is None or mentor_id is None:
        raise Invalid.field("starts_on", "a placement has a first day, a last day and a mentor")
    _refuse_mistyped(starts_on, ends_on, trainee.itt_start_date)
    return PlacementArranged(
        **about(trainee, now),
        placement_id=placement.id,
        number=placement.number,
        school_urn=placement.school_urn,
        starts_on=starts_on,
        ends_on=ends_on,
        mentor_id=mentor_id,
        person=placement.mentor,
    )


def moved_from(before: Placement, event: PlacementArranged) -> PlacementArranged:
    """The fact with the school and the mentor who had agreed to it before, where these are others now."""
    if before.mentor_id is None:
        return event
    return replace(
        event,
        from_school_urn=before.school_urn if before.school_urn != event.school_urn else None,
        from_mentor_id=before.mentor_id if before.mentor_id != event.mentor_id else None,
    )


def _refuse_mistyped(starts_on: date, ends_on: date, course_starts_on: date) -> None:
    if starts_on.year < course_starts_on.year:
        raise Invalid.field("starts_on", f"is before the course, which starts on {course_starts_on}")
    if ends_on < starts_on:
        raise Invalid.field("ends_on", f"is before the first day; give a date from {starts_on}")
    if ends_on - starts_on > LONGEST:
        raise Invalid.field("ends_on", f"is too late for one placement; give a date to {starts_on + LONGEST}")


def complete(
    trainee: Trainee, placement: Placement, completed_on: date, days: int | None, now: datetime
) -> tuple[Placement, PlacementCompleted]:
    """The placement is over after ``days`` in school; unless given, its working days are counted."""
    refuse_edits_when_closed(trainee)
    if placement.completed_on:
        raise Conflict(f"This placement was completed on {placement.completed_on}")
    if placement.starts_on is None or placement.mentor_id is None:
        raise Conflict("This placement has no dates or no mentor yet: arrange it first")
    done = days_done(placement.starts_on, completed_on, days, today(now))
    event = PlacementCompleted(
        **about(trainee, now),
        placement_id=placement.id,
        school_urn=placement.school_urn,
        mentor_id=placement.mentor_id,
        completed_on=completed_on,
        days=done,
    )
    return replace(placement, completed_on=completed_on, days=done), event


def days_done(starts_on: date, completed_on: date, days: int | None, on: date) -> int:
    """The days of a placement that is over, all its working days unless given. Raises Invalid for what cannot be."""
    _happened(starts_on, completed_on, on)
    most = working_days(starts_on, completed_on)
    done = most if days is None else days
    if not (0 <= done <= most):
        raise Invalid.field("days", f"is not from 0 to {most}, the working days of the placement")
    return done


def _happened(starts_on: date, completed_on: date, on: date) -> None:
    if completed_on > on:
        raise Invalid.field("completed_on", "is in the future; complete the placement when it is over")
    if completed_on < starts_on:
        raise Invalid.field("completed_on", f"is before the first day; give a date from {starts_on}")


def mentor_on(placements: Iterable[Placement], on: date) -> UUID | None:
    """Who mentors the trainee on that day: of the placement then, else of the last that began, else of the first."""
    arranged = [(p.starts_on, p) for p in placements if p.starts_on and p.mentor_id]
    arranged.sort(key=lambda pair: pair[0])
    begun = [placement for starts_on, placement in arranged if starts_on <= on]
    there = [placement for placement in begun if placement.ends_on is None or on <= placement.ends_on]
    found = [*there[-1:], *begun[-1:], *(placement for _, placement in arranged[:1])]
    return found[0].mentor_id if found else None


def working_days(first: date, last: date) -> int:
    """Mondays to Fridays from the first to the last day, without the bank holidays of England."""
    return calendar.count_working_days(first, last)


def schools(placements: Iterable[Placement]) -> int:
    """How many contrasting placements there are: one school counts once, each "not applicable" for itself."""
    urns = [placement.school_urn for placement in placements]
    return len(set(urns) - NOT_APPLICABLE) + sum(urn in NOT_APPLICABLE for urn in urns)


def trained_at(placements: Iterable[Placement]) -> tuple[str, ...]:
    """The schools that took part in the training, in the order of the placements."""
    ordered = sorted(placements, key=lambda placement: placement.number)
    return tuple(dict.fromkeys(p.school_urn for p in ordered if p.school_urn not in NOT_APPLICABLE))


def still_to_hear(
    partner_urn: str | None, placements: Iterable[Placement], employer_urn: str | None
) -> tuple[str, ...]:
    """The schools beside the employer that reckon with a trainee: the lead school, then those of open placements."""
    ordered = sorted(placements, key=lambda placement: placement.number)
    open_ = [placement.school_urn for placement in ordered if placement.completed_on is None]
    known = [
        urn for urn in (partner_urn, *open_) if urn and urn not in NOT_APPLICABLE and urn != employer_urn
    ]
    return tuple(dict.fromkeys(known))
