"""The processes of the services, and calls to them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from benchmarks.services import EFFECT, SOURCE
from benchmarks.surroundings import Impossible, consumers, run
from shared.config import PROJECT_ROOT, settings
from shared.keys import CLI, KeyRing
from shared.messaging.topology import inbox_of
from shared.policy import Principal, Role
from shared.rpc import RpcClient

READY_WITHIN_S, EFFECTS_WITHIN_S = 30.0, 180.0
SEATS = """
SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()
"""
COMMAND = (sys.executable, "-P", "-W", "ignore", "-m", "benchmarks.process")
Process = subprocess.Popen[bytes]


@contextmanager
def running(service: str, replicas: int = 1, **environment: str) -> Iterator[list[Process]]:
    """Processes of the service, ready for work; stopped in order at the end."""
    processes: list[Process] = []
    try:
        for _ in range(replicas):
            environ = os.environ | environment
            processes.append(subprocess.Popen([*COMMAND, service], env=environ, cwd=PROJECT_ROOT))
        wait_until(lambda: _ready(service, replicas, processes), f"{service} is ready", READY_WITHIN_S, 0.1)
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            _end(process)


def _end(process: Process) -> None:
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()


def _ready(service: str, replicas: int, processes: list[Process]) -> bool:
    if any(process.poll() is not None for process in processes):
        raise Impossible(f"a process of {service} ended; BENCH_LOG=file keeps what it says")
    seats = run(service, SEATS)[0][0]  # of the relay and of the consumer
    listens = service == SOURCE or consumers(inbox_of(service)) >= 1
    return seats >= 2 and listens and consumers(f"rpc-{service}") == replicas


def wait_until(done: Callable[[], bool], what: str, limit_s: float, pause_s: float = 0.02) -> None:
    """Look again and again. Raises Impossible after ``limit_s`` seconds."""
    end = time.monotonic() + limit_s
    while not done():
        if time.monotonic() > end:
            raise Impossible(f"not within {limit_s:.0f} s: {what}")
        time.sleep(pause_s)


def wait_for_effects(count: int) -> None:
    """Until the consumer has committed so many rows."""

    def done() -> bool:
        return bool(run(EFFECT, "SELECT count(*) FROM effect")[0][0] >= count)

    wait_until(done, f"{count} effects are committed", EFFECTS_WITHIN_S)


class Caller:
    """Calls the services of the benchmark, as a principal with a signed token: an operator unless it is said who."""

    def __init__(self, who: Principal | None = None, timeout_s: float | None = None) -> None:
        self._client, self._timeout_s = RpcClient.from_settings(settings(), "bench"), timeout_s
        self._ring = KeyRing.from_settings(settings())
        self._who = who or Principal("bench", frozenset({Role.OPERATOR}))

    def __call__(self, service: str, method: str, **arguments: Any) -> Mapping[str, Any]:
        token = self._ring.token(self._who, CLI)
        given: dict[str, Any] = {"principal_token": token, "timeout": self._timeout_s}
        found: Mapping[str, Any] = self._client.call(service, method, arguments, **given)
        return found

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
