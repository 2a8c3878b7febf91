"""Transactions of connections that send BEGIN with the first statement are transactions like any other."""

from collections.abc import Iterator
from contextlib import closing, suppress
from time import time
from typing import Any

import psycopg2
import pytest
from psycopg2 import errors, sql
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared.database import connect, make_engine, trips
from shared.database.trips import ShortTrips, prepared
from shared.ids import new_id

TABLE = f"short_trips_{new_id().hex}"
INSERT, COUNT = f"INSERT INTO {TABLE} VALUES (%s)", f"SELECT count(*) FROM {TABLE}"


@pytest.fixture
def table(database_server: str) -> Iterator[str]:
    """The address of a server with an empty table."""
    url = database_server.replace("+psycopg2", "")
    with closing(psycopg2.connect(url)) as admin, admin.cursor() as cursor:
        admin.autocommit = True
        cursor.execute(f"CREATE TABLE {TABLE} (n int PRIMARY KEY)")
        yield url
        cursor.execute(f"DROP TABLE {TABLE}")


@pytest.fixture
def line(table: str) -> Iterator[ShortTrips]:
    """A connection of the kind under test."""
    with closing(connect(table, "test", ShortTrips)) as made:
        assert isinstance(made, ShortTrips)
        yield made


@pytest.fixture
def engine(table: str) -> Iterator[Engine]:
    """An engine as the services have it."""
    made = make_engine(table, "test", pool=1, overflow=0)
    yield made
    made.dispose()


def said(line: Any, query: Any, *values: Any) -> Any:
    with line.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchone()[0] if cursor.description else None


def stored(url: str) -> int:
    """How many rows everybody else sees."""
    with closing(psycopg2.connect(url)) as other:
        return int(said(other, COUNT))


def test_what_is_written_is_seen_by_others_after_the_commit_alone(line: ShortTrips, table: str) -> None:
    said(line, INSERT, 1)
    said(line, INSERT, 2)
    assert stored(table) == 0
    line.commit()
    assert stored(table) == 2


def test_a_rollback_undoes_all(line: ShortTrips, table: str) -> None:
    said(line, INSERT, 1)
    line.rollback()
    said(line, INSERT, 2)
    line.commit()
    assert stored(table) == 1


def test_a_transaction_begins_with_each_kind_of_first_statement(line: ShortTrips, table: str) -> None:
    with line.cursor() as cursor:
        cursor.executemany(INSERT, [(1,), (2,)])
        line.rollback()
        cursor.execute(INSERT.replace("%s", "1").encode())
        line.rollback()
        cursor.execute(sql.SQL("INSERT INTO {} VALUES (3)").format(sql.Identifier(TABLE)))
        line.rollback()
        cursor.callproc("pg_current_xact_id")
        assert line.get_transaction_status() == psycopg2.extensions.TRANSACTION_STATUS_INTRANS
    line.rollback()
    assert stored(table) == 0


def test_an_error_in_the_first_statement_spoils_the_transaction(line: ShortTrips, table: str) -> None:
    with pytest.raises(errors.DivisionByZero):
        said(line, "SELECT 1/0")
    with pytest.raises(errors.InFailedSqlTransaction):
        said(line, INSERT, 1)
    line.commit()  # the server rolls it back
    said(line, INSERT, 2)
    line.commit()
    assert stored(table) == 1


def test_the_values_of_a_first_statement_are_quoted_as_ever(line: ShortTrips) -> None:
    assert said(line, "SELECT %s || '%%'", "a'; ROLLBACK; --") == "a'; ROLLBACK; --%"


def test_last_words_are_committed_with_the_rest(line: ShortTrips, table: str) -> None:
    said(line, INSERT, 1)
    line.add_last_words(INSERT, (2,))
    line.add_last_words(INSERT, (3,))
    assert stored(table) == 0
    line.commit()
    assert stored(table) == 3


def test_last_words_alone_are_a_transaction(line: ShortTrips, table: str) -> None:
    line.add_last_words(INSERT, (1,))
    line.commit()
    line.commit()
    assert stored(table) == 1


def test_when_the_last_words_fail_nothing_is_committed(line: ShortTrips, table: str) -> None:
    said(line, INSERT, 1)
    line.add_last_words(INSERT, (2,))
    line.add_last_words(INSERT, (1,))
    with pytest.raises(errors.UniqueViolation):
        line.commit()
    line.rollback()
    assert stored(table) == 0


def test_a_rollback_forgets_the_last_words(line: ShortTrips, table: str) -> None:
    line.add_last_words(INSERT, (1,))
    line.rollback()
    said(line, INSERT, 2)
    line.commit()
    assert stored(table) == 1


def limit_s(line: ShortTrips) -> float:
    """The server's limit for the statement that asks for it; 0 when there is none."""
    limit: str = said(line, "SELECT setting FROM pg_settings WHERE name = 'statement_timeout'")
    return int(limit) / 1000


def test_statements_end_by_the_deadline_of_their_transaction_alone(line: ShortTrips) -> None:
    line.end_by(time() + 1000)
    assert 900 < limit_s(line) <= 1000
    line.commit()
    assert limit_s(line) == 0


def test_a_rolled_back_transaction_takes_its_deadline_along(line: ShortTrips) -> None:
    line.end_by(time() + 1000)
    said(line, "SELECT 1")
    line.rollback()
    assert limit_s(line) == 0


def test_a_later_statement_gets_the_time_that_is_left(
    line: ShortTrips, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.end_by(10_100)
    told = []
    for now in (10_000, 10_000.5, 10_002, 10_002.5, 10_099, 10_200):
        monkeypatch.setattr(trips, "time", lambda now=now: now)
        told.append(limit_s(line))
    assert told == [100, 100, 98, 98, 1, 0.001]


def test_the_commit_gets_the_time_that_is_left(line: ShortTrips, monkeypatch: pytest.MonkeyPatch) -> None:
    line.end_by(time() + 1000)
    said(line, "SELECT 1")
    line.add_last_words("SELECT pg_sleep(%s)", (600,))
    monkeypatch.setattr(trips, "time", lambda: time() + 1000)
    with pytest.raises(psycopg2.errors.QueryCanceled):
        line.commit()


def test_a_prepared_statement_survives_a_rollback(engine: Engine, table: str) -> None:
    insert = f"INSERT INTO {TABLE} SELECT unnest($1)"
    with engine.connect() as connection:
        connection.exec_driver_sql(prepared(connection, "some_rows", ["int[]"], insert), ([1],))
        connection.rollback()
        connection.exec_driver_sql(prepared(connection, "some_rows", ["int[]"], insert), ([2, 3],))
        connection.commit()
    assert stored(table) == 2


def test_the_server_may_keep_the_cursor(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.execute(text(f"INSERT INTO {TABLE} SELECT generate_series(1, 100)"))
        rows = session.execute(text(f"SELECT n FROM {TABLE}").execution_options(yield_per=7)).scalars()
        assert sum(rows) == 5050


def test_a_cursor_on_the_server_may_come_first(engine: Engine, table: str) -> None:
    with Session(engine) as session:
        rows = session.execute(
            text("SELECT generate_series(1, 100)").execution_options(yield_per=7)
        ).scalars()
        assert sum(rows) == 5050
        session.execute(text(f"INSERT INTO {TABLE} VALUES (1)"))
        session.rollback()
    assert stored(table) == 0


def test_a_savepoint_is_rolled_back_alone(engine: Engine, table: str) -> None:
    with Session(engine) as session, session.begin():
        with suppress(DBAPIError), session.begin_nested():
            session.execute(text(f"INSERT INTO {TABLE} VALUES (1), (1)"))
        session.execute(text(f"INSERT INTO {TABLE} VALUES (2)"))
    assert stored(table) == 1


def level_of(connection: Connection) -> str:
    return str(connection.scalar(text("SHOW transaction_isolation")))


def test_another_isolation_level_holds_as_long_as_it_was_asked_for(engine: Engine, table: str) -> None:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        assert level_of(connection) == "repeatable read"
        connection.execute(text(f"INSERT INTO {TABLE} VALUES (1)"))
        connection.rollback()
        connection.execute(text(f"INSERT INTO {TABLE} VALUES (2)"))
        connection.commit()
    with engine.begin() as connection:
        assert level_of(connection) == "read committed"
        connection.execute(text(f"INSERT INTO {TABLE} VALUES (3)"))
        connection.rollback()
    assert stored(table) == 1


def test_last_words_are_said_at_another_isolation_level_too(line: ShortTrips, table: str) -> None:
    line.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_SERIALIZABLE)
    said(line, INSERT, 1)
    line.add_last_words(INSERT, (2,))
    line.commit()
    assert stored(table) == 2


def test_without_transactions_each_statement_stands_for_itself(engine: Engine, table: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"INSERT INTO {TABLE} VALUES (1)"))
        assert stored(table) == 1
        connection.rollback()
    assert stored(table) == 1


def test_a_lost_connection_is_noticed_and_made_again(engine: Engine, table: str) -> None:
    with Session(engine) as session, pytest.raises(DBAPIError) as raised, session.begin():
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert raised.value.connection_invalidated
    with Session(engine) as session, session.begin():
        session.execute(text(f"INSERT INTO {TABLE} VALUES (1)"))
    assert stored(table) == 1


def test_a_connection_that_is_lost_at_its_commit_has_committed_nothing(line: ShortTrips, table: str) -> None:
    said(line, INSERT, 1)
    with closing(psycopg2.connect(table)) as other:
        said(other, "SELECT pg_terminate_backend(%s)", line.info.backend_pid)
    line.add_last_words(INSERT, (2,))
    with pytest.raises(psycopg2.OperationalError):
        line.commit()
    assert stored(table) == 0
