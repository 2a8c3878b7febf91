"""School terms as calendar data, and how much of them somebody has served.

A term is a school term of the national calendar; a school may have its own. Served time is counted in
hundredths of a term: 2.5 terms at half time count 125 (statutory guidance, part-time service).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from math import ceil

from shared.calendar import DAY, is_working_day, working_days
from shared.errors import Conflict, Invalid

FIRST_YEAR, LAST_YEAR = 2012, 2040
BREAK_DAYS = 17  # From a Friday over two whole weeks to a Monday.
FRIDAY = 4
LONGEST = timedelta(days=365)


@dataclass(frozen=True, order=True)
class Term:
    """A term from its first to its last day, both school days."""

    starts_on: date
    ends_on: date
    name: str = ""

    def __post_init__(self) -> None:
        if self.ends_on - self.starts_on > LONGEST:
            raise Invalid.field("terms", "a term lasts a year at most")
        if not working_days(self.starts_on, self.ends_on):
            raise Invalid.field("terms", "a term starts before it ends, and holds a working day")

    def holds(self, day: date) -> bool:
        """Whether the day lies in the term."""
        return self.starts_on <= day <= self.ends_on

    def overlaps(self, other: "Term") -> bool:
        """Whether the two share a day."""
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


def _working_day_from(day: date) -> date:
    while not is_working_day(day):
        day += DAY
    return day


def _working_day_until(day: date) -> date:
    while not is_working_day(day):
        day -= DAY
    return day


def _friday_until(day: date) -> date:
    return day - timedelta(days=(day.weekday() - FRIDAY) % 7)


def national_year(year: int) -> tuple[Term, Term, Term]:
    """The three terms of the school year that begins in September of ``year``.

    By the principles of the local authorities' standard school year: it starts as near to 1 September as can
    be, has two weeks off at Christmas, and two in early April wherever Easter falls.
    """
    christmas = _friday_until(date(year, 12, 22))
    spring_break = _friday_until(date(year + 1, 4, 4))
    april = spring_break + timedelta(days=BREAK_DAYS)
    january = christmas + timedelta(days=BREAK_DAYS)
    return (
        Term(_working_day_from(date(year, 9, 1)), christmas, f"autumn {year}"),
        Term(_working_day_from(january), _working_day_until(spring_break), f"spring {year + 1}"),
        Term(_working_day_from(april), _working_day_until(date(year + 1, 7, 22)), f"summer {year + 1}"),
    )


class Calendar:
    """Terms in order, none overlapping. A school's own terms take the place of national ones."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = tuple(sorted(terms))
        if any(a.overlaps(b) for a, b in zip(self.terms, self.terms[1:], strict=False)):
            raise Invalid.field("terms", "two terms of one school do not overlap")

    def with_own(self, own: Iterable[Term]) -> "Calendar":
        """This calendar with a school's own terms: each replaces the terms that it overlaps."""
        mine = tuple(own)
        return Calendar([*mine, *(t for t in self.terms if not any(t.overlaps(o) for o in mine))])

    def term_at(self, day: date) -> Term | None:
        """The term in which the day lies, or None between terms."""
        return next((term for term in self.terms if term.holds(day)), None)

    def _worked(self, first: date, last: date) -> Iterator[tuple[Term, tuple[date, ...]]]:
        for term in self.terms:
            if term.starts_on <= last and term.ends_on >= first:
                yield term, working_days(max(first, term.starts_on), min(last, term.ends_on))

    def served_hundredths(self, first: date, last: date, fte_percent: int = 100) -> int:
        """Hundredths of a term served from ``first`` to ``last`` (both counted), by full-time equivalent."""
        served = sum(
            (
                Fraction(len(days), len(working_days(t.starts_on, t.ends_on)))
                for t, days in self._worked(first, last)
            ),
            Fraction(0),
        )
        return int(served * fte_percent)

    def served_on(self, first: date, hundredths: int, fte_percent: int = 100) -> date:
        """The day on which that much is served by somebody who began on ``first``. Raises Conflict past the data."""
        missing = Fraction(hundredths, fte_percent)
        for term, days in self._worked(first, date.max):
            whole = len(working_days(term.starts_on, term.ends_on))
            if days and (needed := ceil(missing * whole)) <= len(days):
                return days[max(needed, 1) - 1]
            missing -= Fraction(len(days), whole)
        raise Conflict("the calendar has no terms so far ahead: enter the school's own")


@cache
def national_calendar() -> Calendar:
    """The national terms from September 2012 to July 2040."""
    return Calendar(term for year in range(FIRST_YEAR, LAST_YEAR) for term in national_year(year))
