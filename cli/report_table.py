"""A report on a screen: as a table whose headings and names are wrapped, or where that has no room on its side."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from cli.output import day, table
from shared.errors import join

Row = Mapping[str, Any]
BETWEEN = 2
NAME_AT_LEAST = 16
SUPPRESSED = "c"
HEADINGS = {"p90_working_days": "nine_in_ten_working_days", "p90_days": "nine_in_ten_days"}
LEGEND = (
    "c: not shown, so that nobody can be found among few people, nor worked out from what stands beside it."
)


def print_report(answer: Mapping[str, Any], screen: Console) -> None:
    """Title, rows and totals; what of an equality report is not shown at all is one sentence each."""
    columns, rows, unseen = answer["columns"], answer["rows"], list[str]()
    if "characteristic" in columns:
        rows, unseen = _seen(rows)
    screen.print(answer["title"], style="bold", markup=False)
    shown = [*rows, *answer["totals"]]
    headings = [HEADINGS.get(name, name).replace("_", " ") for name in columns]
    cells = [[_shown(name, row.get(name)) for name in columns] for row in shown]
    numbers = [
        n for n, name in enumerate(columns) if any(isinstance(row.get(name), int | float) for row in shown)
    ]
    if fitted := widths(headings, cells, numbers, screen.width):
        screen.print(table(headings, cells, right=numbers, widths=fitted))
    else:
        _print_on_side(headings, cells, numbers, screen)
    for said in (*answer.get("notes", ()), *_below(shown, unseen)):
        screen.print(said, markup=False)


def _shown(name: str, value: Any) -> str:
    """A cell as text; codes such as ``not_known`` as words, and days in words."""
    if value is None:
        return ""
    if name == "week_begins":
        return day(value)
    return value.replace("_", " ") if isinstance(value, str) and name != "code" else str(value)


def _seen(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    """The rows of characteristics of which anybody is shown, and the names of the others."""
    of: dict[str, list[Row]] = {}
    for row in rows:
        of.setdefault(row["characteristic"], []).append(row)
    unseen = [name for name, mine in of.items() if all(row["people"] in (SUPPRESSED, 0) for row in mine)]
    return [row for row in rows if row["characteristic"] not in unseen], unseen


def _below(shown: Sequence[Row], unseen: Sequence[str]) -> Iterator[str]:
    if unseen:
        which = join(unseen).replace(" or ", " and ")
        yield f"Nothing is shown by {which}: of so few people any number would tell who they are."
    if any(row.get("people") == SUPPRESSED for row in shown):
        yield LEGEND


def widths(
    headings: Sequence[str], cells: Sequence[Sequence[str]], numbers: Sequence[int], room: int
) -> list[int] | None:
    """How wide each column is so that all fit: headings wrap, then names do; None where that has no room."""
    columns = [[row[n] for row in cells] for n in range(len(headings))]
    full = [max(map(len, (heading, *column))) for heading, column in zip(headings, columns, strict=True)]
    free = room - BETWEEN * (len(headings) - 1)
    if sum(full) <= free:
        return full
    wide = [
        max(map(len, (*heading.split(), *column))) for heading, column in zip(headings, columns, strict=True)
    ]
    least = [
        width if n in numbers else max(_longest_word((heading, *column)), min(width, NAME_AT_LEAST))
        for n, (heading, column, width) in enumerate(zip(headings, columns, wide, strict=True))
    ]
    while sum(wide) > free:
        loose = [n for n, width in enumerate(wide) if width > least[n]]
        if not loose:
            return None
        wide[max(loose, key=wide.__getitem__)] -= 1
    return wide


def _longest_word(texts: Sequence[str]) -> int:
    return max((len(word) for text in texts for word in text.split()), default=0)


def _print_on_side(
    headings: Sequence[str], cells: Sequence[Sequence[str]], numbers: Sequence[int], screen: Console
) -> None:
    """A block for each row: what it is about, and beneath it each number after its heading."""
    for row in cells:
        about = [text for n, text in enumerate(row) if n not in numbers and text]
        screen.print("  ".join(dict.fromkeys(about)), style="bold", markup=False)
        told = [f"{headings[n]} {row[n]}".replace(" ", "\u00a0") for n in numbers if row[n]]
        screen.print(Padding(escape(", ".join(told)), (0, 0, 0, 2)))
