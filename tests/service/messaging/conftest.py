"""Tests of the messaging itself on a real database: the tables that every service has, and one of effects."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from shared.config import settings
from shared.database import sessions
from shared.testing.hearing import EFFECTS, Hearing
from shared.testing.scratch import empty, scratch_database


@pytest.fixture(scope="session")
def messaging_database(databases: str) -> Iterator[str]:
    """A database for a service that is called messaging."""
    with scratch_database("messaging", EFFECTS) as service:
        yield service


@pytest.fixture
def service_database(messaging_database: str) -> str:
    """The database, empty."""
    empty(messaging_database, "effect", "strict")
    return messaging_database


@pytest.fixture
def make_session(service_database: str) -> sessionmaker[Session]:
    """Makes sessions that commit."""
    return sessions(service_database)


@pytest.fixture
def hearing(make_session: sessionmaker[Session]) -> Hearing:
    """An inbox whose handlers the test decides on."""
    return Hearing("messaging", make_session)


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch, databases: str) -> Iterator[None]:
    """Retries after 10, 20 and 30 seconds: the tests move the rows in time, and never wait."""
    monkeypatch.setenv("RETRY_DELAYS_S", "10,20,30")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
