"""What the database does not do, as a caller is told."""

from typing import Any

import psycopg2
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.errors import Busy, Conflict, DeadlineExceeded, OutcomeUnknown, Unavailable
from shared.rpc.failures import rerun, translated


class Told(psycopg2.Error):
    """An error of the driver with the code that a server would give."""

    def __init__(self, code: str | None) -> None:
        super().__init__("the text stays here")
        self.code = code

    @property
    def pgcode(self) -> str | None:  # type: ignore[override]
        return self.code


def failed(code: str | None, *, lost: bool = False, kind: type[DBAPIError] = OperationalError) -> DBAPIError:
    return kind("SELECT 1", {}, Told(code), connection_invalidated=lost)


@pytest.mark.parametrize(
    ("error", "again", "told"),
    [
        (failed("40P01"), True, Busy),
        (failed("40001"), True, Busy),
        (failed("23505", kind=IntegrityError), True, Conflict),
        (failed("23P01", kind=IntegrityError), True, Conflict),
        (failed("55P03"), False, Busy),
        (failed("57014"), False, DeadlineExceeded),
        (failed("57P01"), False, Unavailable),
        (failed("53300"), False, Unavailable),
        (failed("08006"), False, Unavailable),
        (failed(None, lost=True), False, Unavailable),
        (PoolTimeout("no connection"), False, Busy),
        (failed("23503", kind=IntegrityError), False, None),
        (failed("42601", kind=DBAPIError), False, None),
        (ValueError("not of the database"), False, None),
    ],
)
def test_each_failure_has_one_meaning(error: Exception, again: bool, told: type[Exception] | None) -> None:
    found = translated(error, committing=False)
    assert rerun(error) is again
    assert type(found) is (told or type(None))


@pytest.mark.parametrize("kind", [psycopg2.OperationalError, psycopg2.InterfaceError])
def test_a_connection_that_was_never_there_means_that_nothing_was_done(kind: Any) -> None:
    error = (OperationalError if kind is psycopg2.OperationalError else InterfaceError)("", {}, kind("gone"))
    assert type(translated(error, committing=False)) is Unavailable


def test_a_connection_lost_during_the_commit_leaves_the_outcome_open() -> None:
    assert type(translated(failed("57P01"), committing=True)) is OutcomeUnknown


def test_no_text_of_the_database_reaches_the_caller() -> None:
    for code in ("40P01", "23505", "57014", "57P01"):
        told = translated(failed(code), committing=False)
        assert told is not None
        assert "stays here" not in told.message
