"""What operators ask of the events: ``ledger``, ``reconcile``, ``replay``."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from cli.options import Demo, Grace, Json, about, check_service, examples

DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("ledger", epilog=examples("ledger", "ledger --all", "ledger --json", "ledger --grace 5"))(
        ledger
    )
    app.command("reconcile", epilog=examples("reconcile --dry-run", "reconcile"))(reconcile)
    app.command("replay", epilog=examples("replay people", "replay people --since 2026-09-01"))(replay)


def ledger(
    json: Json = False,
    grace: Grace = None,
    every: Annotated[bool, typer.Option("--all", help="Also what was never published.")] = False,
    demo: Demo = False,
) -> None:
    """What became of every event, by type and consumer; exit code 1 when something is missing.

    committed = handled + waiting + parked + discarded + unpublished + on the way + not covered + missing.
    Missing is what was published longer than --grace ago, is neither handled nor kept as a failure, and lies in no
    queue: 'continuum reconcile' has it sent again. Late is what was handled after a later event of its subject.
    """
    from cli.ledger_table import print_ledger
    from shared.operations.ledger import ledger as read
    from shared.operations.ledger import missing
    from shared.operations.restored import waiting

    about(demo)
    lines = read(grace_s=grace)
    for service in waiting():
        typer.echo(f"continuum: {service} was restored: run 'continuum restored {service}'", err=True)
    print_ledger(lines, as_json=json, every=every)
    raise typer.Exit(1 if missing(lines) else 0)


def reconcile(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is missing.")] = False,
    grace: Grace = None,
    json: Json = False,
    demo: Demo = False,
) -> None:
    """Compare what was published with what arrived since the last time, and have what is missing sent again.

    What only waits in an outbox, or lies in a queue, is on its way and left alone. With --dry-run the exit code is 1
    when something is missing.
    """
    from cli.reconciling import look_only, send_and_note

    about(demo)
    raise typer.Exit(look_only(grace, json) if dry_run else send_and_note(grace, json))


def replay(
    service: Annotated[str, typer.Argument()],
    since: Annotated[
        datetime | None, typer.Option(formats=DAYS, help="UTC; by default the beginning.")
    ] = None,
    demo: Demo = False,
) -> None:
    """Build a service's projections again from the logs of its sources; nobody is told anything twice.

    It works page by page beside the running service, and may be stopped and begun again at any time.
    """
    from rich.progress import track

    from cli.installation import connected
    from cli.output import console
    from shared.operations.replay import expected
    from shared.operations.replay import replay as pages

    check_service(service)
    about(demo)
    from_ = since.replace(tzinfo=UTC) if since else None
    total, done, screen = sum(expected(service, from_).values()), 0, console(stderr=True)
    with connected() as call:
        steps: Any = pages(call, service, from_)
        for page in track(
            steps, f"replaying {service}", total=None, console=screen, disable=not screen.is_terminal
        ):
            done += page.events
    typer.echo(f"{service}: {done} of {total} events projected again")
