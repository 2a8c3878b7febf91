"""Failures of the database, as a caller may know them, and which of them are worth another run."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.errors import Busy, Conflict, ContinuumError, DeadlineExceeded, OutcomeUnknown, Unavailable

# PostgreSQL's codes, appendix A of its manual.
DEADLOCK, SERIALIZATION = "40P01", "40001"
UNIQUE, EXCLUSION = "23505", "23P01"
QUERY_CANCELED, LOCK_NOT_AVAILABLE = "57014", "55P03"
READ_ONLY = "25006"
_LOST = ("08", "53", "57P")
RERUN = frozenset({DEADLOCK, SERIALIZATION, UNIQUE, EXCLUSION})


def rerun(error: BaseException) -> bool:
    """Whether the same work may succeed when run again: somebody else was at it at the same time."""
    return _code(error) in RERUN


def was_read_only(error: BaseException) -> bool:
    """Whether it would have changed something in a transaction that may only read."""
    return _code(error) == READ_ONLY


def translated(error: BaseException, *, committing: bool) -> ContinuumError | None:
    """What a caller is told; None when it is a fault of ours. ``committing``: the commit was sent."""
    if isinstance(error, PoolTimeout):
        return Busy("all database connections of the service are in use", retry_after_s=1)
    if not isinstance(error, DBAPIError):
        return None
    code = _code(error)
    if _lost(error, code):
        return _lost_while(committing)
    if code in (DEADLOCK, SERIALIZATION, LOCK_NOT_AVAILABLE):
        return Busy("others are changing the same things; nothing was done", retry_after_s=1)
    if code in (UNIQUE, EXCLUSION):
        return Conflict("the same thing is there already")
    if code == QUERY_CANCELED:
        return DeadlineExceeded("the caller's time was over while the database worked; nothing was done")
    return None


def _lost(error: DBAPIError, code: str | None) -> bool:
    if error.connection_invalidated or (code is not None and code.startswith(_LOST)):
        return True
    return code is None and type(error.orig).__name__ in ("OperationalError", "InterfaceError")


def _lost_while(committing: bool) -> ContinuumError:
    if committing:
        return OutcomeUnknown("the database connection was lost during the commit: look before asking again")
    return Unavailable("the database of the service is away; nothing was done")


def _code(error: BaseException) -> str | None:
    return getattr(getattr(error, "orig", None), "pgcode", None)
