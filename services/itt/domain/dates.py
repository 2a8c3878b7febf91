"""Dates as people mean them: days in London, ages in whole years, academic years from August."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def today(now: datetime) -> date:
    """The day in London at this moment."""
    return now.astimezone(LONDON).date()


def age(born: date, on: date) -> int:
    """Age in whole years; who was born on 29 February has a birthday on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def academic_year(day: date) -> int:
    """The year in which the academic year of this day began, 1 August (Register service, academic cycles)."""
    return day.year if day.month >= 8 else day.year - 1


def slashed(value: str) -> date | None:
    """The day of a ``d/m/yyyy`` text, as the national sheets write it, or None."""
    found = _SLASHED.fullmatch(value)
    try:
        return date(*(int(part) for part in reversed(found.groups()))) if found else None
    except ValueError:
        return None


def slash(day: date) -> str:
    """A day as ``d/m/yyyy``."""
    return f"{day.day}/{day.month}/{day.year}"
