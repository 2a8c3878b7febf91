"""``continuum events``: every event of the project."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.options import examples


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    ASYNCAPI = "asyncapi"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "events",
        epilog=examples(
            "events",
            "events itt.qts",
            "events --format json",
            "events --format markdown > docs/events.md",
            "events --format asyncapi > docs/asyncapi.json",
        ),
    )(events)


def events(
    type: Annotated[
        str | None, typer.Argument(metavar="[TYPE]", help="A type, or a part of it.", show_default=False)
    ] = None,
    format: Annotated[
        Format, typer.Option(help="asyncapi is docs/asyncapi.json, markdown docs/events.md.")
    ] = Format.TABLE,
) -> None:
    """The catalogue of events: who publishes, who listens, what travels, and whether it names people.

    Exit code 1: there is no such event.
    """
    from cli import events as catalogue

    catalogue.show(format.value, type)
