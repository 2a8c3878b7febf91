"""A service with timers in this process, on a database of its own."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, ClassVar

import pytest
from nameko.containers import ServiceContainer
from sqlalchemy.orm import Session, sessionmaker

from shared.database import sessions
from shared.service import Service
from shared.testing.hearing import EFFECTS
from shared.testing.scratch import empty, scratch_database
from shared.timers import TimerLoop, timer

Ring = Callable[[Session, datetime, str], object]


class BellsService(Service):
    """``rings`` are the calls that were begun; ``on`` says what a subject's bell does."""

    name = "bells"
    rings: ClassVar[list[tuple[datetime, str]]] = []
    on: ClassVar[dict[str, Ring]] = {}

    @timer("bell")  # type: ignore[untyped-decorator]
    def bell(self, session: Session, now: datetime, subject: str) -> None:
        self.rings.append((now, subject))
        if subject in self.on:
            self.on[subject](session, now, subject)


@pytest.fixture(scope="session")
def bells_database(databases: str) -> Iterator[str]:
    with scratch_database("bells", EFFECTS) as service:
        yield service


@pytest.fixture
def service_database(bells_database: str) -> str:
    empty(bells_database, "effect", "strict")
    return bells_database


@pytest.fixture
def make_session(service_database: str) -> sessionmaker[Session]:
    """Makes sessions that commit."""
    return sessions(service_database)


@pytest.fixture
def bells(service_database: str) -> Iterator[type[BellsService]]:
    """The service class, with nothing rung yet."""
    BellsService.rings.clear()
    BellsService.on.clear()
    yield BellsService


@pytest.fixture
def container(bells: type[BellsService]) -> Iterator[ServiceContainer]:
    """The service runs in this process."""
    made = ServiceContainer(bells, {})
    made.start()
    yield made
    made.stop()


@pytest.fixture
def loop(container: ServiceContainer) -> Any:
    """The loop that fires its timers."""
    return container.shared_extensions[TimerLoop]
