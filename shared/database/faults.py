"""Which database errors are nobody's fault: the same work may simply be run again."""

import psycopg2
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

AGAIN = {
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available
    "57P01",  # admin_shutdown
    "57P02",  # crash_shutdown
    "57P03",  # cannot_connect_now
    "53100",  # disk_full
    "53200",  # out_of_memory
    "53300",  # too_many_connections
    "25006",  # read_only_sql_transaction, while a standby is promoted
}


def code(error: BaseException) -> str | None:
    """The SQLSTATE of a database error, if it has one."""
    found = getattr(getattr(error, "orig", error), "pgcode", None)
    return str(found) if found else None


def is_transient(error: SQLAlchemyError | psycopg2.Error) -> bool:
    """A lost connection, a deadlock, a serialisation failure, a server that starts, stops or is full."""
    if isinstance(error, PoolTimeout):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = code(error)
    if state is not None:
        return state in AGAIN or state.startswith("08")
    origin = getattr(error, "orig", error)
    return isinstance(origin, psycopg2.OperationalError | psycopg2.InterfaceError)


def must_run_again(error: BaseException) -> bool:
    """Deadlock and serialisation failure: the server undid it for another's sake."""
    return code(error) in ("40001", "40P01")
