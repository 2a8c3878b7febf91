"""``continuum bench soak [--seconds N] [--report FILE]``: half of the maximal rate for half an hour; nothing may grow.

On a RabbitMQ and a PostgreSQL of its own. The maximal rate is measured first, by a short burst. All the while somebody
analyses: every three minutes a snapshot of both databases is held for two, which keeps the vacuum from clearing away.
"""

from shared.runner.green import patch

patch()

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import eventlet
import psutil
from eventlet.greenpool import GreenPool

from benchmarks.running import Caller, Process, running, wait_for_effects
from benchmarks.services import EFFECT, SOURCE
from benchmarks.soak_report import written
from benchmarks.steadiness import (
    BEHIND,
    CHANNELS,
    CONNECTIONS,
    DEAD,
    MEMORY,
    OUTBOX_AGE,
    OUTBOX_MB,
    OUTBOX_ROWS,
    Sample,
    Verdict,
    verdicts,
)
from benchmarks.surroundings import empty_tables, run, surroundings
from shared.database import engine
from shared.errors import ContinuumError
from shared.testing.servers import PrivatePostgres, PrivateRabbit

SECONDS, SAMPLES, SHORTEST_S, WARM_UP_S = 1800.0, 30, 5.0, 60.0
EVERY_S, HELD_S = 180.0, 120.0  # the analyst's query
BURST, PRODUCERS, TOGETHER = 6_000, 10, 100
TICK_S, SUBJECTS, AT_ONCE = 0.1, 20_000, 10
REPLICAS, POOL = 2, "5"
MEBIBYTE = 2**20
TABLES = "outbox", "subject_sequence", "inbox", "event_log"
LAG = """
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float,
       pg_total_relation_size('outbox')::float FROM outbox
"""
DEAD_TUPLES = (
    "SELECT coalesce(sum(n_dead_tup), 0)::float FROM pg_stat_user_tables WHERE relname = ANY(:tables)"
)
BACKENDS = "SELECT count(*)::float FROM pg_stat_activity WHERE application_name LIKE 'continuum %'"


@dataclass
class Soaked:
    """What came of it."""

    seconds: float
    maximal_per_s: float = 0.0
    wanted_per_s: float = 0.0
    sent: int = 0
    refused: int = 0
    queries: int = 0
    took_s: float = 0.0
    samples: list[Sample] = field(default_factory=list)

    @property
    def verdicts(self) -> list[Verdict]:
        """How each quantity developed."""
        return verdicts(self.samples)

    @property
    def growing(self) -> list[str]:
        """What grows."""
        return [each.name for each in self.verdicts if each.grows]


class Soak:
    """The processes, the load, the analyst, and the samples."""

    def __init__(self, rabbit: PrivateRabbit, processes: dict[str, list[Process]], seconds: float) -> None:
        self._rabbit, self._processes, self._call = rabbit, processes, Caller()
        self.result = Soaked(seconds)
        # A short soak has an analyst in proportion.
        self._scale = min(1.0, seconds / SECONDS)
        self._stopping = False

    def run(self) -> Soaked:
        """All of it."""
        self._burst()
        empty_tables()
        began = time.monotonic()
        load, analyst = eventlet.spawn(self._load), eventlet.spawn(self._analyse)
        time.sleep(WARM_UP_S * self._scale)
        end = time.monotonic() + self.result.seconds
        samples = max(3, min(SAMPLES, int(self.result.seconds / SHORTEST_S)))
        for nth in range(samples + 1):
            at = end - self.result.seconds * (samples - nth) / samples
            time.sleep(max(0.0, at - time.monotonic()))
            self.result.samples.append(self._sample())
        self._stopping = True
        load.wait()
        self.result.took_s = time.monotonic() - began
        analyst.kill()
        self._call.close()
        return self.result

    # --- the load

    def _burst(self) -> None:
        """Ten producers as fast as they can; from the first commit until the last effect."""
        self._send(0, TOGETHER)
        wait_for_effects(TOGETHER)
        began, pool = time.monotonic(), GreenPool(PRODUCERS)
        count = max(TOGETHER, int(BURST * min(1.0, self._scale * 10))) // TOGETHER
        for nth in range(1, count + 1):
            pool.spawn_n(self._send, nth * TOGETHER, TOGETHER)
        pool.waitall()
        wait_for_effects((count + 1) * TOGETHER)
        self.result.maximal_per_s = count * TOGETHER / (time.monotonic() - began)
        self.result.wanted_per_s = self.result.maximal_per_s / 2
        self.result.sent = self.result.refused = 0

    def _load(self) -> None:
        """At a steady rate, whatever the services do; who is behind shows it in the samples."""
        began, pool, asked = time.monotonic(), GreenPool(AT_ONCE), 0
        while not self._stopping:
            due = int((time.monotonic() - began) * self.result.wanted_per_s) - asked
            if due > 0:
                count = min(due, TOGETHER)
                pool.spawn_n(self._send, asked % SUBJECTS, count)
                asked += count
            if due <= TOGETHER:
                time.sleep(TICK_S)
        pool.waitall()

    def _send(self, first: int, count: int) -> None:
        try:
            self._call(SOURCE, "produce", first=first, count=count)
            self.result.sent += count
        except ContinuumError:
            self.result.refused += count

    # --- the analyst

    def _analyse(self) -> None:
        while True:
            with ExitStack() as held:
                for service in (SOURCE, EFFECT):
                    held.enter_context(_snapshot(service))
                time.sleep(HELD_S * self._scale)
            self.result.queries += 1
            time.sleep((EVERY_S - HELD_S) * self._scale)

    # --- the samples

    def _sample(self) -> Sample:
        rows, age_s, outbox_bytes = run(SOURCE, LAG)[0]
        made = run(SOURCE, "SELECT count(*) FROM source")[0][0]
        effects = run(EFFECT, "SELECT count(*) FROM effect")[0][0]
        found = {
            OUTBOX_ROWS: float(rows),
            OUTBOX_AGE: float(age_s),
            BEHIND: float(made - effects),
            DEAD: sum(run(s, DEAD_TUPLES, tables=list(TABLES))[0][0] for s in (SOURCE, EFFECT)),
            OUTBOX_MB: outbox_bytes / MEBIBYTE,
            CONNECTIONS: run(SOURCE, BACKENDS)[0][0],
            CHANNELS: float(len(self._rabbit.control("list_connections", "name").splitlines())),
        }
        return found | dict(self._memory())

    def _memory(self) -> Iterator[tuple[str, float]]:
        for service, processes in self._processes.items():
            for nth, process in enumerate(processes, start=1):
                used = psutil.Process(process.pid).memory_info().rss / MEBIBYTE
                yield f"{MEMORY} {service} {nth}, MB", used


@contextmanager
def _snapshot(service: str) -> Iterator[None]:
    """Sees one moment of the database for as long as it is held."""
    with engine(service).connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.exec_driver_sql("SELECT count(*) FROM outbox")
        yield
        connection.rollback()


def soak(seconds: float) -> Soaked:
    """Soak services of the benchmark on servers of their own. Raises NotInstalled, Impossible."""
    with PrivateRabbit() as rabbit, PrivatePostgres() as postgres, ExitStack() as stack:
        os.environ |= {"AMQP_URI": rabbit.uri, "DATABASE_URL": postgres.uri, "DATABASE_POOL": POOL}
        stack.enter_context(surroundings())
        services = {service: stack.enter_context(running(service, REPLICAS)) for service in (SOURCE, EFFECT)}
        return Soak(rabbit, services, seconds).run()


def main(arguments: Sequence[str]) -> int:
    """Gives 0 when nothing grew."""
    parser = argparse.ArgumentParser("continuum bench soak", description=__doc__)
    seconds = float(os.environ.get("CONTINUUM_SOAK_SECONDS", SECONDS))
    parser.add_argument("--seconds", type=float, default=seconds, help="CONTINUUM_SOAK_SECONDS, or 1800")
    parser.add_argument("--report", type=Path, help="write a page into this file")
    parser.add_argument("--beside", default="nothing that we know of", help="what else ran on the machine")
    asked = parser.parse_args(arguments)
    result = soak(asked.seconds)
    page = written(result, asked.beside)
    if asked.report:
        asked.report.write_text(page)
    print(page, flush=True)
    return 1 if result.growing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
