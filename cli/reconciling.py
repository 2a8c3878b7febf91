"""``continuum reconcile``: find what did not arrive, have it sent again, wait for it, and note how far all is well."""

import time
from collections.abc import Sequence
from uuid import UUID

import typer

from cli.errors import NO
from cli.installation import Caller, connected
from cli.output import as_json, console, table
from shared.config import settings
from shared.operations.reconcile import Finding, arrived, look, note, resend

ARRIVES_WITHIN_S, QUEUE_EMPTY_WITHIN_S = 30.0, 30.0


def look_only(grace_s: float | None, json: bool) -> int:
    """Say what is missing; gives 1 when something is."""
    found = list(look(grace_s=grace_s))
    _tell(found, json)
    return NO if _missing(found) else 0


def send_and_note(grace_s: float | None, json: bool) -> int:
    """Have everything that is missing sent again; gives 1 when something still has not arrived."""
    with connected() as call:
        wait_s = QUEUE_EMPTY_WITHIN_S if settings().amqp_uri else 0.0
        found = list(look(grace_s=grace_s, wait_for_queue_s=wait_s))
        lost = sum(_resend(call, finding, json) for finding in found if finding.missing)
        note(call, list(look(grace_s=grace_s)) if _missing(found) else found)
    _tell(found, json)
    return NO if lost else 0


def _resend(call: Caller, finding: Finding, json: bool) -> int:
    """Gives how many have not arrived in time."""
    sent = resend(call, finding)
    left = _wait(finding.consumer, finding.missing)
    if not json:
        state = f"{left} not there yet" if left else "all have arrived"
        typer.echo(f"{finding.type} to {finding.consumer}: {sent} sent again, {state}")
    return left


def _wait(consumer: str, ids: Sequence[UUID]) -> int:
    until = time.monotonic() + ARRIVES_WITHIN_S
    while (left := len(set(ids) - arrived(consumer, ids))) and time.monotonic() < until:
        time.sleep(0.3)
    return left


def _missing(found: Sequence[Finding]) -> int:
    return sum(len(finding.missing) for finding in found)


def _tell(found: Sequence[Finding], json: bool) -> None:
    if json:
        keys = ("consumer", "source", "type", "missing", "on_the_way", "verified_until")
        return as_json([{key: getattr(finding, key) for key in keys} for finding in found])
    rows = [(f.type, f.consumer, len(f.missing), f.on_the_way) for f in found if f.missing or f.on_the_way]
    if rows:
        console().print(table(("event", "consumer", "missing", "on the way"), rows, right=[2, 3]))
    return typer.echo(f"{len(found)} subscriptions compared: {_counted(_missing(found))} missing")


def _counted(missing: int) -> str:
    return "1 event was" if missing == 1 else f"{missing or 'no'} event{'s were' if missing else ' was'}"
