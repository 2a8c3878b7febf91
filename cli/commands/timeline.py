"""``continuum timeline``: anybody's career so far."""

from typing import Annotated

import typer

from cli.options import Demo, Json, about, examples


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "timeline",
        epilog=examples(
            "timeline Yasmin Abbott",
            'timeline "Zoë O\'Connor"',
            "timeline 1000037 --demo",
            "timeline 0199... --json",
        ),
    )(timeline)


def timeline(
    who: Annotated[list[str], typer.Argument(metavar="NAME|TRN|ID")],
    every: Annotated[
        bool, typer.Option("--all", help="Also when each evaluation was scheduled and asked for.")
    ] = False,
    json: Json = False,
    demo: Demo = False,
    after_own: Annotated[bool, typer.Option("--after-own", hidden=True)] = False,
) -> None:
    """Everything that happened to somebody, found by name, teacher reference number or id.

    Without servers of its own, whoever is not found in the installation is looked for in the demonstration's data,
    and a line says so.
    """
    from cli.careers import show
    from cli.errors import WRONG, Refused

    name = " ".join(" ".join(who).split())
    if not name:
        raise Refused("say whom: a name or a part of it, a teacher reference number, or an id", WRONG)
    about(demo)
    raise typer.Exit(show(name, json=json, demo=demo, every=every, after_own=after_own))
