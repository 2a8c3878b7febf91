"""What is measured: each function does one piece of work and gives the figures that come of it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import IO

import eventlet
import psutil
from eventlet.greenpool import GreenPool

from benchmarks.services import ALSO, EFFECT, LATENCIES, SOURCE, store
from benchmarks.surroundings import Caller, empty_tables, run, running, wait_for_effects
from shared.config import PROJECT_ROOT
from shared.database import engine

EVENTS, PRODUCERS, BACKLOG, LONG_BACKLOG = 5_000, 10, 10_000, 100_000
WARM_UP, LATENCY_SAMPLES = 100, 400
CALLS, CALLS_IN_FLIGHT, PARALLEL_CALLS = 1_000, 50, 3_000
IDLE_S = 5.0
NOT_EMBEDDED = {"AMQP_URI", "DATABASE_URL", "DATABASE_POOL", "RPC_TIMEOUT_S"}
Figures = dict[str, float]

RATE = """
WITH first AS (SELECT xmin FROM effect ORDER BY at LIMIT 1)
SELECT count(*) FILTER (WHERE e.xmin <> first.xmin) / extract(epoch FROM max(at) - min(at))
FROM effect e, first
"""


def end_to_end() -> Figures:
    """Commit a row and publish an event 5,000 times, ten at a time, until the consumer committed the last row."""
    empty_tables()
    with running(SOURCE), running(EFFECT), closing(Caller()) as call:
        before = _spent(call)
        start = time.time()
        _produce(call, EVENTS)
        wait_for_effects(EVENTS)
        took_s = time.time() - start
        cpu_s = _spent(call) - before
    return {"e2e_per_s": EVENTS / took_s, "cpu_s_per_1000_events": 1_000 * cpu_s / EVENTS}


def drain() -> Figures:
    """10,000 events in the outbox, then relay and consumer together: rows a second."""
    return {"drain_per_s": _drain(BACKLOG)}


def drain_100k() -> Figures:
    """The same with 100,000, while an old snapshot keeps dead rows of the outbox from being cleaned up."""
    empty_tables()
    with _old_snapshot(SOURCE), _old_snapshot(EFFECT):
        return {"drain_100k_per_s": _drain(LONG_BACKLOG)}


def commit_to_effect() -> Figures:
    """From the commit of an event to the commit of its effect, one at a time, two replicas of each service."""
    empty_tables()
    with (
        tempfile.NamedTemporaryFile("r", prefix="continuum-bench-") as notes,
        running(SOURCE, 2),
        running(EFFECT, 2, **{LATENCIES: notes.name}),
        closing(Caller()) as call,
    ):
        took = [_one_effect(call, notes, n) for n in range(WARM_UP + LATENCY_SAMPLES)][WARM_UP:]
    return {
        "commit_to_effect_p50_ms": percentile(took, 0.5),
        "commit_to_effect_p99_ms": percentile(took, 0.99),
    }


def calls() -> Figures:
    """1,000 echo calls one after the other; then 3,000, of which 50 are always under way."""
    with running(SOURCE), closing(Caller()) as call:
        _timed_calls(call, WARM_UP)
        took = _timed_calls(call, CALLS)
        start = time.time()
        for _ in GreenPool(CALLS_IN_FLIGHT).imap(lambda n: call(SOURCE, "echo", n=n), range(PARALLEL_CALLS)):
            pass
        rate = PARALLEL_CALLS / (time.time() - start)
    return {"rpc_p50_ms": percentile(took, 0.5), "rpc_p99_ms": percentile(took, 0.99), "rpc_50_per_s": rate}


def idle_memory() -> Figures:
    """Resident memory of one process that has nothing to do: the whole machinery, with the code of itt loaded."""
    with running(EFFECT, **{ALSO: "services.itt.service,shared.runner.command"}) as (process,):
        time.sleep(IDLE_S)
        return {"idle_rss_mb": psutil.Process(process.pid).memory_info().rss / 1e6}


def demo() -> Figures:
    """The demonstration of 60 people from the start of the command to its end, on the embedded defaults."""
    with tempfile.TemporaryDirectory(prefix="continuum-bench-demo-") as folder:
        own = {name: value for name, value in os.environ.items() if name not in NOT_EMBEDDED}
        start = time.time()
        command = [sys.executable, "-P", "-m", "cli", "demo"]
        environment = own | {"CONTINUUM_DATA_DIR": folder, "DATABASE_PREFIX": "continuum"}
        with open(os.devnull, "w") as nowhere:
            subprocess.run(
                command, env=environment, cwd=PROJECT_ROOT, stdout=nowhere, check=True, timeout=600
            )
        return {"demo_s": time.time() - start}


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[int(len(values) * share)]


def _produce(call: Caller, count: int) -> None:
    each = count // PRODUCERS
    threads = [eventlet.spawn(call, SOURCE, "produce", first=n * each, count=each) for n in range(PRODUCERS)]
    for thread in threads:
        thread.wait()


def _spent(call: Caller) -> float:
    return sum(call(service, "spent")["cpu_s"] for service in (SOURCE, EFFECT))


def _drain(count: int) -> float:
    empty_tables()
    for first in range(0, count, 500):
        store(range(first, first + 500))
    with running(EFFECT), running(SOURCE):
        wait_for_effects(count)
        rate: float = float(run(EFFECT, RATE)[0][0])
        return rate


@contextmanager
def _old_snapshot(service: str) -> Iterator[None]:
    with engine(service).connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.exec_driver_sql("SELECT 1 FROM outbox LIMIT 1")
        yield


def _one_effect(call: Caller, notes: IO[str], n: int) -> float:
    """Milliseconds from the commit of event n to the commit of its effect."""
    committed_at = call(SOURCE, "produce", first=n, count=1)["at"]
    line = ""
    while not line.endswith("\n"):
        line += notes.readline()
        time.sleep(0.001)
    number, effect_at = line.split()
    assert int(number) == n, "effects came in another order"
    return 1_000 * (float(effect_at) - committed_at)


def _timed_calls(call: Caller, count: int) -> list[float]:
    took = []
    for n in range(count):
        start = time.perf_counter()
        call(SOURCE, "echo", n=n)
        took.append(1_000 * (time.perf_counter() - start))
    return took
