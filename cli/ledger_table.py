"""The ledger as a table, or as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table

from cli.output import as_json as print_json
from cli.output import console, table
from shared.operations.ledger import Line, missing

ALWAYS = ("committed", "published", "handled", "waiting", "parked", "missing", "late")
ALWAYS_NARROW = ("committed", "published", "handled", "missing")
NARROW = 110
NOT_RIGHT = ("waiting", "parked", "missing", "late")
SOMETIMES = ("discarded", "unpublished", "on_the_way", "not_covered")


def print_ledger(lines: Sequence[Line], *, as_json: bool, every: bool = False) -> None:
    """Print it."""
    if as_json:
        return print_json({"missing": missing(lines), "lines": [line.as_dict() for line in lines]})
    screen = console()
    screen.print(ledger_table(lines, every=every, narrow=screen.width < NARROW))
    return print(verdict(lines))


def ledger_table(lines: Sequence[Line], *, every: bool = False, narrow: bool = False) -> Table:
    """Types that were never published, and columns of mere noughts that may be left out, are not shown.

    ``narrow``: where there is no room, only what says something is shown.
    """
    shown = [line for line in lines if every or line.committed or line.published]
    kept = ALWAYS_NARROW if narrow else ALWAYS
    names = [name for name in (*ALWAYS[:5], *SOMETIMES, *ALWAYS[5:]) if name in kept or _any(shown, name)]
    if narrow and all(line.published == line.committed for line in shown):
        names.remove("published")
    rows = [(line.type, line.consumer or "(nobody)", *_counts(line, names)) for line in shown]
    rows.append(("heard, in all", "", *[_sum(_heard(shown), name) for name in names]))
    columns = ["event", "consumer", *(name.replace("_", " ") for name in names)]
    if narrow:
        return table(
            ["event and who hears it", *columns[2:]], _stacked(rows), right=range(1, len(columns) - 1)
        )
    return table(columns, rows, right=range(2, len(columns)))


def ledger_sums(lines: Sequence[Line]) -> Table:
    """The sums over all types and consumers: an event counts once for each service that listens to it."""
    return table(ALWAYS, [[_sum(_heard(lines), name) for name in ALWAYS]], right=range(len(ALWAYS)))


def not_right(lines: Sequence[Line]) -> list[Line]:
    """The lines of which anything is not handled, was handled late, or does not add up."""
    return [
        line
        for line in lines
        if not line.adds_up or any(getattr(line, name) for name in (*NOT_RIGHT, *SOMETIMES))
    ]


def _heard(lines: Sequence[Line]) -> list[Line]:
    """Those to which somebody listens: so many effects were due."""
    return [line for line in lines if line.consumer]


def _stacked(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """A line for each type and beneath it one for each consumer, so that no name is split."""
    before = None
    for type_, consumer, *counts in rows:
        if not consumer:
            yield (type_, *counts)
            continue
        if type_ != before:
            yield (type_, *[None] * len(counts))
        before = type_
        yield (f"  {consumer}", *counts)


def _any(lines: Sequence[Line], name: str) -> bool:
    return any(getattr(line, name) for line in lines)


def _counts(line: Line, names: Sequence[str]) -> list[Any]:
    """Nobody handles what nobody listens to: an empty cell, and no nought."""
    own = ("committed", "published")
    return [getattr(line, name) if line.consumer or name in own else None for name in names]


def verdict(lines: Sequence[Line]) -> str:
    """The sentence beneath the table."""
    lost, parked, waiting = missing(lines), _sum(lines, "parked"), _sum(lines, "waiting")
    if not _sum(lines, "committed"):
        return "Nothing has happened here yet; --demo shows what the demonstration did."
    said = [f"{lost} missing: 'continuum reconcile' has them sent again" if lost else "Nothing is missing"]
    if waiting:
        said.append(f"{waiting} wait to be tried again")
    if parked:
        said.append(f"{parked} parked: 'continuum parked list' shows them")
    return "; ".join(said) + "."


def _sum(lines: Sequence[Line], name: str) -> int:
    return sum(getattr(line, name) for line in lines)
