"""How answers look: tables for people, JSON for programs, progress where somebody watches."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table

from shared.calendar import LONDON

WIDE = 200


def console(*, stderr: bool = False) -> Console:
    """A console on a terminal's width; in a pipe wide enough that nothing is cut, unless COLUMNS says otherwise."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDE
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False)


def as_json(answer: Any) -> None:
    """Print it as JSON, ids and dates as text."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2, default=_plain) + "\n")


def moment(at: datetime | str) -> str:
    """A moment as people in England say it: 27 November 2026, 09:11 (Europe/London)."""
    when = (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(LONDON)
    return f"{day(when)}, {when:%H:%M} (Europe/London)"


def counted(number: int, what: str, many: str = "") -> str:
    """ "1 row", "2 rows"; ``many`` where no s makes it."""
    return f"{number} {what}" if number == 1 else f"{number} {many or f'{what}s'}"


def day(on: date | str) -> str:
    """A day in words: 27 November 2026."""
    when = date.fromisoformat(on) if isinstance(on, str) else on
    return f"{when.day} {when:%B %Y}"


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str | None = None,
    right: Iterable[int] = (),
    widths: Sequence[int] | None = None,
) -> Table:
    """A table; ``right``: the columns of numbers; ``widths``: of all columns, which then wrap between words."""
    numbers = set(right)
    made = Table(
        title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="bold"
    )
    for index, column in enumerate(columns):
        made.add_column(
            column,
            justify="right" if index in numbers else "left",
            overflow="fold",
            no_wrap=widths is None and (index in numbers or column == "date"),
            width=widths[index] if widths else None,
        )
    for row in rows:
        made.add_row(*("" if cell is None else _escaped(cell) for cell in row))
    return made


def _escaped(cell: Any) -> str:
    """Names of people are no markup."""
    from rich.markup import escape

    return escape(str(cell))


@contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar beside the answer, on a terminal alone; gives what tells it that so many more are done."""
    from rich.progress import Progress

    screen = console(stderr=True)
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda number: bar.advance(task, number)
