"""``continuum import schools``: the national register of schools."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from cli.errors import NO
from cli.importing import SHOWN, about_file, read
from cli.installation import connected
from cli.output import as_json as print_json
from cli.output import console, counted, table
from services.itt.domain import gias
from services.itt.domain.gias import Register, School

AT_ONCE = 500


def load(file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Store the schools whose rows are right, and list what is wrong in the others; gives the exit code.

    Raises FileUnreadable when it is no extract of the register.
    """
    content = read(file)
    with about_file(file, "schools"):
        register = gias.parse(content)
    stored = 0
    if not dry_run and register.schools:
        with connected() as call:
            for batch in _batches(register.schools):
                asked = {"schools": [asdict(school) for school in batch]}
                stored += call("itt", "load_schools", asked)["stored"]
    _tell(register, stored, dry_run=dry_run, as_json=as_json)
    return NO if register.errors else 0


def _batches(schools: tuple[School, ...]) -> Iterator[tuple[School, ...]]:
    for first in range(0, len(schools), AT_ONCE):
        yield schools[first : first + AT_ONCE]


def _tell(register: Register, stored: int, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        errors = [asdict(error) for error in register.errors]
        told: dict[str, Any] = {"rows": register.row_count, "stored": stored, "dry_run": dry_run}
        return print_json(told | {"errors": errors})
    number = len(register.schools) if dry_run else stored
    what = f"{counted(number, 'school')} {'would be stored' if dry_run else 'stored'}"
    typer.echo(what)
    if register.errors:
        typer.echo(
            f"{counted(len(register.errors), 'error')}; these rows were passed over (the header is row 1)"
        )
        cells = [(e.row, e.column, e.value, e.message) for e in register.errors[:SHOWN]]
        console().print(table(("row", "column", "value", "what is wrong"), cells, right=[0]))
    if len(register.errors) > SHOWN:
        typer.echo(f"... and {len(register.errors) - SHOWN} more; --json lists all")
    return None
