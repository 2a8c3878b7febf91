"""Equality data has an owner of its own: the service's role reads none of it by the way, and enters where it must."""

from collections.abc import Callable
from typing import Any

import eventlet
import psycopg2
import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from services.itt import models
from services.itt.domain.details import EQUALITY
from shared.config import PROJECT_ROOT
from shared.database import engine
from shared.database.equality import equality_role, role_of
from shared.errors import NotFound
from tests.service.itt.kit import register

TABLES = ("candidate_equality", "trainee_equality")
STATEMENTS = ("SELECT * FROM {}", "UPDATE {} SET ethnicity = '100'", "DELETE FROM {}", "TRUNCATE {}")
ENTERS = text("SELECT set_config('role', :role, true)")


def refused(work: Callable[[], Any]) -> None:
    with pytest.raises(ProgrammingError) as raised:
        work()
    assert isinstance(raised.value.orig, psycopg2.errors.InsufficientPrivilege)


def is_refused(session: Session) -> None:
    with session.begin_nested():
        refused(lambda: session.execute(select(models.TraineeEquality)))
        session.rollback()


@pytest.fixture
def trainee_id(session: Session) -> Any:
    return register(session, ethnicity="120", disability1="58")


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("table", TABLES)
def test_the_service_does_nothing_with_equality_data_by_the_way(
    service_database: str, table: str, statement: str
) -> None:
    with engine(service_database).connect() as connection:
        refused(lambda: connection.exec_driver_sql(statement.format(table)))


def test_what_was_entered_ends_with_the_transaction_also_on_a_connection_of_a_pool(
    service_database: str,
) -> None:
    enters = {"role": role_of(service_database)}
    with engine(service_database).connect() as connection:
        for end in (connection.commit, connection.rollback):
            connection.execute(ENTERS, enters)
            assert connection.exec_driver_sql("SELECT count(*) FROM trainee_equality").scalar() == 0
            end()
            refused(lambda: connection.exec_driver_sql("SELECT count(*) FROM trainee_equality"))
            connection.rollback()


def test_within_the_role_equality_data_is_read_and_nothing_else_is_written(
    session: Session, trainee_id: Any
) -> None:
    with equality_role(session):
        assert session.get_one(models.TraineeEquality, trainee_id).ethnicity == "120"
        assert session.get_one(models.Trainee, trainee_id).state
        with session.begin_nested():
            refused(lambda: session.execute(delete(models.Placement)))
            session.rollback()


def test_what_is_pending_is_stored_before_and_the_role_is_left_after(
    session: Session, trainee_id: Any
) -> None:
    row = session.get_one(models.Trainee, trainee_id)
    row.search_text = "before"
    with equality_role(session):
        session.get_one(models.TraineeEquality, trainee_id).ethnicity = "100"
    row.search_text = "after"
    session.flush()
    session.expunge_all()
    is_refused(session)


def test_an_error_of_ours_leaves_the_role(session: Session, trainee_id: Any) -> None:
    with pytest.raises(NotFound), equality_role(session):
        raise NotFound("There is no such trainee")
    session.execute(delete(models.Placement))
    is_refused(session)


def test_a_timeout_that_is_caught_outside_leaves_the_role(session: Session, trainee_id: Any) -> None:
    with pytest.raises(eventlet.Timeout), equality_role(session), eventlet.Timeout(0.01):
        eventlet.sleep(5)
    session.execute(delete(models.Placement))
    is_refused(session)


def test_an_error_of_the_database_in_a_savepoint_leaves_the_role(session: Session, trainee_id: Any) -> None:
    with pytest.raises(DBAPIError), equality_role(session), session.begin_nested():
        session.execute(text("SELECT 1 / 0"))
    session.execute(delete(models.Placement))
    is_refused(session)


def test_an_error_of_the_database_in_a_savepoint_that_nobody_ended_leaves_the_role(
    session: Session, trainee_id: Any
) -> None:
    with pytest.raises(DBAPIError), equality_role(session):
        session.begin_nested()
        session.execute(text("SELECT 1 / 0"))
    session.execute(delete(models.Placement))
    is_refused(session)


def test_a_savepoint_that_reaches_over_the_end_is_refused(session: Session, trainee_id: Any) -> None:
    with pytest.raises(RuntimeError, match="savepoint"), equality_role(session):
        session.begin_nested()
    assert not session.in_nested_transaction()
    is_refused(session)


def test_a_savepoint_round_the_role_is_rolled_back_with_it(session: Session, trainee_id: Any) -> None:
    with pytest.raises(DBAPIError), session.begin_nested(), equality_role(session):
        session.execute(text("SELECT 1 / 0"))
    session.execute(delete(models.Placement))
    is_refused(session)


def test_an_error_while_changes_are_stored_is_told_as_it_is(session: Session, trainee_id: Any) -> None:
    with pytest.raises(StaleDataError), equality_role(session):
        session.get_one(models.TraineeEquality, trainee_id).ethnicity = "100"
        with session.no_autoflush:
            session.connection().exec_driver_sql("DELETE FROM trainee_equality")


def test_the_role_is_not_entered_twice(session: Session, trainee_id: Any) -> None:
    with equality_role(session):
        with pytest.raises(RuntimeError, match="entered already"), equality_role(session):
            pass
        assert session.get_one(models.TraineeEquality, trainee_id).ethnicity == "120"
    with equality_role(session):
        assert session.get(models.TraineeEquality, trainee_id)
    is_refused(session)


def test_who_is_deleted_takes_equality_data_along(session: Session, trainee_id: Any) -> None:
    session.execute(delete(models.Placement).where(models.Placement.trainee_id == trainee_id))
    session.execute(delete(models.Trainee).where(models.Trainee.id == trainee_id))
    session.expunge_all()
    with equality_role(session):
        assert session.get(models.TraineeEquality, trainee_id) is None


def test_every_table_with_equality_data_is_named_so_that_it_is_kept_apart() -> None:
    named = {*EQUALITY, "disabilities"}
    tables = models.Base.metadata.sorted_tables
    assert sorted(table.name for table in tables if named & {*table.columns.keys()}) == [*TABLES]
    assert all(name.endswith("_equality") for name in TABLES)


def test_who_enters_the_role() -> None:
    """The person's own access, the statutory return, the record of a trainee as a whole, and numbers."""
    folder = PROJECT_ROOT / "services"
    enter = {file.stem for file in folder.rglob("*.py") if "equality_role(" in file.read_text()}
    own, numbers = {"candidate_equality", "keeping_up"}, {"equality_tables"}
    the_record = {"recruit_records", "records", "registration", "edits", "removal", "reading"}
    assert enter == own | the_record | numbers
