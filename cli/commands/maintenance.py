"""``continuum maintenance``: services that change nothing for a while."""

from typing import Annotated, Any

import typer

from cli.arguments import Commands
from cli.options import Demo, Json, about, examples

Services = Annotated[list[str] | None, typer.Argument(metavar="[SERVICE...]", help="By default all.")]

SHORTEST_REASON = 3


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(
        help="Let services change nothing for a while: reads go on, events and deadlines wait."
    )
    group.command(
        "on", epilog=examples('maintenance on --reason "a new disk"', "maintenance on cpd --reason TEXT")
    )(on)
    group.command("off", epilog=examples("maintenance off", "maintenance off cpd"))(off)
    group.command("status", epilog=examples("maintenance status", "maintenance status --json"))(status)
    app.add_typer(group, name="maintenance", cls=Commands, no_args_is_help=True)


def on(
    services: Services = None,
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with your name, and shown by /ready.")],
    retry_after: Annotated[
        int, typer.Option(min=1, max=86_400, help="Seconds after which callers are told to come again.")
    ] = 60,
    demo: Demo = False,
) -> None:
    """Begin: calls that change something are refused, reads and operators' calls go on, events and deadlines wait.

    The services must run; each process follows within two seconds, and a restart does not end it.
    """
    from cli.errors import WRONG, Refused

    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused(
            f"--reason {reason!r} says too little: say why in a few words, 3 letters at least", WRONG
        )
    about(demo)
    for service in _ask(services, "maintenance_on", {"reason": reason, "retry_after_s": retry_after}):
        typer.echo(f"{service} is in maintenance")


def off(services: Services = None, demo: Demo = False) -> None:
    """End: what waited is handled in its order."""
    about(demo)
    was_on = [service for service in _chosen(services) if _is_on(service)]
    for service in _ask(was_on, "maintenance_off", {}) if was_on else ():
        typer.echo(f"{service} goes on")
    if services or not was_on:
        for service in sorted(set(_chosen(services)) - set(was_on)):
            typer.echo(f"{service} was not in maintenance")


def _is_on(service: str) -> bool:
    from shared.maintenance import found
    from shared.operations.reading import reading

    with reading(service) as session:
        return found(session) is not None


def status(services: Services = None, json: Json = False, demo: Demo = False) -> None:
    """Say which services are in maintenance, since when and why; they need not run for it."""
    from cli.output import as_json, console, table
    from shared.maintenance import found
    from shared.operations.reading import reading

    about(demo)
    rows: list[dict[str, Any]] = []
    for service in _chosen(services):
        with reading(service) as session:
            rest = found(session)
        told = (rest.since, rest.who, rest.why, rest.retry_after_s) if rest else (None, None, None, None)
        rows.append(
            {"service": service, "on": rest is not None}
            | dict(zip(("since", "who", "why", "retry_after_s"), told, strict=True))
        )
    if json:
        return as_json(rows)
    columns = ("service", "maintenance", "since", "who", "why")
    return console().print(table(columns, [_shown(row) for row in rows]))


def _shown(row: dict[str, Any]) -> tuple[Any, ...]:
    since = f"{row['since']:%Y-%m-%d %H:%M} UTC" if row["on"] else None
    return (row["service"], "on" if row["on"] else "off", since, row["who"], row["why"])


def _ask(services: list[str] | None, method: str, arguments: dict[str, Any]) -> list[str]:
    from cli.installation import connected

    chosen = _chosen(services)
    with connected() as call:
        for service in chosen:
            call(service, method, arguments)
    return chosen


def _chosen(services: list[str] | None) -> list[str]:
    from cli.errors import WRONG, Refused
    from shared.service_names import SERVICES

    if unknown := set(services or ()) - set(SERVICES):
        raise Refused(f"there is no service {min(unknown)!r}; there are {', '.join(SERVICES)}", WRONG)
    return services or list(SERVICES)
