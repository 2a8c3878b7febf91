"""Where the benchmark happens: databases and queues of its own, gone when it ends; its services' processes."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from amqp.exceptions import NotFound
from sqlalchemy import text

from benchmarks.services import EFFECT, SERVICES, SOURCE, EffectBase, Happened, SourceBase
from shared.config import PROJECT_ROOT, settings
from shared.database import OPERATOR, admin_url, connect, dispose, engine, name_of
from shared.database.migrate import drop, drop_roles, ensure_database, ensure_role
from shared.database.tables import SHARED
from shared.keys import CLI, KeyRing
from shared.messaging.broker import open_connection
from shared.messaging.topology import declare_exchanges, exchange_of, inbox_of
from shared.policy import Principal, Role
from shared.rpc import RpcClient

DEFAULTS = {
    "AMQP_URI": "amqp://guest:guest@localhost:5672//",
    "DATABASE_URL": "postgresql://postgres@127.0.0.1/postgres",
    "DATABASE_POOL": "20",  # as the peers have
}
LOCK = 727_200
READY_WITHIN_S = 30.0
TABLES = {
    SOURCE: "source, outbox, event_log, subject_sequence",
    EFFECT: "effect, inbox, inbox_failure, outbox, event_log, subject_sequence",
}


class TooSlow(Exception):
    """Something did not happen in the time that the benchmark gives it."""


@contextmanager
def surroundings() -> Iterator[None]:
    """Everything that the figures need. Raises TooSlow when another benchmark is running on this server."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="continuum-bench-"))
        stack.enter_context(_environment(folder))
        admin = stack.enter_context(closing(connect(admin_url(), "benchmark")))
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
            if cursor.fetchone() != (True,):
                raise TooSlow("another benchmark is running on this database server: their figures would mix")
        ensure_role(admin, name_of(OPERATOR), None)
        stack.callback(drop_roles, tuple(SERVICES))
        for service in SERVICES:
            stack.callback(drop, service)
            ensure_database(admin, service)
            SHARED.create_all(engine(service))
        stack.callback(dispose_pools)
        SourceBase.metadata.create_all(engine(SOURCE))
        EffectBase.metadata.create_all(engine(EFFECT))
        run(SOURCE, "INSERT INTO subscriber VALUES (:type, :consumer)", type=Happened.TYPE, consumer=EFFECT)
        stack.callback(remove_from_broker)
        remove_from_broker()
        with closing(open_connection()) as broker:
            declare_exchanges(broker.channel(), SERVICES)
        yield


@contextmanager
def _environment(folder: str) -> Iterator[None]:
    """The variables of this run, here and in the processes that are started from here."""
    before = dict(os.environ)
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    os.environ.update(
        DATABASE_PREFIX=f"bench_{secrets.token_hex(4)}",
        CONTINUUM_DATA_DIR=folder,
        PYTHONPATH=str(PROJECT_ROOT),
        RPC_TIMEOUT_S="300",
    )
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def dispose_pools() -> None:
    """Close the harness's own connections, before the databases are dropped."""
    for service in SERVICES:
        engine(service).dispose()
    dispose()


def remove_from_broker() -> None:
    """Delete the queues and exchanges of the benchmark, if they are there."""
    with closing(open_connection()) as broker:
        for service in SERVICES:
            for queue in (inbox_of(service), f"rpc-{service}"):
                broker.channel().queue_delete(queue)
            broker.channel().exchange_delete(exchange_of(service))


def run(service: str, sql: str, **values: Any) -> Any:
    """One statement in a transaction of its own."""
    with engine(service).begin() as connection:
        result = connection.execute(text(sql), values)
        return result.all() if result.returns_rows else None


def empty_tables() -> None:
    """Begin a figure from nothing."""
    for service, tables in TABLES.items():
        run(service, f"TRUNCATE {tables} RESTART IDENTITY")


@contextmanager
def running(service: str, replicas: int = 1, **environment: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes of the service, ready for work; stopped in order at the end."""
    command = [sys.executable, "-P", "-m", "benchmarks.process", service]
    processes = []
    try:
        for _ in range(replicas):
            processes.append(subprocess.Popen(command, env=os.environ | environment, cwd=PROJECT_ROOT))
        wait_until(lambda: _ready(service, replicas), f"{service} is ready", READY_WITHIN_S, pause_s=0.1)
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _ready(service: str, replicas: int) -> bool:
    seats = run(
        service,
        "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()",
    )
    listening = service != EFFECT or consumers(inbox_of(service)) >= 1
    return seats[0][0] >= 2 and listening and consumers(f"rpc-{service}") == replicas


def consumers(queue: str) -> int:
    """How many consume from the queue; none if it is not there."""
    with closing(open_connection()) as broker:
        try:
            return int(broker.channel().queue_declare(queue, passive=True).consumer_count)
        except NotFound:
            return 0


def wait_until(done: Callable[[], bool], what: str, limit_s: float, pause_s: float = 0.02) -> None:
    """Look again and again. Raises TooSlow after ``limit_s`` seconds."""
    end = time.monotonic() + limit_s
    while not done():
        if time.monotonic() > end:
            raise TooSlow(f"not within {limit_s:.0f} s: {what}")
        time.sleep(pause_s)


def wait_for_effects(count: int, limit_s: float = 180) -> None:
    """Until the consumer has committed so many rows."""
    done = lambda: bool(run(EFFECT, "SELECT count(*) FROM effect")[0][0] >= count)
    wait_until(done, f"{count} effects are committed", limit_s)


class Caller:
    """Calls the services of the benchmark, as a principal with a signed token."""

    def __init__(self) -> None:
        self._client = RpcClient.from_settings(settings(), "bench")
        self._ring, self._who = (
            KeyRing.from_settings(settings()),
            Principal("bench", frozenset({Role.OPERATOR})),
        )

    def __call__(self, service: str, method: str, **arguments: Any) -> Mapping[str, Any]:
        token = self._ring.token(self._who, CLI)
        found: Mapping[str, Any] = self._client.call(service, method, arguments, principal_token=token)
        return found

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
