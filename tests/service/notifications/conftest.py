"""Facts that tell people something, and tables that the delivery loop commits to."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from shared.database import sessions


@pytest.fixture
def committed(service_database: str) -> Iterator[sessionmaker[Session]]:
    """Sessions that really commit; the tables are emptied afterwards."""
    made = sessions(service_database)
    yield made
    with made() as session, session.begin():
        tables = (
            "message, contact, organisation_contact, activity, provider, preference, person_alias, due, audit"
        )
        session.execute(text(f"TRUNCATE {tables}"))
