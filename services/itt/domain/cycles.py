"""Recruitment cycles: when candidates can find and apply, and which days count for their deadlines.

Dates are those of the Apply service's cycle timetables; for 2026 and 2027 the dates that were confirmed since. The
cycles after them are provisional, by the pattern that all of these follow, until their dates are known and stand in
``_CONFIRMED``: courses are rolled over and places deferred into a cycle before it is announced. All are London time.
A cycle is named by the year in which most of its courses start.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from services.itt.domain.dates import LONDON
from shared import calendar
from shared.errors import Conflict, Invalid

NINE, SIX_IN_THE_EVENING, LAST_SECOND = time(9), time(18), time(23, 59, 59)
Holiday = tuple[date, date]


def at(day: date, hour: time) -> datetime:
    """That hour of the day in London, in UTC."""
    return datetime.combine(day, hour, LONDON).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A recruitment cycle by its days; the first and the last day of ``christmas`` and ``easter`` both count.

    ``provisional``: nobody has announced its dates yet.
    """

    year: int
    find_opens_on: date
    apply_opens_on: date
    apply_deadline_on: date
    reject_by_default_on: date
    decline_by_default_on: date
    find_closes_on: date
    christmas: Holiday
    easter: Holiday
    provisional: bool = False

    @property
    def find_opens_at(self) -> datetime:
        """From now on candidates see the courses: 9:00."""
        return at(self.find_opens_on, NINE)

    @property
    def apply_opens_at(self) -> datetime:
        """From now on candidates can apply: 9:00."""
        return at(self.apply_opens_on, NINE)

    @property
    def apply_deadline_at(self) -> datetime:
        """Nothing can be sent any more: 18:00."""
        return at(self.apply_deadline_on, SIX_IN_THE_EVENING)

    @property
    def reject_by_default_at(self) -> datetime:
        """What no provider has decided on is rejected: 23:59:59."""
        return at(self.reject_by_default_on, LAST_SECOND)

    @property
    def decline_by_default_at(self) -> datetime:
        """Offers that nobody has answered are declined: 23:59:59."""
        return at(self.decline_by_default_on, LAST_SECOND)

    @property
    def find_closes_at(self) -> datetime:
        """Candidates see the courses no longer: 23:59:59."""
        return at(self.find_closes_on, LAST_SECOND)

    def can_find(self, now: datetime) -> bool:
        """Whether candidates see the courses."""
        return self.find_opens_at <= now <= self.find_closes_at

    def can_apply(self, now: datetime) -> bool:
        """Whether an application can be sent."""
        return self.apply_opens_at <= now < self.apply_deadline_at


_REJECT_AFTER, _DECLINE_AFTER = timedelta(days=8), timedelta(days=13)
_WEEK, _TUESDAY = timedelta(days=7), 1
_FROM_EASTER, _TO_EASTER = timedelta(days=13), timedelta(days=2)
PROVISIONAL_CYCLES = 10


def _confirmed(year: int, find: Holiday, apply: Holiday, *, christmas: Holiday, easter: Holiday) -> Cycle:
    """A cycle of confirmed dates: rejected 8 and declined 13 days after the deadline."""
    return Cycle(
        year=year,
        find_opens_on=find[0],
        find_closes_on=find[1],
        apply_opens_on=apply[0],
        apply_deadline_on=apply[1],
        reject_by_default_on=apply[1] + _REJECT_AFTER,
        decline_by_default_on=apply[1] + _DECLINE_AFTER,
        christmas=christmas,
        easter=easter,
    )


def _opening(year: int) -> date:
    """When find opens for a cycle: the first Tuesday from 29 September on."""
    earliest = date(year - 1, 9, 29)
    return earliest + timedelta(days=(_TUESDAY - earliest.weekday()) % 7)


def _provisional(year: int) -> Cycle:
    """A cycle as those before it were: apply opens a week after find, and is over two weeks before the next find.

    Christmas is 18 December to 6 January, Easter from the Monday 13 days before its Sunday to the Tuesday after it.
    """
    opens, next_opens, sunday = _opening(year), _opening(year + 1), calendar.easter(year)
    known = _confirmed(
        year,
        find=(opens, next_opens - calendar.DAY),
        apply=(opens + _WEEK, next_opens - 2 * _WEEK),
        christmas=(date(year - 1, 12, 18), date(year, 1, 6)),
        easter=(sunday - _FROM_EASTER, sunday + _TO_EASTER),
    )
    return replace(known, provisional=True)


_CONFIRMED = (
    Cycle(
        year=2023,
        find_opens_on=date(2022, 10, 4),
        apply_opens_on=date(2022, 10, 11),
        apply_deadline_on=date(2023, 9, 19),
        reject_by_default_on=date(2023, 9, 27),
        decline_by_default_on=date(2023, 10, 1),
        find_closes_on=date(2023, 10, 2),
        christmas=(date(2022, 12, 19), date(2023, 1, 7)),
        easter=(date(2023, 3, 27), date(2023, 4, 11)),
    ),
    Cycle(
        year=2024,
        find_opens_on=date(2023, 10, 3),
        apply_opens_on=date(2023, 10, 10),
        apply_deadline_on=date(2024, 9, 17),
        reject_by_default_on=date(2024, 9, 25),
        decline_by_default_on=date(2024, 9, 29),
        find_closes_on=date(2024, 9, 30),
        christmas=(date(2023, 12, 18), date(2024, 1, 6)),
        easter=(date(2024, 3, 18), date(2024, 4, 2)),
    ),
    Cycle(
        year=2025,
        find_opens_on=date(2024, 10, 1),
        apply_opens_on=date(2024, 10, 8),
        apply_deadline_on=date(2025, 9, 16),
        reject_by_default_on=date(2025, 9, 24),
        decline_by_default_on=date(2025, 9, 29),
        find_closes_on=date(2025, 9, 30),
        christmas=(date(2024, 12, 18), date(2025, 1, 6)),
        easter=(date(2025, 4, 7), date(2025, 4, 22)),
    ),
    _confirmed(
        2026,
        find=(date(2025, 9, 30), date(2026, 9, 28)),
        apply=(date(2025, 10, 7), date(2026, 9, 15)),
        christmas=(date(2025, 12, 18), date(2026, 1, 6)),
        easter=(date(2026, 3, 23), date(2026, 4, 7)),
    ),
    _confirmed(
        2027,
        find=(date(2026, 9, 29), date(2027, 10, 4)),
        apply=(date(2026, 10, 6), date(2027, 9, 21)),
        christmas=(date(2026, 12, 18), date(2027, 1, 6)),
        easter=(date(2027, 3, 15), date(2027, 3, 30)),
    ),
)
_LATER = range(_CONFIRMED[-1].year + 1, _CONFIRMED[-1].year + 1 + PROVISIONAL_CYCLES)
_ALL = (*_CONFIRMED, *(_provisional(year) for year in _LATER))
CYCLES = {cycle.year: cycle for cycle in _ALL}
FIRST, LAST = min(CYCLES), max(CYCLES)
_HOLIDAYS = tuple(holiday for cycle in _ALL for holiday in (cycle.christmas, cycle.easter))


def cycle(year: int) -> Cycle:
    """The cycle of that year. Raises Invalid for one whose timetable is not known."""
    if (found := CYCLES.get(year)) is None:
        raise Invalid.field("cycle", f"{year} has no timetable; the cycles {FIRST} to {LAST} have one")
    return found


def current(now: datetime) -> Cycle:
    """The cycle that runs: from the day that find opens until the next one opens. Raises Conflict outside of all."""
    begun = [cycle for cycle in _ALL if cycle.find_opens_at <= now]
    if not begun or now > _ALL[-1].find_closes_at:
        raise Conflict(f"No recruitment cycle runs now; the timetables of {FIRST} to {LAST} are known")
    return begun[-1]


def known_year(year: int | None, now: datetime) -> int:
    """The year of a cycle that is known, by default of the one that runs. Raises Invalid, Conflict as these two do."""
    return current(now).year if year is None else cycle(year).year


def is_working_day(day: date) -> bool:
    """Monday to Friday, no bank holiday of England, and not in the Christmas or Easter range of a cycle.

    This is the working day of applications; induction counts bank holidays only (``shared.calendar``).
    """
    return calendar.is_working_day(day) and not any(first <= day <= last for first, last in _HOLIDAYS)


def working_days_after(count: int, day: date) -> date:
    """The day that is so many working days of applications after the day, which itself never counts."""
    while count > 0:
        day += calendar.DAY
        count -= is_working_day(day)
    return day


def end_of_day(day: date) -> datetime:
    """The last second of the day in London, in UTC: when a deadline of that day is over."""
    return at(day, LAST_SECOND)
