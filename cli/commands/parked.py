"""``continuum parked``: events that a handler could not take, and timers that could not be fired."""

from typing import Annotated, Any

import typer

from cli.arguments import Commands
from cli.options import Demo, Json, about, check_service, examples

Consumer = Annotated[str | None, typer.Option("--service", help="Of this consumer alone.")]
Ids = Annotated[list[str], typer.Argument(metavar="EVENT_ID")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(
        help="Events that a handler could not take, and timers: look, try again, or give up with a reason."
    )
    group.command("list", epilog=examples("parked list", "parked list --state waiting --service cpd"))(list_)
    group.command("show", epilog=examples("parked show 0199..."))(show)
    group.command("retry", epilog=examples("parked retry 0199...", "parked retry --all"))(retry)
    group.command("discard", epilog=examples('parked discard 0199... --reason "the trainee was made twice"'))(
        discard
    )
    group.command("timers", epilog=examples("parked timers", "parked timers --retry"))(timers)
    app.add_typer(group, name="parked", cls=Commands, no_args_is_help=True)


def list_(
    service: Consumer = None,
    state: Annotated[
        list[str] | None, typer.Option(help="parked (default), retrying, waiting, discarded; more than once.")
    ] = None,
    json: Json = False,
    demo: Demo = False,
) -> None:
    """List what failed; by default what is parked."""
    from dataclasses import asdict

    from cli.output import as_json, console, table
    from shared.operations.parked import failures

    about(demo)
    found = list(failures(_consumers(service), _states(state)))
    if json:
        return as_json([asdict(failure) for failure in found])
    if not found:
        typer.echo(f"nothing is {' or '.join(_states(state))}")
        return _say_if_timers_are_parked(_consumers(service))
    columns = ("event", "consumer", "type", "subject", "state", "why", "tries", "since", "error")
    rows = [
        (
            f.message_id,
            f.consumer,
            f.type,
            f.subject,
            f.state,
            f.reason,
            f.attempts,
            f"{f.first_failed_at:%Y-%m-%d %H:%M}",
            f.error,
        )
        for f in found
    ]
    console().print(table(columns, rows, right=[6]))
    return _say_if_timers_are_parked(_consumers(service))


def show(
    event_id: Annotated[str, typer.Argument(metavar="EVENT_ID")],
    personal: Annotated[bool, typer.Option("--personal", help="With names and other personal data.")] = False,
    demo: Demo = False,
) -> None:
    """Show a failure with the event's content as JSON; personal data stays hidden unless it is asked for."""
    from cli.output import as_json
    from shared.operations.parked import event_id as read
    from shared.operations.parked import show as look

    about(demo)
    as_json(look(read(event_id), personal=personal))


def retry(
    event_ids: Annotated[list[str] | None, typer.Argument(metavar="EVENT_ID")] = None,
    every: Annotated[bool, typer.Option("--all", help="Everything that is parked.")] = False,
    service: Consumer = None,
    demo: Demo = False,
) -> None:
    """Try parked events again, from the first attempt; what waits behind them follows."""
    from cli.errors import WRONG, Refused

    if bool(event_ids) == every:
        raise Refused("name events, or say --all", WRONG)
    about(demo)
    _ask("parked_retry", _chosen(event_ids or [], service), {}, "are tried again")


def discard(
    event_ids: Ids,
    reason: Annotated[str, typer.Option(help="Why it may be lost; kept with your name.")],
    service: Consumer = None,
    demo: Demo = False,
) -> None:
    """Give events up for good; what waits behind them goes on."""
    about(demo)
    _ask("parked_discard", _chosen(event_ids, service), {"reason": reason}, "were given up")


def timers(
    service: Consumer = None,
    again: Annotated[bool, typer.Option("--retry", help="Fire them again, from the first attempt.")] = False,
    json: Json = False,
    demo: Demo = False,
) -> None:
    """List the timers that were given up after their last attempt, or because the process died of them."""
    from dataclasses import asdict

    from cli.output import as_json, console, table
    from shared.operations.parked_timers import parked_timers

    about(demo)
    found = list(parked_timers(_consumers(service)))
    if again:
        return _fire_again({timer.service for timer in found})
    if json:
        return as_json([asdict(timer) for timer in found])
    if not found:
        return typer.echo("no timer is parked")
    rows = [(t.service, t.kind, t.subject, f"{t.at:%Y-%m-%d %H:%M}", t.attempts, t.error) for t in found]
    columns = ("service", "timer", "subject", "was due", "tries", "error")
    return console().print(table(columns, rows, right=[4]))


def _fire_again(services: set[str]) -> None:
    from cli.installation import connected

    changed = 0
    if services:
        with connected() as call:
            changed = sum(call(service, "timers_retry")["changed"] for service in sorted(services))
    typer.echo(f"{changed} timers are due again" if changed != 1 else "1 timer is due again")


def _say_if_timers_are_parked(services: tuple[str, ...]) -> None:
    from shared.operations.parked_timers import parked_timers

    if count := sum(1 for _ in parked_timers(services)):
        typer.echo(f"timers are parked as well ({count}): continuum parked timers")


def _chosen(event_ids: list[str], service: str | None) -> dict[str, Any]:
    """Consumer -> the ids to ask it for; none means all that are parked there."""
    from shared.operations.parked import event_id, failures, whose

    if event_ids:
        return dict(whose([event_id(text) for text in event_ids], service))
    return {failure.consumer: None for failure in failures(_consumers(service))}


def _ask(method: str, chosen: dict[str, Any], more: dict[str, Any], what: str) -> None:
    from cli.installation import connected

    changed = 0
    if chosen:
        with connected() as call:
            for consumer, ids in chosen.items():
                which = {} if ids is None else {"event_ids": [str(id_) for id_ in ids]}
                changed += call(consumer, method, which | more)["changed"]
    typer.echo(
        f"{changed} events {what}"
        if changed != 1
        else f"1 event {what.replace('are', 'is').replace('were', 'was')}"
    )


def _states(given: list[str] | None) -> list[str]:
    from cli.errors import WRONG, Refused
    from shared.errors import join
    from shared.operations.parked import STATES

    if unknown := set(given or ()) - set(STATES):
        raise Refused(f"{min(unknown)!r} is no state of a failure; there are {join(STATES)}", WRONG)
    return given or ["parked"]


def _consumers(service: str | None) -> tuple[str, ...]:
    from shared.service_names import SERVICES

    if service is not None:
        check_service(service)
    return (service,) if service else SERVICES
