"""What a report is: columns, rows, totals; the same as CSV; and a plain sentence where there is nothing to report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from services.itt.domain import csv_files
from services.itt.domain.applications import HIDDEN_FROM_PROVIDERS, State
from services.itt.domain.cycles import Cycle, is_working_day

NOT_KNOWN = "not_known"
TOTAL = "total"
NEAR = 5  # years before and after, in which it is looked where there is something
YEAR_AND_A_HALF = timedelta(days=550)
Row = Mapping[str, Any]


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


# What a candidate's application can reach once it was sent, in the order in which it does.
REACHED = tuple(state.value for state in State if state not in HIDDEN_FROM_PROVIDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``name`` and ``about`` name its file, ``title`` says what it tells, of when and of whom; ``notes`` explain it in
    sentences. ``empty`` says in one that there is nothing, and why, ``elsewhere`` the years that have something."""

    name: str
    title: str
    about: Sequence[object]
    columns: tuple[str, ...]
    rows: Sequence[Row] = ()
    totals: Sequence[Row] = field(default=())
    empty: str | None = None
    notes: Sequence[str] = ()
    elsewhere: Sequence[int] = ()

    def shown(self, format: Format) -> dict[str, Any]:
        """The answer: rows and totals, or the CSV text of them (without formulas, ``csv_files``)."""
        is_csv = format is Format.CSV
        return {
            "report": self.name,
            "title": self.title,
            "columns": list(self.columns),
            "rows": [] if is_csv else list(self.rows),
            "totals": [] if is_csv else list(self.totals),
            "empty": self.empty,
            "notes": [] if self.empty else list(self.notes),
            "elsewhere": list(self.elsewhere) if self.empty else [],
            "file_name": "-".join([self.name, *(str(part) for part in self.about if part)]) + ".csv",
            "content": self.csv() if is_csv else None,
        }

    def csv(self) -> str:
        """The rows, then the totals."""
        lines = ({name: _cell(row.get(name)) for name in self.columns} for row in (*self.rows, *self.totals))
        return csv_files.write(self.columns, lines)


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def titled(what: str, *parts: str, provider: str | None = None) -> str:
    """What a table tells, of when, by what and of whom: ``Census of 2026/27, by route, provider 2A5``."""
    return ", ".join([what, *parts, *([f"provider {provider}"] if provider else [])])


def in_words(heading: str) -> str:
    """``study_mode`` as ``by study mode``."""
    return f"by {heading.replace('_', ' ')}"


def day_in_words(on: date) -> str:
    """A day as people say it: 14 October 2026."""
    return f"{on.day} {on:%B %Y}"


def academic_year_in_words(year: int) -> str:
    """An academic year by the two in which it lies: 2026/27."""
    return f"{year}/{(year + 1) % 100:02}"


def percent(part: int, whole: int | None) -> float | None:
    """A percentage with one decimal; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def summed(rows: Sequence[Row], names: Sequence[str]) -> dict[str, int]:
    """The sums of columns of numbers."""
    return {name: sum(row[name] or 0 for row in rows) for name in names}


def iso_week(monday: date) -> str:
    """A week by its Monday, as ``2026-W48`` (ISO 8601)."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def working_day_numbers(cycle: Cycle) -> tuple[list[date], list[int]]:
    """The days from when one can apply, each with the number of working days of applications up to it: their difference
    is the working days between two days, the later one counted."""
    days, numbers, number = [], [], 0
    day, last = cycle.apply_opens_on, cycle.apply_opens_on + YEAR_AND_A_HALF
    while day <= last:
        number += is_working_day(day)
        days.append(day)
        numbers.append(number)
        day += timedelta(days=1)
    return days, numbers
