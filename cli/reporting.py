"""``continuum report``: asks for a report as the operator who sits here, and prints it."""

import sys
from collections.abc import Mapping
from typing import Any

import typer

from cli.installation import connected
from cli.output import as_json, console, table

METHODS = {
    "recruitment": "recruitment_report",
    "funnel": "funnel_report",
    "decisions": "decisions_report",
    "census": "census_report",
    "performance-profile": "profile_report",
    "equality-of-applications": "equality_of_applications",
    "equality-of-trainees": "equality_of_trainees",
}


def show(name: str, given: Mapping[str, Any], format: str) -> None:
    """Print it; what was not given is left to the report."""
    asked = {key: value for key, value in given.items() if value is not None}
    asked["format"] = "csv" if format == "csv" else "json"
    with connected() as call:
        answer = call("itt", METHODS[name], asked)
    if format == "csv":
        sys.stdout.write(answer["content"])
    elif format == "json":
        as_json(answer)
    elif answer["rows"]:
        _print(answer)
    if answer["empty"] and format != "json":
        typer.echo(answer["empty"], err=format == "csv")


def _print(answer: Mapping[str, Any]) -> None:
    """A table with the totals at the end; columns of numbers stand to the right."""
    columns, rows = answer["columns"], [*answer["rows"], *answer["totals"]]
    numbers = [
        n for n, name in enumerate(columns) if any(isinstance(row.get(name), int | float) for row in rows)
    ]
    cells = [[row.get(name) for name in columns] for row in rows]
    console().print(table([name.replace("_", " ") for name in columns], cells, right=numbers))
