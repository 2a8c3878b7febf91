import eventlet

eventlet.monkey_patch()

"""What every test stands on: green threads from the first line, and the servers that it may ask for."""

import os
from collections.abc import Callable, Iterator
from typing import TypeVar

import hypothesis
import psycopg2
import pytest
from kombu import Connection

from shared.config import settings
from shared.testing.servers import NotInstalled, PrivatePostgres, PrivateRabbit

S = TypeVar("S", PrivateRabbit, PrivatePostgres)
LOCAL_RABBIT = "amqp://guest:guest@localhost:5672//"
LOCAL_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"

# Green threads share one processor with other work of the machine: time says nothing about an example.
# Where CI is set, the same examples are drawn each time: a change is judged by itself, not by its luck.
hypothesis.settings.register_profile("continuum", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("continuum")


@pytest.fixture(scope="session")
def amqp_uri() -> Iterator[str]:
    """A RabbitMQ broker: AMQP_URI, else the one on this machine, else one of our own."""
    yield from _server("RABBITMQ", settings().amqp_uri, LOCAL_RABBIT, _rabbit_lets_us_in, PrivateRabbit)


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """A PostgreSQL server as one who may create databases: DATABASE_URL, else this machine's, else our own."""
    given = settings().database_url
    yield from _server("POSTGRES", given, LOCAL_POSTGRES, _postgres_lets_us_in, PrivatePostgres)


@pytest.fixture(scope="session")
def private_rabbit() -> Iterator[PrivateRabbit]:
    """A broker that a test may stop, kill and starve; it gets it back running."""
    with private_server("RABBITMQ", PrivateRabbit) as server:
        yield server


@pytest.fixture(scope="session")
def private_postgres() -> Iterator[PrivatePostgres]:
    """A database server that a test may stop and kill; it gets it back running."""
    with private_server("POSTGRES", PrivatePostgres) as server:
        yield server


def _server(
    kind: str, given: str | None, local: str, lets_us_in: Callable[[str], bool], private: Callable[[], S]
) -> Iterator[str]:
    if given is not None:
        yield given
    elif lets_us_in(local):
        yield local
    else:
        with private_server(kind, private) as server:
            yield server.uri


def private_server(kind: str, make: Callable[[], S]) -> S:
    """One of our own; where it is not installed the test is skipped, or fails when CONTINUUM_REQUIRE_<kind> is 1."""
    server = make()
    try:
        server.programs()
    except NotInstalled as missing:
        if os.environ.get(f"CONTINUUM_REQUIRE_{kind}") == "1":
            pytest.fail(f"CONTINUUM_REQUIRE_{kind}=1, but there is {missing}", pytrace=False)
        pytest.skip(str(missing))
    return server


def _rabbit_lets_us_in(uri: str) -> bool:
    try:
        with Connection(uri, connect_timeout=2) as connection:
            connection.connect()
    except Exception:  # noqa: BLE001 - whatever it is, it is not a broker for us
        return False
    return True


def _postgres_lets_us_in(url: str) -> bool:
    try:
        psycopg2.connect(url, connect_timeout=2).close()
    except psycopg2.Error:
        return False
    return True
