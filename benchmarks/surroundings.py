"""Where the benchmark happens: databases and queues of its own, gone when it ends."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from amqp.exceptions import NotFound
from sqlalchemy import text

from benchmarks.services import EFFECT, IDLE, SOURCE, EffectBase, Happened, SourceBase, class_of
from shared.broker import open_connection
from shared.config import PROJECT_ROOT, settings
from shared.database import OPERATOR, admin_url, connect, dispose, engine, name_of
from shared.database.equality import keep_apart
from shared.database.migrate import drop, drop_roles, ensure_database, ensure_equality_roles, ensure_role
from shared.database.tables import SHARED, service_base
from shared.messaging import declared
from shared.messaging.topology import declare_exchanges, exchange_of, inbox_of

DEFAULTS = {
    "AMQP_URI": "amqp://guest:guest@localhost:5672//",
    "DATABASE_URL": "postgresql://postgres@127.0.0.1/postgres",
    "DATABASE_POOL": "20",  # as the peers have
}
SERVICES = (SOURCE, EFFECT, IDLE)
LOCK = 727_200
FILLED = {
    SOURCE: "source, outbox, event_log, subject_sequence",
    EFFECT: "effect, inbox, inbox_failure",
}


class Impossible(Exception):
    """The benchmark cannot run, or did not come to its end in the time it has; the text says why."""


@contextmanager
def surroundings() -> Iterator[None]:
    """Databases and exchanges of this run alone. Raises Impossible when another benchmark is running."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="continuum-bench-"))
        stack.enter_context(_environment(folder))
        admin = stack.enter_context(closing(connect(admin_url(), "benchmark")))
        admin.autocommit = True
        _nobody_else(admin)
        ensure_role(admin, name_of(OPERATOR), None)
        stack.callback(drop_roles, SERVICES)
        for service in SERVICES:
            stack.callback(drop, service)
            ensure_database(admin, service)
        ensure_equality_roles(admin, IDLE)
        stack.callback(_let_go)
        _make_tables()
        stack.enter_context(_at_the_broker())
        yield


def _nobody_else(admin: Any) -> None:
    with admin.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK,))
        if cursor.fetchone() != (True,):
            raise Impossible("another benchmark is running on this database server: their figures would mix")


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
        RPC_TIMEOUT_S="170",
    )
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        settings.cache_clear()


def _make_tables() -> None:
    idle = class_of(IDLE)  # its module declares the tables of itt
    for service, base in ((SOURCE, SourceBase), (EFFECT, EffectBase), (IDLE, service_base("itt"))):
        SHARED.create_all(engine(service))
        base.metadata.create_all(engine(service))
    with engine(IDLE).begin() as connection:
        keep_apart(connection, IDLE)
    run(SOURCE, "INSERT INTO subscriber VALUES (:type, :consumer)", type=Happened.TYPE, consumer=EFFECT)
    assert declared(idle)


def _let_go() -> None:
    for service in SERVICES:
        engine(service).dispose()
    dispose()


@contextmanager
def _at_the_broker() -> Iterator[None]:
    """The exchanges that the services need; those that were not there before are gone at the end."""
    heard = sorted({subscription.source for subscription in declared(class_of(IDLE))})
    with closing(open_connection()) as broker:
        made = [service for service in heard if not _is_there(broker, exchange_of(service))]
        _remove_queues(broker)
        declare_exchanges(broker.channel(), [SOURCE, EFFECT, *heard])
    try:
        yield
    finally:
        with closing(open_connection()) as broker:
            _remove_queues(broker)
            for service in (SOURCE, EFFECT, *made):
                broker.channel().exchange_delete(exchange_of(service))


def _is_there(broker: Any, exchange: str) -> bool:
    try:
        broker.channel().exchange_declare(exchange, "topic", passive=True)
    except NotFound:
        return False
    return True


def _remove_queues(broker: Any) -> None:
    for service in SERVICES:
        for queue in (inbox_of(service), f"rpc-{service}"):
            broker.channel().queue_delete(queue)


def consumers(queue: str) -> int:
    """How many consume from the queue; none if it is not there."""
    with closing(open_connection()) as broker:
        try:
            return int(broker.channel().queue_declare(queue, passive=True).consumer_count)
        except NotFound:
            return 0


def run(service: str, sql: str, **values: Any) -> Any:
    """One statement in a transaction of its own: its rows, if it gives any."""
    with engine(service).begin() as connection:
        result = connection.execute(text(sql), values)
        return result.all() if result.returns_rows else None


def empty_tables() -> None:
    """Begin a figure from nothing."""
    for service, tables in FILLED.items():
        run(service, f"TRUNCATE {tables} RESTART IDENTITY")
