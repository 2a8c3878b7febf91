"""Working days of England for every service: Monday to Friday, no bank holiday.

"Within N working days beginning with the date" counts that date when it is a working day itself
(SI 2012/1115, regs. 11 and 12). The holidays come from GOV.UK's published list; for the years that it does
not hold yet they are worked out by the rules of the Banking and Financial Dealings Act 1971.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import govuk_bank_holidays

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
SATURDAY = 5
A_WEEK = 7
KEPT = 1024  # periods whose days are remembered: the terms of many schools, each some kilobytes
HOLIDAYS_A_YEAR = 8  # A year with fewer in the list is not published in full yet.


def london_day(moment: datetime) -> date:
    """The date that people in England call today at this moment."""
    return moment.astimezone(LONDON).date()


def start_of(day: date) -> datetime:
    """The first moment of the day in London, in UTC."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (Meeus, Jones and Butcher)."""
    century, year_of_century = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (year_of_century // 4) - moon - year_of_century % 4) % 7
    correction = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _substitutes(days: list[date]) -> set[date]:
    """Each day, or for a weekend (or a day already taken) the next weekday that is free."""
    taken: set[date] = set()
    for day in sorted(days, key=lambda d: (d.weekday() >= SATURDAY, d)):
        while day.weekday() >= SATURDAY or day in taken:
            day += DAY
        taken.add(day)
    return taken


def usual_holidays(year: int) -> frozenset[date]:
    """The eight bank holidays of England in a year without a royal or other special one."""
    moving = {
        easter(year) - 2 * DAY,
        easter(year) + DAY,
        _monday_from(date(year, 5, 1)),
        _monday_from(date(year, 5, 25)),
        _monday_from(date(year, 8, 25)),
    }
    christmas = _substitutes([date(year, 12, 25), date(year, 12, 26)])
    return frozenset(moving | christmas | _substitutes([date(year, 1, 1)]))


@cache
def _published() -> dict[int, frozenset[date]]:
    """From the package's data alone: its code would bring an HTTP client into every process, 10 MB of it."""
    listed = json.loads((files(govuk_bank_holidays) / "bank-holidays.json").read_text("utf-8"))
    years: dict[int, set[date]] = {}
    for event in listed["england-and-wales"]["events"]:
        day = date.fromisoformat(event["date"])
        years.setdefault(day.year, set()).add(day)
    return {year: frozenset(days) for year, days in years.items() if len(days) >= HOLIDAYS_A_YEAR}


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England in that year: as published, else by rule."""
    return _published().get(year) or usual_holidays(year)


def is_working_day(day: date) -> bool:
    """Monday to Friday and no bank holiday of England."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)


def count_working_days(first: date, last: date) -> int:
    """How many working days there are from ``first`` to ``last``, both counted; none when they end before."""
    weeks, rest = divmod(max((last - first).days + 1, 0), A_WEEK)
    weekdays = weeks * SATURDAY + sum((first.weekday() + n) % A_WEEK < SATURDAY for n in range(rest))
    holidays = (day for year in range(first.year, last.year + 1) for day in bank_holidays(year))
    return weekdays - sum(first <= day <= last and day.weekday() < SATURDAY for day in holidays)


@lru_cache(maxsize=KEPT)
def working_days(first: date, last: date) -> tuple[date, ...]:
    """The working days from ``first`` to ``last``, both counted; for periods of a year or so."""
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in span if is_working_day(day))


def within(count: int, beginning: date) -> date:
    """The last day of ``count`` working days beginning with the date, which counts when it is one."""
    day = beginning
    while True:
        count -= is_working_day(day)
        if count <= 0:
            return day
        day += DAY


def last_working_days(count: int, ending: date) -> date:
    """The first day of the last ``count`` working days that end with the date, which counts when it is one."""
    day = ending
    while True:
        count -= is_working_day(day)
        if count <= 0:
            return day
        day -= DAY
