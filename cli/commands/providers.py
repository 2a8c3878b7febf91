"""``continuum provider``: the providers that are registered here, and one more."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.arguments import Commands
from cli.options import Demo, Json, about, examples


class Kind(StrEnum):
    ACCREDITED_PROVIDER = "accredited_provider"
    LEAD_SCHOOL = "lead_school"
    BOTH = "both"


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Providers that are registered here: trainees are imported for no other.")
    group.command(
        "register",
        epilog=examples(
            'provider register 2A5 "Northern Hills University"',
            'provider register 1LS "Alder Grove Teaching School" --kind lead_school --urn 990101',
        ),
    )(register)
    group.command("list", epilog=examples("provider list", "provider list northern", "provider list --json"))(
        list_
    )
    app.add_typer(group, name="provider", cls=Commands, no_args_is_help=True)


def register(
    code: Annotated[str, typer.Argument(metavar="CODE", help="Three letters or digits, such as 2A5.")],
    name: Annotated[str, typer.Argument(metavar="NAME")],
    kind: Annotated[
        Kind | None,
        typer.Option(
            help="accredited_provider (of a new one, unless it is said), lead_school or both.",
            show_default=False,
        ),
    ] = None,
    urn: Annotated[str | None, typer.Option(metavar="URN", help="Of a lead school: six digits.")] = None,
    demo: Demo = False,
) -> None:
    """Register a provider, or give one that is registered another name or kind.

    Trainees are imported for providers that are registered, and for no others.
    """
    from cli.providers import register as store

    about(demo)
    store(code, name, kind and kind.value, urn)


def list_(
    search: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT]", help="The code, or a part of the name.", show_default=False),
    ] = None,
    json: Json = False,
    demo: Demo = False,
) -> None:
    """List the providers that are registered, by code."""
    from cli.providers import show

    about(demo)
    show(search, as_json=json)
