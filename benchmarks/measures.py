"""What is measured: each function does one piece of work and gives the figures that come of it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from typing import IO, Any

import eventlet
from eventlet.greenpool import GreenPool

from benchmarks.running import Caller, running, wait_for_effects
from benchmarks.services import EFFECT, EFFECTS_FILE, IDLE, SOURCE, store
from benchmarks.surroundings import Impossible, empty_tables, run
from shared.config import PROJECT_ROOT
from shared.database import engine

EVENTS, PRODUCERS, BACKLOG, LONG_BACKLOG, SNAPSHOT_S = 5_000, 10, 10_000, 100_000, 60
WARM_UP, EFFECTS = 100, 400
CALLS, IN_FLIGHT, PARALLEL_CALLS = 1_000, 50, 3_000
SETTLED_S, DEMO_WITHIN_S = 5.0, 300.0
Figures = dict[str, float]

RATE = """
WITH first AS (SELECT xmin FROM effect ORDER BY at LIMIT 1)
SELECT count(*) FILTER (WHERE e.xmin <> first.xmin) / extract(epoch FROM max(at) - min(at))
FROM effect e, first
"""


def end_to_end() -> Figures:
    """Commit a row and publish an event 5,000 times, ten at a time, until the consumer has committed the last row."""
    rate, cpu_s = _end_to_end(mapped=False)
    return {"e2e_per_s": rate, "cpu_s_per_1000_events": cpu_s}


def end_to_end_mapped() -> Figures:
    """The same with the row as a mapped object, flushed by SQLAlchemy's unit of work, as our services write theirs."""
    return {"e2e_mapped_per_s": _end_to_end(mapped=True)[0]}


def drain() -> Figures:
    """10,000 events in the outbox, then relay and consumer together: rows a second."""
    empty_tables()
    return {"drain_per_s": _drain(BACKLOG)}


def drain_100k() -> Figures:
    """The same with 100,000, while an old snapshot keeps the server from clearing away what was deleted."""
    empty_tables()
    with _old_snapshot(SOURCE), _old_snapshot(EFFECT):
        return {"drain_100k_per_s": _drain(LONG_BACKLOG)}


def commit_to_effect() -> Figures:
    """From the commit of an event to the commit of its effect, one at a time, two replicas of each service."""
    empty_tables()
    with (
        tempfile.NamedTemporaryFile("r", prefix="continuum-bench-") as notes,
        running(SOURCE, 2),
        running(EFFECT, 2, **{EFFECTS_FILE: notes.name}),
        closing(Caller()) as call,
    ):
        took_ms = [_one_effect_ms(call, notes, n) for n in range(WARM_UP + EFFECTS)][WARM_UP:]
    return {
        "commit_to_effect_p50_ms": percentile(took_ms, 0.5),
        "commit_to_effect_p99_ms": percentile(took_ms, 0.99),
    }


def calls() -> Figures:
    """1,000 echo calls one after the other; then 3,000, of which 50 are always under way."""
    with running(SOURCE), closing(Caller()) as call:
        _timed_calls_ms(call, WARM_UP)
        took_ms = _timed_calls_ms(call, CALLS)
        start = time.time()
        for _ in GreenPool(IN_FLIGHT).imap(lambda n: call(SOURCE, "echo", n=n), range(PARALLEL_CALLS)):
            pass
        rate = PARALLEL_CALLS / (time.time() - start)
    return {
        "rpc_p50_ms": percentile(took_ms, 0.5),
        "rpc_p99_ms": percentile(took_ms, 0.99),
        "rpc_50_per_s": rate,
    }


def idle_memory() -> Figures:
    """Resident memory of a process of the service itt that has nothing to do."""
    try:
        psutil = import_module("psutil")
    except ImportError:
        raise Impossible("psutil is not installed; './continuum test' installs it") from None
    with running(IDLE) as (process,):
        time.sleep(SETTLED_S)
        return {"idle_rss_mb": psutil.Process(process.pid).memory_info().rss / 1_000_000}


def demonstration() -> Figures:
    """``./continuum demo`` from nothing: an embedded database, all services, sixty careers."""
    environ = {
        k: v for k, v in os.environ.items() if k not in ("AMQP_URI", "DATABASE_URL", "DATABASE_PREFIX")
    }
    with tempfile.TemporaryDirectory(prefix="continuum-bench-") as folder:
        environ["CONTINUUM_DATA_DIR"] = folder
        start = time.time()
        command = [sys.executable, "-P", "-m", "cli", "demo"]
        options: dict[str, Any] = {"env": environ, "cwd": PROJECT_ROOT, "capture_output": True, "text": True}
        try:
            done = subprocess.run(command, timeout=DEMO_WITHIN_S, check=False, **options)
        except subprocess.TimeoutExpired:
            raise Impossible(f"not within {DEMO_WITHIN_S:.0f} s: the demonstration has ended") from None
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise Impossible(f"the demonstration ended with code {done.returncode}: {' '.join(last)}")
        return {"demo_s": time.time() - start}


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[int(len(values) * share)]


def _end_to_end(*, mapped: bool) -> tuple[float, float]:
    """Events a second, and seconds of processor time for 1,000 of them."""
    empty_tables()
    with running(SOURCE), running(EFFECT), closing(Caller()) as call:
        before, start = _spent_s(call), time.time()
        _produce(call, EVENTS, mapped=mapped)
        wait_for_effects(EVENTS)
        took_s, spent_s = time.time() - start, _spent_s(call) - before
    return EVENTS / took_s, 1_000 * spent_s / EVENTS


def _produce(call: Caller, count: int, *, mapped: bool) -> None:
    each = count // PRODUCERS
    threads = [
        eventlet.spawn(call, SOURCE, "produce", first=n * each, count=each, mapped=mapped)
        for n in range(PRODUCERS)
    ]
    for thread in threads:
        thread.wait()


def _spent_s(call: Caller) -> float:
    return sum(float(call(service, "spent")["cpu_s"]) for service in (SOURCE, EFFECT))


def _drain(count: int) -> float:
    """From the first row on, without those of its transaction: they were worked on before."""
    for first in range(0, count, 500):
        store(range(first, first + 500))
    with running(EFFECT), running(SOURCE):
        wait_for_effects(count)
        return float(run(EFFECT, RATE)[0][0])


@contextmanager
def _old_snapshot(service: str) -> Iterator[None]:
    """A transaction that began before, and looks at the database as it was for a minute at most."""
    with engine(service).connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.exec_driver_sql("SELECT 1 FROM outbox LIMIT 1")
        end = eventlet.spawn_after(SNAPSHOT_S, connection.rollback)
        yield
        end.cancel()


def _one_effect_ms(call: Caller, notes: IO[str], n: int) -> float:
    committed_at = float(call(SOURCE, "produce", first=n, count=1)["at"])
    line, end = "", time.monotonic() + 10
    while not line.endswith("\n"):
        if time.monotonic() > end:
            raise Impossible(f"not within 10 s: the effect of event {n}")
        line += notes.readline()
        time.sleep(0.001)
    number, effect_at = line.split()
    assert int(number) == n, "effects came in another order"
    return 1_000 * (float(effect_at) - committed_at)


def _timed_calls_ms(call: Caller, count: int) -> list[float]:
    took = []
    for n in range(count):
        start = time.perf_counter()
        call(SOURCE, "echo", n=n)
        took.append(1_000 * (time.perf_counter() - start))
    return took
