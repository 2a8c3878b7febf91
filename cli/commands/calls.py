"""``continuum rpc``: every method that services offer."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.options import examples


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        "rpc",
        epilog=examples(
            "rpc",
            "rpc cpd",
            "rpc itt.import_trainees",
            "rpc --format json",
            "rpc --format markdown > docs/rpc.md",
        ),
    )(rpc)


def rpc(
    what: Annotated[
        str | None, typer.Argument(metavar="[SERVICE[.METHOD]]", help="By default all.", show_default=False)
    ] = None,
    format: Annotated[Format, typer.Option(help="table, json or markdown (docs/rpc.md).")] = Format.TABLE,
) -> None:
    """What the services can be asked: who may, what goes in, what comes out, what can go wrong.

    Exit code 1: there is nothing of that name.
    """
    from cli.calls.show import show

    show(format.value, what)
