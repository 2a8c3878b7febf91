"""Servers of one's own: what a fault test does to them must not be felt by anybody else, and must be real."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from kombu import Connection, Queue

from shared.testing.servers import NotInstalled, PrivatePostgres, PrivateRabbit


@pytest.fixture
def rabbit(private_rabbit: PrivateRabbit) -> Iterator[PrivateRabbit]:
    yield private_rabbit.start()


@pytest.fixture
def postgres(private_postgres: PrivatePostgres) -> Iterator[PrivatePostgres]:
    yield private_postgres.start()


def _declare(rabbit: PrivateRabbit, name: str, *, passive: bool = False) -> None:
    with Connection(rabbit.uri, connect_timeout=5) as connection:
        Queue(name, durable=True).bind(connection.channel()).queue_declare(passive=passive)


def _ask(postgres: PrivatePostgres, sql: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(postgres.uri)
    connection.autocommit = True
    try:
        cursor = connection.cursor()
        cursor.execute(sql)
        return list(cursor) if cursor.description else []
    finally:
        connection.close()


def test_a_killed_broker_comes_back_with_what_it_stored(rabbit: PrivateRabbit) -> None:
    _declare(rabbit, "kept")
    rabbit.kill()
    with pytest.raises(OSError):
        _declare(rabbit, "kept")
    rabbit.start()
    _declare(rabbit, "kept", passive=True)


def test_a_broker_short_of_memory_says_so_to_those_who_connect(rabbit: PrivateRabbit) -> None:
    rabbit.memory_alarm(on=True)
    assert "memory" in rabbit.control("eval", "rabbit_alarm:get_alarms().")
    rabbit.memory_alarm(on=False)
    assert rabbit.control("eval", "rabbit_alarm:get_alarms().").strip() == "[]"


def test_the_broker_can_close_the_connections_of_its_clients(rabbit: PrivateRabbit) -> None:
    with Connection(rabbit.uri) as connection:
        connection.connect()
        rabbit.close_connections()
        with pytest.raises(connection.connection_errors):
            connection.drain_events(timeout=10)


def test_a_broker_with_a_full_disk_takes_nothing_until_there_is_room_again(rabbit: PrivateRabbit) -> None:
    rabbit.disk_alarm(on=True)
    assert "Free disk space alarm" in rabbit.control("status")
    rabbit.disk_alarm(on=False)
    assert "Free disk space alarm" not in rabbit.control("status")


def test_two_brokers_do_not_know_each_other(rabbit: PrivateRabbit) -> None:
    with PrivateRabbit() as other:
        _declare(other, "elsewhere")
        assert "elsewhere" not in rabbit.control("list_queues", "name")


def test_a_killed_database_comes_back_with_what_was_committed(postgres: PrivatePostgres) -> None:
    _ask(postgres, "create table if not exists kept as select 1 as one")
    postgres.kill()
    with pytest.raises(psycopg2.OperationalError):
        _ask(postgres, "select 1")
    postgres.start()
    assert _ask(postgres, "select one from kept") == [(1,)]


def test_a_database_starts_again_at_once_after_it_was_killed_with_many_connections(
    postgres: PrivatePostgres,
) -> None:
    connections = [psycopg2.connect(postgres.uri) for _ in range(60)]
    postgres.kill()
    postgres.start()
    assert _ask(postgres, "select 1") == [(1,)]
    for connection in connections:
        connection.close()


def test_a_restarted_database_has_closed_its_connections(postgres: PrivatePostgres) -> None:
    connection = psycopg2.connect(postgres.uri)
    postgres.restart()
    with pytest.raises(psycopg2.OperationalError):
        connection.cursor().execute("select 1")
    assert _ask(postgres, "select 1") == [(1,)]


def test_a_frozen_database_goes_on_where_it_was(postgres: PrivatePostgres) -> None:
    connection = psycopg2.connect(postgres.uri)
    postgres.pause()
    postgres.resume()
    cursor = connection.cursor()
    cursor.execute("select 1")
    assert cursor.fetchone() == (1,)


def test_nothing_is_left_when_a_server_is_removed() -> None:
    with PrivatePostgres() as postgres:
        folder, pid = postgres.folder, int((postgres.folder / "data/postmaster.pid").read_text().split()[0])
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)


def test_a_server_that_does_not_start_shows_the_end_of_its_log() -> None:
    postgres = PrivatePostgres()
    postgres.port = -1
    with pytest.raises(TimeoutError, match="outside the valid range"):
        postgres.start()
    assert not postgres.running
    postgres.remove()


def test_a_server_that_is_not_installed_is_named_with_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="apt-get install rabbitmq-server"):
        PrivateRabbit.programs()


def test_the_fixtures_give_servers_that_let_us_in(amqp_uri: str, database_server: str) -> None:
    with Connection(amqp_uri) as connection:
        connection.connect()
    psycopg2.connect(database_server).close()
