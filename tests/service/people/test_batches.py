"""Facts of a batch are stored with its transaction, and forgotten with it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.people.handlers import record_fact
from services.people.models import Person, PersonFact
from shared.database import sessions
from shared.testing import fact
from tests.service.people.conftest import career, registered


@pytest.fixture
def committed(service_database: str) -> Iterator[Session]:
    """A session that really commits, and what it left is taken away."""
    with sessions(service_database)() as session:
        yield session
        with session.begin():
            session.execute(delete(PersonFact))
            session.execute(delete(Person))


def stored(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PersonFact)) or 0


def test_a_batch_is_stored_when_it_is_committed(committed: Session) -> None:
    first = registered()
    with committed.begin():
        for n, event in enumerate(career(first), 1):
            record_fact(committed, fact(event, sequence=n))

    with committed.begin():
        assert stored(committed) == 8
        assert committed.get_one(Person, first.person_id).stage == "teacher"


def test_of_a_batch_that_is_rolled_back_nothing_is_stored_later(committed: Session) -> None:
    committed.begin()
    record_fact(committed, fact(registered()))
    committed.rollback()

    with committed.begin():
        record_fact(committed, fact(registered()))

    with committed.begin():
        assert stored(committed) == 1
