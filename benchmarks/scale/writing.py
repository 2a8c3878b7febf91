"""The end of a cycle, and the bulk file of trainees."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

from benchmarks.cohort.spans import SECOND
from benchmarks.running import Caller
from benchmarks.scale.asking import Askers
from benchmarks.scale.reading import timed
from benchmarks.services import IDLE
from benchmarks.surroundings import Impossible, run
from cli.demo.sample import sample
from services.itt.domain.csv_files import pack, write
from services.itt.domain.cycles import cycle
from services.itt.domain.deadlines import ENDS, ends_at
from services.itt.domain.details import COLUMNS

ROWS, ROUNDS = 1_000, 3
OPEN = """
SELECT count(*) FROM application WHERE cycle = :year AND state = ANY(:states)
"""
MADE = "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM event_log)"


def open_applications() -> int:
    """How many the three ends of the cycle have to end."""
    states = [state.value for ended in ENDS.values() for state in ended]
    return int(run(IDLE, OPEN, year=SECOND, states=states)[0][0])


def facts() -> int:
    """How many facts were published so far, sent or not."""
    return int(run(IDLE, MADE)[0][0])


def end_cycle_s(call: Caller) -> dict[str, float]:
    """Seconds for each end, with whatever else is due until then, as the service's own timers do it.

    The clock of the service is moved by hand; nothing may be open at the end.
    """
    took = {what: timed(call, "advance", now=_at(what).isoformat())[0] / 1_000 for what in ENDS}
    if left := open_applications():
        raise Impossible(f"{left} applications are open after the end of the cycle")
    return took


def _at(what: str) -> datetime:
    return ends_at(cycle(SECOND), what)


def a_file(first_seed: int) -> str:
    """A thousand trainees in the national format, packed; no two of them may be one person."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for seed in _seeds(first_seed):
        for row in csv.DictReader(io.StringIO(sample(seed).decode("utf-8-sig"))):
            rows[row["last_name"], row["date_of_birth"]] = row
        if len(rows) >= ROWS:
            break
    chosen = [row | {"provider_trainee_id": f"{first_seed}-{nth}"} for nth, row in enumerate(rows.values())]
    return pack(write(COLUMNS, chosen[:ROWS]).encode())


def _seeds(first: int) -> Iterator[int]:
    seed = first
    while True:
        yield seed
        seed += 1


def bulk_s(who: Askers) -> tuple[list[float], list[float]]:
    """Seconds to check a file and say what is wrong in it, and to store one; each round another file."""
    checked, stored = [], []
    with closing(Caller(who.provider)) as call:
        for nth in range(ROUNDS):
            given = {"provider_code": who.code, "content": a_file(1_000 * (nth + 1))}
            checked.append(_import_s(call, "validated", given | {"dry_run": True}))
            stored.append(_import_s(call, "succeeded", given))
    return checked, stored


def _import_s(call: Caller, expected: str, given: dict[str, Any]) -> float:
    took_ms, found = timed(call, "import_trainees", file_name="trainees.csv", **given)
    if found["state"] != expected or found["rows"] != ROWS:
        raise Impossible(f"the file is {found['state']}: {found['errors'][:2]} {found['duplicates'][:2]}")
    return took_ms / 1_000
