"""The operations behind every service, on a database of their own."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from shared.database import sessions
from shared.testing.scratch import empty, scratch_database


@pytest.fixture(scope="session")
def operations_database(databases: str) -> Iterator[str]:
    with scratch_database("operations") as service:
        yield service


@pytest.fixture
def session(operations_database: str) -> Iterator[Session]:
    """A session in its transaction on the empty database."""
    empty(operations_database)
    with sessions(operations_database)() as made, made.begin():
        yield made
