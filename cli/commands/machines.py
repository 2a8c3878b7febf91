"""``continuum transitions``: every state machine of the project."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.options import examples


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    MERMAID = "mermaid"
    MARKDOWN = "markdown"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "transitions",
        epilog=examples(
            "transitions",
            "transitions itt.trainee --format mermaid",
            "transitions --format json",
            "transitions --format markdown > docs/states.md",
        ),
    )(transitions)


def transitions(
    machine: Annotated[str | None, typer.Argument(metavar="[MACHINE]", show_default=False)] = None,
    format: Annotated[Format, typer.Option(help="markdown is docs/states.md.")] = Format.TABLE,
) -> None:
    """The state machines: their states, which event leads from which to which, and the corrections beside them.

    One machine by its name, such as itt.trainee, or all of them. Exit code 1: there is no such machine.
    """
    from cli import states

    states.show(machine, format.value)
