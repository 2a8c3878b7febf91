"""``continuum backup``, ``restore`` and ``restored``: copies of the databases, and what has to follow a restore."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Demo, Json, about, examples

if TYPE_CHECKING:
    from shared.operations.restored import Lost

QUEUE_EMPTY_WITHIN_S = 30.0
Service = Annotated[str, typer.Argument(metavar="SERVICE")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("backup", epilog=examples("backup copies/2026-11-24", "backup DIR --json"))(backup)
    app.command("restore", epilog=examples("restore copies/2026-11-24 cpd --yes"))(restore)
    app.command("restored", epilog=examples("restored cpd", "restored cpd --json"))(restored)


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR")], json: Json = False, demo: Demo = False
) -> None:
    """Copy the database of every service into a new or empty folder, with a manifest; services go on meanwhile.

    Each copy is of one moment, the copies are of different ones: that is in order, see docs/runbook.md. They hold
    personal data and can be read by you alone; they hold no passwords and no keys.
    """
    from cli.output import as_json
    from shared.operations.backup import back_up

    about(demo)
    told = back_up(folder, progress=lambda line: typer.echo(f"{line} ...", err=True))
    if json:
        return as_json(told)
    for service, was in told["services"].items():
        kib = was["bytes"] // 1024
        typer.echo(f"{service}: {was['tables']} tables, {kib} KiB, revision {was['revision']}")
    return typer.echo(f"all of it is in {folder}")


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    service: Service,
    yes: Annotated[bool, typer.Option("--yes", help="What is in the database now may be lost.")] = False,
    demo: Demo = False,
) -> None:
    """Replace a service's database by its copy; the service must be stopped.

    'continuum restored' has to follow: until then the service does not start.
    """
    from cli.errors import Refused
    from cli.installation import operator
    from cli.output import moment
    from shared.operations.backup import manifest_of, put_back
    from shared.operations.restored import stopped

    about(demo)
    then = moment(manifest_of(folder, _known(service))["taken_at"])
    if not yes:
        raise Refused(f"all that {service} committed since {then} would be lost; say --yes to do it")
    with stopped(service):
        put_back(folder, service, operator())
    typer.echo(f"{service} is as it was on {then}; now: continuum restored {service}")


def restored(
    service: Service,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="It was put back by another way than 'continuum restore'.")
    ] = False,
    json: Json = False,
    demo: Demo = False,
) -> None:
    """Set right what a restore leaves behind, before the service starts: its numbers, and what it has missed.

    Exit code 1 when events are lost that others have acted upon: they are listed, and cannot be published again.
    Run again it changes nothing more.
    """
    from cli.errors import Refused
    from cli.installation import operator
    from shared.database.migrate import check_revision
    from shared.operations.restored import lost, mend, seen, stopped, was_restored

    about(demo)
    check_revision(_known(service))
    with stopped(service):
        if not anyway and not was_restored(service):
            raise Refused(
                f"{service} was never restored by 'continuum restore', and nothing was changed; if its database was"
                " put back by another way, say --anyway"
            )
        _wait_for_queues(service)
        gone = lost(service)
        done = mend(service, seen(service), len(gone), operator())
    if json:
        _as_json(service, done.jumped, done.asks, gone)
    else:
        _tell(service, done.jumped, done.asks, gone)
    raise typer.Exit(1 if gone else 0)


def _known(service: str) -> str:
    from cli.errors import WRONG, Refused
    from shared.service_names import SERVICES

    if service not in SERVICES:
        raise Refused(f"there is no service {service!r}; there are {', '.join(SERVICES)}", WRONG)
    return service


def _wait_for_queues(service: str) -> None:
    """What still lies in a queue was published in the time that is gone, and nobody would know its numbers."""
    import time

    from cli.errors import Refused
    from shared.operations.reading import queued
    from shared.service_names import SERVICES

    until = time.monotonic() + QUEUE_EMPTY_WITHIN_S
    for consumer in SERVICES:
        while consumer != service and (waiting := queued(consumer)):
            if time.monotonic() > until:
                raise Refused(
                    f"{waiting} events lie in the queue of {consumer}, and may be of the time that is gone: let it"
                    f" handle them ('continuum run {consumer}', 'continuum maintenance off {consumer}'), and ask again"
                )
            time.sleep(0.5)


def _as_json(service: str, jumped: int, asks: list[str], gone: "list[Lost]") -> None:
    from dataclasses import asdict

    from cli.output import as_json

    as_json(
        {"service": service, "jumped": jumped, "asks": asks, "lost": [asdict(each) for each in gone]},
    )


def _tell(service: str, jumped: int, asks: list[str], gone: "list[Lost]") -> None:
    from cli.output import console, table

    typer.echo(f"1. {jumped} subjects stood behind what others have seen: their next numbers are beyond it")
    typer.echo(f"2. at its start {service} asks {', '.join(asks) or 'nobody'} for what it has missed")
    if not gone:
        return typer.echo(f"3. nobody holds an event that {service} lacks: nothing is lost. Start it")
    typer.echo(f"3. {len(gone)} events are lost here, and others have acted upon them:")
    rows = [(e.event_id, e.type, e.subject, e.sequence, ", ".join(sorted(e.held))) for e in gone]
    console().print(table(("event", "type", "subject", "number", "held by"), rows, right=[3]))
    return typer.echo(
        f"they cannot be published again. Start {service}, let it catch up, and have somebody who knows the subjects"
        " do again what is still wanted (docs/runbook.md, Backup and restore)"
    )
