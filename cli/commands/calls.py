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
    app.command("rpc", epilog=examples("rpc", "rpc --format json", "rpc --format markdown > docs/rpc.md"))(
        rpc
    )


def rpc(
    format: Annotated[Format, typer.Option(help="table, json or markdown (docs/rpc.md).")] = Format.TABLE,
) -> None:
    """What the services can be asked: who may, what goes in, what comes out, what can go wrong."""
    from cli.calls.show import show

    show(format.value)
