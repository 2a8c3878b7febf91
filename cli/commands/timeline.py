"""``continuum timeline``: anybody's career so far."""

from typing import Annotated

import typer

from cli.options import Demo, Json, about, examples


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "timeline",
        epilog=examples('timeline "Zoë O\'Connor"', "timeline 1000037 --demo", "timeline 0199... --json"),
    )(timeline)


def timeline(
    who: Annotated[str, typer.Argument(metavar="NAME|TRN|ID")],
    every: Annotated[
        bool, typer.Option("--all", help="Also when each evaluation was scheduled and asked for.")
    ] = False,
    json: Json = False,
    demo: Demo = False,
) -> None:
    """Everything that happened to somebody, found by name, teacher reference number or id.

    Whoever is not found in the installation is looked for in the demonstration's data, and a line says so.
    """
    from cli.careers import show

    about(demo)
    raise typer.Exit(show(who, json=json, demo=demo, every=every))
