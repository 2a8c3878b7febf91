"""``continuum import funding``: the table of bursaries, scholarships and grants."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from cli.errors import NO
from cli.importing import about_file, read, tell_errors
from cli.installation import connected
from cli.output import as_json as print_json
from cli.output import counted
from services.itt.domain import funding_table
from services.itt.domain.csv_files import pack

Answer = dict[str, Any]


def load(file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Store the whole table of each academic year in the file, or list every error; gives the exit code."""
    content = read(file)
    with about_file(file, "funding"):
        table = funding_table.parse(content)
    if table.errors:
        answer: Answer = {"rows": table.row_count, "errors": [asdict(error) for error in table.errors]}
    else:
        with connected() as call:
            asked = {"content": pack(content), "dry_run": dry_run}
            answer = call("itt", "load_funding", asked)
    _tell(answer, dry_run=dry_run, as_json=as_json)
    return NO if answer["errors"] else 0


def _tell(answer: Answer, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        return print_json(answer | {"refused": bool(answer["errors"]), "dry_run": dry_run})
    if answer["errors"]:
        return tell_errors(answer["errors"], answer["rows"])
    would = "would be " if dry_run else ""
    counts = f"{answer['added']} {would}added, {answer['ended']} {would}ended"
    typer.echo(f"{counted(answer['rows'], 'rate')}: {counts}, {answer['unchanged']} as they were")
    return None
