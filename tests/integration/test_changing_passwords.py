"""A password changes at the server and in a file, in either order: new connections are made all the same."""

from collections.abc import Iterator
from pathlib import Path

import eventlet
import psycopg2
import pytest
from amqp.exceptions import AccessRefused
from sqlalchemy import text

from shared.broker import open_connection
from shared.config import current, settings
from shared.config.login import PATIENCE_S
from shared.database import connect, database_url, make_engine
from shared.rpc.amqp import Link
from shared.testing.cluster import execute
from shared.testing.servers import PrivatePostgres, PrivateRabbit
from tests.conftest import private_server

ROLE = "continuum_itt"


@pytest.fixture(scope="module")
def postgres() -> Iterator[PrivatePostgres]:
    with private_server("POSTGRES", lambda: PrivatePostgres(password="of-the-superuser")) as server:
        execute(server.uri, f"CREATE ROLE {ROLE} LOGIN PASSWORD 'first'")
        execute(server.uri, f"CREATE DATABASE {ROLE}")
        yield server


@pytest.fixture
def file(tmp_path: Path, postgres: PrivatePostgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file with the password of the role, as the server has it."""
    file = tmp_path / "password"
    file.write_text("first")
    execute(postgres.uri, f"ALTER ROLE {ROLE} PASSWORD 'first'")
    monkeypatch.setenv("DATABASE_URL", f"postgresql://127.0.0.1:{postgres.port}/postgres")
    monkeypatch.setenv("ITT_DATABASE_PASSWORD_FILE", str(file))
    monkeypatch.setenv("DATABASE_PREFIX", "continuum")
    settings.cache_clear()
    yield file
    monkeypatch.undo()
    settings.cache_clear()


def enter() -> None:
    connect(database_url("itt"), "test").close()


def test_a_pool_made_with_the_old_password_goes_on_with_the_new_one(
    file: Path, postgres: PrivatePostgres
) -> None:
    engine = make_engine(database_url("itt"), "test", pool=2, overflow=0)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    file.write_text("second")
    execute(postgres.uri, f"ALTER ROLE {ROLE} PASSWORD 'second'")
    execute(postgres.uri, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", ROLE)
    engine.dispose()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()


def test_while_the_server_has_not_followed_the_password_of_before_opens_the_database(file: Path) -> None:
    enter()
    file.write_text("second")
    settings.look()
    enter()


def test_while_the_file_has_not_followed_a_connection_waits_for_it(
    file: Path, postgres: PrivatePostgres
) -> None:
    enter()
    execute(postgres.uri, f"ALTER ROLE {ROLE} PASSWORD 'second'")
    eventlet.spawn_after(PATIENCE_S / 4, file.write_text, "second")
    enter()


def test_a_password_that_stays_wrong_is_refused_in_the_end(file: Path, postgres: PrivatePostgres) -> None:
    enter()
    execute(postgres.uri, f"ALTER ROLE {ROLE} PASSWORD 'unknown'")
    with pytest.raises(psycopg2.OperationalError, match="authentication failed"):
        enter()


@pytest.fixture
def user(tmp_path: Path, private_rabbit: PrivateRabbit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file with the password of the broker's user, as the broker has it."""
    file = tmp_path / "amqp_password"
    file.write_text("first")
    private_rabbit.control("add_user", ROLE, "first")
    private_rabbit.control("set_permissions", ROLE, ".*", ".*", ".*")
    monkeypatch.setattr(current, "LOOK_EVERY_S", 3600.0)
    monkeypatch.setenv("AMQP_URI", f"amqp://{ROLE}@127.0.0.1:{private_rabbit.port}//")
    monkeypatch.setenv("AMQP_PASSWORD_FILE", str(file))
    settings.cache_clear()
    yield file
    private_rabbit.control("delete_user", ROLE)
    monkeypatch.undo()
    settings.cache_clear()


def test_lines_to_the_broker_are_made_with_the_password_of_now(
    user: Path, private_rabbit: PrivateRabbit
) -> None:
    address = settings().amqp_uri
    assert address is not None
    Link(address, "test").close()
    private_rabbit.control("change_password", ROLE, "second")
    user.write_text("second")
    Link(address, "test").close()
    open_connection().close()
    assert settings().amqp_password == "second"


def test_while_the_broker_has_not_followed_the_password_of_before_opens_it(user: Path) -> None:
    open_connection().close()
    user.write_text("second")
    settings.look()
    open_connection().close()


def test_while_the_file_has_not_followed_a_line_to_the_broker_waits_for_it(
    user: Path, private_rabbit: PrivateRabbit
) -> None:
    settings()
    private_rabbit.control("change_password", ROLE, "second")
    eventlet.spawn_after(PATIENCE_S / 4, user.write_text, "second")
    open_connection().close()


def test_a_password_that_the_broker_does_not_know_is_refused_in_the_end(
    user: Path, private_rabbit: PrivateRabbit
) -> None:
    settings()
    private_rabbit.control("change_password", ROLE, "unknown")
    with pytest.raises(AccessRefused):
        open_connection()
