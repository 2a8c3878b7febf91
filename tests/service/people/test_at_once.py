"""Two who change the same people at once: the second one sees what the first did."""

from collections.abc import Iterator
from uuid import UUID

import eventlet
import pytest
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from services.people import handlers, schemas
from services.people.models import Match, Person
from shared.aliases import resolve
from shared.database import engine, sessions
from shared.database.tables import PERSON_ALIAS
from shared.events.people import PersonMerged, PersonSeparated
from shared.ids import new_id
from shared.policy import Role
from shared.testing import principal, published
from tests.service.people.conftest import AT

OPERATOR = principal(Role.OPERATOR, id="operator")
HEAD = principal(Role.SCHOOL_LEADER, "school:123456")
Sessions = sessionmaker[Session]


@pytest.fixture
def committed(service_database: str) -> Iterator[Sessions]:
    """Sessions that really commit; what they leave is removed."""
    make = sessions(service_database)
    yield make
    with make.begin() as session:
        for table in (Match, Person, PERSON_ALIAS):
            session.execute(delete(table))


def a_person(session: Session) -> UUID:
    person_id = new_id()
    session.execute(insert(Person).values(id=person_id))
    return person_id


def test_two_merges_of_the_same_pair_both_ways_make_no_ring(committed: Sessions) -> None:
    with committed.begin() as session:
        one, other = a_person(session), a_person(session)

    def merge(stays: UUID, goes: UUID) -> None:
        with committed.begin() as session:
            handlers.merge(session, AT, OPERATOR, person_id=stays, merged_id=goes, reason="the same")

    with committed.begin() as session:
        session.execute(select(Person.id).with_for_update())
        both = [eventlet.spawn(merge, one, other), eventlet.spawn(merge, other, one)]
        eventlet.sleep(0.3)
    for each in both:
        each.wait()

    with committed.begin() as session:
        assert session.scalar(select(func.count()).select_from(PERSON_ALIAS)) == 1
        assert resolve(session, one) == resolve(session, other)


def test_every_word_about_a_merged_id_is_later_than_the_one_before(session: Session) -> None:
    merged_id = a_person(session)
    for _ in range(2):
        stays = a_person(session)
        handlers.merge(session, AT, OPERATOR, person_id=stays, merged_id=merged_id, reason="the same")
        handlers.separate(session, AT, OPERATOR, merged_id=merged_id, reason="not the same")

    said = [e.occurred_at for e in published(session) if isinstance(e, PersonMerged | PersonSeparated)]
    assert said == sorted(set(said))
    assert len(said) == 4


def test_a_role_waits_for_another_that_begins_at_the_school(session: Session, service_database: str) -> None:
    key = func.hashtextextended("people roles 123456", 0)
    with engine(service_database).connect() as other, other.begin():
        assert other.scalar(select(func.pg_try_advisory_xact_lock(key)))
        session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            begin(session, "1990-01-01")


def test_two_of_the_same_name_who_begin_on_the_same_day_are_two(session: Session) -> None:
    one, again, other = (begin(session, born) for born in ("1990-01-01", "1990-01-01", "1985-05-05"))
    assert one == again
    assert one != other


def begin(session: Session, born: str) -> UUID:
    details = {"first_names": "John", "last_name": "Smith", "date_of_birth": born}
    person = schemas.NewPerson().load(details)
    period = handlers.begin_role(
        session, AT, HEAD, role="teacher", school_urn="123456", begins_on=AT.date(), person=person
    )
    return period.person_id
