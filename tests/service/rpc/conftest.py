"""The probe behind each transport, with a database of its own, and a client that asks as anybody."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import StringIO
from time import monotonic
from typing import Any

import eventlet
import pytest
import structlog
from amqp import Connection as AmqpConnection
from kombu import Connection as Address
from nameko.containers import ServiceContainer
from sqlalchemy import text

from shared.config import settings
from shared.database import admin_url, connect, engine
from shared.database.migrate import drop, drop_roles, ensure_database
from shared.keys import CLI, KeyRing
from shared.policy import Principal, Role
from shared.rpc import RpcClient, RpcServer
from shared.rpc.limits import QUEUE
from shared.testing import principal
from tests.service.rpc.probe import NAME, TABLE, Probe, serve

LEADER = principal(Role.SCHOOL_LEADER, "school:123456")


@pytest.fixture(scope="session")
def database(databases: str) -> Iterator[None]:
    """The probe's database, with its one table."""
    with closing(connect(admin_url(), "tests")) as admin:
        admin.autocommit = True
        ensure_database(admin, NAME)
    with engine(NAME).begin() as connection:
        connection.execute(text(TABLE))
    yield
    engine(NAME).dispose()
    drop(NAME)
    drop_roles([NAME])


@pytest.fixture
def entries(database: None) -> Iterator[Callable[[], dict[int, str]]]:
    """What stands in the table, which is empty at first: ``entries()``."""

    def read() -> dict[int, str]:
        with engine(NAME).connect() as connection:
            return {row.id: row.note for row in connection.execute(text("SELECT id, note FROM entry"))}

    with engine(NAME).begin() as connection:
        connection.execute(text("TRUNCATE entry"))
    yield read


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Set variables of the environment for this test: ``settled(AMQP_URI="...")``."""

    def let(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    let(CONTINUUM_DEMO_CLOCK="1")
    yield let
    monkeypatch.undo()
    settings.cache_clear()


@dataclass
class Caller:
    """Asks the probe, as the leader of a school unless said otherwise."""

    client: RpcClient

    def __call__(self, method: str, /, *, by: Principal | None = LEADER, **arguments: Any) -> Any:
        return self.ask(NAME, method, by=by, arguments=arguments)

    def ask(self, service: str, method: str, *, by: Principal | None = LEADER, **more: Any) -> Any:
        token = None if by is None else KeyRing.from_settings(settings()).token(by, CLI)
        return self.client.call(service, method, more.pop("arguments", {}), principal_token=token, **more)


@contextmanager
def caller() -> Iterator[Caller]:
    """A client over the transport that is configured, closed at the end."""
    client = RpcClient.from_settings(settings(), "tests")
    try:
        yield Caller(client)
    finally:
        client.close()


@contextmanager
def serving() -> Iterator[ServiceContainer]:
    """The probe, ready to be called, stopped at the end."""
    Probe.runs.clear()
    container = serve()
    try:
        eventually(lambda: server(container).ready)
        yield container
    finally:
        container.stop()


def server(container: ServiceContainer) -> RpcServer:
    """The RPC server of a container."""
    found: RpcServer = container.shared_extensions[RpcServer]
    return found


def eventually(holds: Callable[[], object], within_s: float = 10) -> None:
    """Wait until it holds."""
    until = monotonic() + within_s
    while not holds():
        assert monotonic() < until, "it did not come to hold"
        eventlet.sleep(0.01)


@contextmanager
def broker(uri: str) -> Iterator[AmqpConnection]:
    """A bare connection to the broker."""
    connection = Address(uri).transport.establish_connection()
    try:
        yield connection
    finally:
        connection.close()


def delete_queue(uri: str) -> None:
    """Leave nothing of the probe at the broker."""
    with broker(uri) as connection:
        connection.channel().queue_delete(QUEUE.format(NAME))


@pytest.fixture
def at_the_broker(
    amqp_uri: str, settled: Callable[..., None], entries: Callable[[], dict[int, str]]
) -> Iterator[str]:
    """RabbitMQ is configured; the probe's queue is gone at the end."""
    settled(AMQP_URI=amqp_uri)
    delete_queue(amqp_uri)
    yield amqp_uri
    delete_queue(amqp_uri)


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What is logged from here on; ask for it before anything that logs."""
    before, stream = structlog.get_config(), StringIO()
    here = {
        "logger_factory": lambda *_: structlog.WriteLogger(stream),
        "wrapper_class": structlog.make_filtering_bound_logger(logging.INFO),
    }
    structlog.configure(**(before | here))
    yield stream
    structlog.configure(**before)


@pytest.fixture(params=["in this process", "over RabbitMQ"])
def transport(request: pytest.FixtureRequest, settled: Callable[..., None]) -> str:
    """Each of the two ways that a call can take."""
    if request.param == "over RabbitMQ":
        request.getfixturevalue("at_the_broker")
    else:
        request.getfixturevalue("entries")
    return str(request.param)


@pytest.fixture
def probe(transport: str) -> Iterator[ServiceContainer]:
    """The probe, serving."""
    with serving() as container:
        yield container


@pytest.fixture
def call(probe: ServiceContainer) -> Iterator[Caller]:
    """A client of the probe."""
    with caller() as made:
        yield made
