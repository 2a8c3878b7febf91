"""The two statutory counts that a provider signs off: the census in autumn, the performance profile in winter.

Each is open until the provider signs it off within its window; an operator may reopen it, and then it is signed off
again (domain page, "Statistics").
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.itt.domain.dates import academic_year, today
from shared.calendar import start_of
from shared.errors import Conflict, Invalid
from shared.transitions import Transitions

REOPENED_DAYS = 14
REMINDED_DAYS_BEFORE = (14, 7, 1)
MAX_REASON = 500
MONDAY, WEDNESDAY = 0, 2


class Kind(StrEnum):
    CENSUS = "census"
    PERFORMANCE_PROFILE = "performance_profile"


class State(StrEnum):
    OPEN = "open"
    SIGNED_OFF = "signed_off"


# A return that nobody signed off in time is reopened, too: it stays open, and may be signed off for some days more.
_MOVES = (
    (State.OPEN, "sign_off", State.SIGNED_OFF),
    (State.SIGNED_OFF, "reopen", State.OPEN),
    (State.OPEN, "reopen", State.OPEN),
)
TRANSITIONS = {
    Kind.CENSUS: Transitions("itt.census", *_MOVES),
    Kind.PERFORMANCE_PROFILE: Transitions("itt.performance_profile", *_MOVES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A provider's census or performance profile of the trainees of one academic year (by the year that it begins in).

    ``reopened_until``: the last day on which it may be signed off although its window is over.
    """

    id: UUID
    provider_code: str
    kind: Kind
    academic_year: int
    state: State = State.OPEN
    sign_offs: int = 0
    signed_off_at: datetime | None = None
    reopened_at: datetime | None = None
    reopened_until: date | None = None
    reopen_reason: str | None = None

    @property
    def window(self) -> "Window":
        return window(self.kind, self.academic_year)

    def last_day(self) -> date:
        """The last day on which it may be signed off."""
        return max(self.window.last, self.reopened_until or self.window.last)


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which a return is signed off, in London, both of them counted."""

    first: date
    last: date


def window(kind: Kind, year: int) -> Window:
    """The census: 1 September to 7 November of the academic year. The performance profile is about the trainees of the
    year that is over: from the second Monday of January to the end of February (Register service)."""
    if kind is Kind.CENSUS:
        return Window(date(year, 9, 1), date(year, 11, 7))
    return Window(nth_weekday(year + 2, 1, MONDAY, 2), date(year + 2, 3, 1) - timedelta(days=1))


def opens_at(kind: Kind, year: int) -> datetime:
    """The first moment of the window."""
    return start_of(window(kind, year).first)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth Monday (0) to Sunday (6) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def current_year(kind: Kind, now: datetime) -> int:
    """The academic year whose return was due last, or is."""
    year = academic_year(today(now))
    years = range(year, year - 4, -1)
    return next(each for each in years if window(kind, each).first <= today(now))


def counted_day(year: int) -> date:
    """The Department's census day: the second Wednesday of October."""
    return nth_weekday(year, 10, WEDNESDAY, 2)


def census_day(year: int, now: datetime) -> date:
    """The day that the census counts by default: the census day, before it today."""
    return min(counted_day(year), today(now))


def last_census(now: datetime) -> int:
    """The academic year whose census day was over last."""
    year = today(now).year
    return year if today(now) > counted_day(year) else year - 1


def check_census_day(year: int, on: date, now: datetime) -> None:
    """Raises Invalid for a day outside the census window, or one that is still to come."""
    open_ = window(Kind.CENSUS, year)
    if not open_.first <= on <= open_.last:
        raise Invalid.field("on", f"is outside the census; give a day from {open_.first} to {open_.last}")
    if on > today(now):
        raise Invalid.field("on", f"is still to come; give a day up to {today(now)}")


def sign_off(known: Return, now: datetime) -> Return:
    """The provider says that the counts are right. Raises TransitionNotAllowed, Conflict outside the window."""
    state, day = TRANSITIONS[known.kind].next(known.state, "sign_off"), today(now)
    if day < known.window.first:
        raise Conflict(f"The {_named(known)} is signed off from {known.window.first} on")
    if day > known.last_day():
        raise Conflict(
            f"The {_named(known)} could be signed off until {known.last_day()}; an operator can reopen it"
        )
    return replace(known, state=state, signed_off_at=now, sign_offs=known.sign_offs + 1)


def reopen(known: Return, reason: str, until: date | None, now: datetime) -> Return:
    """What was signed off, or not in time, may be signed off (again): until the day given, else for 14 days or for as
    long as its window lasts. Raises Invalid, Conflict while it can be signed off anyway."""
    state, day = TRANSITIONS[known.kind].next(known.state, "reopen"), today(now)
    if known.state is State.OPEN and day <= known.last_day():
        raise Conflict(f"The {_named(known)} is open until {known.last_day()}")
    if not reason.strip():
        raise Invalid.field("reason", "is missing; say why it is signed off again")
    if len(reason) > MAX_REASON:
        raise Invalid.field("reason", f"has {len(reason)} characters; shorten it to {MAX_REASON}")
    if until is not None and until < day:
        raise Invalid.field("until", f"is over; give a day from {day} on")
    last = until or max(day + timedelta(days=REOPENED_DAYS), known.window.last)
    return replace(known, state=state, reopened_at=now, reopened_until=last, reopen_reason=reason.strip())


def reminders(known: Return, now: datetime) -> Iterator[datetime]:
    """When the provider is to be reminded, as long as it has not signed off: the days before the last one, from now."""
    for days in REMINDED_DAYS_BEFORE:
        at = start_of(known.last_day() - timedelta(days=days))
        if at > now:
            yield at


def days_left(known: Return, now: datetime) -> int:
    """Days until the last one: 0 on it, less than 0 afterwards."""
    return (known.last_day() - today(now)).days


def _named(known: Return) -> str:
    year = f"{known.academic_year}/{(known.academic_year + 1) % 100:02}"
    return f"{known.kind.value.replace('_', ' ')} of {year}"
