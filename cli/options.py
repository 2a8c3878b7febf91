"""Options that several commands share."""

from collections.abc import Mapping
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Demo = Annotated[bool, typer.Option("--demo", help="The demonstration's own data.")]
Grace = Annotated[
    float | None,
    typer.Option(
        "--grace",
        min=0,
        metavar="SECONDS",
        help="How long an event may be under way; by default 60 with a broker, else 0.",
    ),
]


def examples(*lines: str, before: Mapping[str, str] | None = None) -> str:
    """The examples of a command, as its help ends; ``before``: those with a variable in front of them."""
    with_variables = [f"  {variable} ./continuum {line}" for variable, line in (before or {}).items()]
    return "\b\nExamples:\n" + "\n".join([f"  ./continuum {line}" for line in lines] + with_variables)


def check_service(name: str) -> None:
    """Raises Refused for a service that there is not, with those that there are."""
    from cli.errors import WRONG, Refused
    from shared.service_names import SERVICES

    if name not in SERVICES:
        raise Refused(f"there is no service {name!r}; there are {', '.join(SERVICES)}", WRONG)


def about(demo: bool) -> None:
    """Choose the data that the command is about."""
    from cli.installation import tell_start, use_demo

    if demo:
        use_demo()
    tell_start()
