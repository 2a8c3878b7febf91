"""Tests of the messaging itself on a real database: the tables that every service has, and one of effects."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared.config import settings
from shared.database import admin_url, connect, database_url, engine, sessions
from shared.database.migrate import drop, drop_roles, ensure_database
from shared.database.tables import SHARED
from shared.testing.cluster import make_tables
from shared.testing.hearing import EFFECTS, Hearing

SERVICE = "messaging"


@pytest.fixture(scope="session")
def messaging_database(databases: str) -> Iterator[str]:
    """A database with the shared tables for a service that is called messaging."""
    with closing(connect(admin_url(), "tests")) as admin:
        admin.autocommit = True
        ensure_database(admin, SERVICE)
    make_tables(database_url(SERVICE))
    with engine(SERVICE).begin() as connection:
        connection.execute(text(EFFECTS))
    yield SERVICE
    engine(SERVICE).dispose()
    drop(SERVICE)
    drop_roles([SERVICE])


@pytest.fixture
def service_database(messaging_database: str) -> str:
    """The database, empty."""
    names = ", ".join([*SHARED.tables, "effect", "strict"])
    with engine(SERVICE).begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    return SERVICE


@pytest.fixture
def make_session(service_database: str) -> sessionmaker[Session]:
    """Makes sessions that commit."""
    return sessions(service_database)


@pytest.fixture
def hearing(make_session: sessionmaker[Session]) -> Hearing:
    """An inbox whose handlers the test decides on."""
    return Hearing(SERVICE, make_session)


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch, databases: str) -> Iterator[None]:
    """Retries after 10, 20 and 30 seconds: the tests move the rows in time, and never wait."""
    monkeypatch.setenv("RETRY_DELAYS_S", "10,20,30")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
