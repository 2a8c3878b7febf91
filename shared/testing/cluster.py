"""The test services on real servers: their databases and queues, their processes, and the ledger of every event."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

import psycopg2
from amqp import Channel
from sqlalchemy import create_engine

from shared.config import PROJECT_ROOT
from shared.database.tables import SHARED
from shared.keys import CLI, kept_ring
from shared.messaging.broker import open_connection
from shared.messaging.topology import DEAD, declare_exchanges, declare_inbox, inbox_of
from shared.policy import Principal, Role
from shared.rpc import RpcClient
from shared.rpc.asking import AmqpTransport
from shared.testing.ledger import Ledger, Row

LISTENS = {"listener": "speaker.word.said.v1", "speaker": "listener.word.heard.v1"}
OWN_TABLES = """
CREATE TABLE said (number bigint PRIMARY KEY, subject text NOT NULL);
CREATE TABLE silence (subject text NOT NULL);
CREATE TABLE last_word (subject text PRIMARY KEY, sequence bigint NOT NULL, number bigint NOT NULL);
CREATE TABLE effect (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message_id uuid NOT NULL, subject text NOT NULL,
    sequence bigint NOT NULL, late boolean NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""
TEMPLATE = "speech_template"


class Process:
    """One process with test services in it; its log is a file."""

    def __init__(self, services: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
        self.log = log
        command = [sys.executable, "-m", "shared.testing.run", *services]
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                command, env=environment, cwd=PROJECT_ROOT, stdout=file, stderr=file, start_new_session=True
            )

    @property
    def returncode(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def signal(self, what: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(what)

    def kill(self) -> None:
        """As a power cut."""
        self._process.kill()
        self._process.wait(timeout=10)

    def stop(self, within_s: float = 20) -> int:
        """SIGTERM, and wait; gives its exit code."""
        self._process.terminate()
        return self._process.wait(timeout=within_s)

    def wait(self, within_s: float = 20) -> int:
        """Until it ends by itself; gives its exit code."""
        return self._process.wait(timeout=within_s)

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text(errors="replace")


class Cluster:
    """Databases and queues of the test services on these servers, empty, and processes of theirs."""

    def __init__(self, postgres_uri: str, amqp_uri: str, folder: Path, name: str) -> None:
        self.postgres_uri, self.amqp_uri, self.folder, self.prefix = postgres_uri, amqp_uri, folder, name
        self.processes: list[Process] = []
        self._client: RpcClient | None = None

    def __enter__(self) -> Self:
        make_template(self.postgres_uri)
        for service in LISTENS:
            database = f"{self.prefix}_{service}"
            execute(self.postgres_uri, f"CREATE ROLE {database} SUPERUSER LOGIN")
            execute(self.postgres_uri, f"CREATE DATABASE {database} TEMPLATE {TEMPLATE}")
            other = next(name for name in LISTENS if name != service)
            self.sql(service, "INSERT INTO subscriber VALUES (%s, %s)", LISTENS[other], other)
        return self

    def __exit__(self, *_: object) -> None:
        if self._client is not None:
            self._client.close()
        for process in self.processes:
            if process.returncode is None:
                process.kill()
        for service in LISTENS:
            database = f"{self.prefix}_{service}"
            execute(self.postgres_uri, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            execute(self.postgres_uri, f"DROP ROLE IF EXISTS {database}")

    # --- processes

    def start(self, *services: str, talk: str = "", failpoints: str = "", **more: str) -> Process:
        """Start a process with these services. ``talk`` and ``failpoints`` are as their modules say."""
        environment = dict(os.environ) | {
            "DATABASE_URL": self.postgres_uri,
            "DATABASE_PREFIX": self.prefix,
            "AMQP_URI": self.amqp_uri,
            "CONTINUUM_DATA_DIR": str(self.folder / "data"),
            "RETRY_DELAYS_S": "0.2,0.3,0.5",
            "CONTINUUM_TALK": talk,
            "CONTINUUM_FAILPOINTS": failpoints,
            **more,
        }
        process = Process(
            services, environment, self.folder / f"{len(self.processes)}-{'-'.join(services)}.log"
        )
        self.processes.append(process)
        return process

    def call(self, service: str, method: str, **arguments: Any) -> Any:
        """Call a method of a service that runs, as an operator."""
        if self._client is None:
            self._client = RpcClient(AmqpTransport(self.amqp_uri, "tests"), "tests")
        ring = kept_ring(self.folder / "data")
        token = ring.token(Principal("operator", frozenset({Role.OPERATOR})), CLI)
        return self._client.call(service, method, arguments, principal_token=token)

    def logs(self) -> str:
        """The end of every log, for the message of a test that failed."""
        return "\n".join(f"--- {p.log.name}\n{p.said()[-3000:]}" for p in self.processes)

    # --- servers

    def sql(self, service: str, statement: str, *values: Any) -> list[Row]:
        """Run a statement in the service's database."""
        uri = self.postgres_uri.rsplit("/", 1)[0] + f"/{self.prefix}_{service}"
        return execute(uri, statement, *values)

    def count(self, service: str, table: str) -> int:
        """How many rows a table has (a condition may follow its name)."""
        return int(self.sql(service, f"SELECT count(*) FROM {table}")[0][0])

    @contextmanager
    def channel(self) -> Iterator[Channel]:
        """A channel to the broker."""
        connection = open_connection(self.amqp_uri)
        try:
            yield connection.channel()
        finally:
            connection.close()

    def declare(self, *, fresh: bool = True) -> None:
        """Exchanges and queues, as the migration declares them; what older tests left is removed first."""
        with self.channel() as channel:
            if fresh:
                for queue in (*map(inbox_of, LISTENS), DEAD, *(f"rpc-{name}" for name in LISTENS)):
                    channel.queue_delete(queue)
            declare_exchanges(channel, [*LISTENS, "people"])
            for service, type_ in LISTENS.items():
                declare_inbox(channel, service, [type_])

    # --- waiting, and the ledger

    def until(self, holds: Callable[[], Any], what: str, within_s: float = 30.0) -> None:
        """Wait until it holds; while a server is away it does not."""
        end = time.monotonic() + within_s
        while not _holds(holds):
            if time.monotonic() > end:
                raise AssertionError(
                    f"not within {within_s:g} s: {what}\n{self.ledger().state()}\n{self.logs()}"
                )
            time.sleep(0.05)

    def until_said(self, number: int, within_s: float = 30.0) -> None:
        """Wait until so many words are committed."""
        self.until(lambda: self.count("speaker", "said") >= number, f"{number} words said", within_s)

    def until_heard(self, number: int, within_s: float = 30.0) -> None:
        """Wait until so many words have had their effect."""
        self.until(lambda: self.count("listener", "effect") >= number, f"{number} words heard", within_s)

    def until_settled(self, said: int, within_s: float = 40.0) -> None:
        """Wait until so many words are said, and every event has come to its place."""
        self.until(lambda: self.settled(said), f"{said} words settled", within_s)

    def settled(self, said: int) -> bool:
        """So many words are said, and every event has come to its place."""
        return self.count("speaker", "said") >= said and self.ledger().settled

    def ledger(self) -> Ledger:
        """What the databases say now."""
        return Ledger(self.sql)


def execute(uri: str, statement: str, *values: Any) -> list[Row]:
    """Run one statement on its own connection."""
    with closing(psycopg2.connect(uri, connect_timeout=5)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor) if cursor.description else []


def make_template(uri: str) -> None:
    """The database that the services' own are copied from, made once on a server."""
    if execute(uri, "SELECT 1 FROM pg_database WHERE datname = %s", TEMPLATE):
        return
    execute(uri, f"CREATE DATABASE {TEMPLATE}")
    inside = uri.rsplit("/", 1)[0] + f"/{TEMPLATE}"
    make_tables(inside)
    execute(inside, OWN_TABLES)


def make_tables(uri: str) -> None:
    """The tables that every service has, in an empty database."""
    engine = create_engine(uri.replace("postgresql://", "postgresql+psycopg2://"))
    SHARED.create_all(engine)
    engine.dispose()


def _holds(condition: Callable[[], Any]) -> bool:
    try:
        return bool(condition())
    except psycopg2.OperationalError:
        return False
