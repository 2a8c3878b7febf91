"""Every failure as one line for a person, and an exit code for a script.

0 all is well · 1 the answer is no: refused, missing, not found · 2 a mistake in what was asked or configured ·
3 a database, broker or service is away · 70 a fault of ours.
"""

import sys
import traceback
from collections.abc import Callable

NO, WRONG, AWAY, FAULT, STOPPED = 1, 2, 3, 70, 130
ASK_MIGRATE = "there is no installation here yet: run 'continuum migrate' first"


class Refused(Exception):
    """The command's own answer is no; the text says why."""

    def __init__(self, message: str, exit_code: int = NO) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def guarded(work: Callable[[], int | None]) -> int:
    """Run it; whatever it raises becomes a line on standard error and an exit code."""
    try:
        return work() or 0
    except KeyboardInterrupt:
        return _say("stopped", STOPPED)
    except BrokenPipeError:
        sys.stderr.close()
        return NO
    except Exception as error:  # noqa: BLE001 - nobody should have to read a traceback
        return _say(*explained(error))


def _say(message: str, exit_code: int) -> int:
    print(f"continuum: {message}", file=sys.stderr)
    return exit_code


def explained(error: Exception) -> tuple[str, int]:
    """The line and the exit code for an error."""
    for explain in (_ours, _database, _broker):
        if (told := explain(error)) is not None:
            return told
    if isinstance(error, OSError):
        return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", WRONG
    return _fault(error), FAULT


def _ours(error: Exception) -> tuple[str, int] | None:
    from shared.config import ConfigurationError
    from shared.errors import ContinuumError, DeadlineExceeded, Fault, Invalid, Maintenance, Unavailable

    if isinstance(error, Refused):
        return str(error), error.exit_code
    if isinstance(error, ConfigurationError):
        return str(error), WRONG
    if isinstance(error, Maintenance) and (service := error.details.get("service")):
        return f"{error.message}; 'continuum maintenance off {service}' ends it", AWAY
    if isinstance(error, Unavailable | DeadlineExceeded):
        return error.message, AWAY
    if isinstance(error, Fault) and "correlation_id" in error.details:
        return f"{error.message}; its log lines have correlation_id {error.details['correlation_id']}", FAULT
    if isinstance(error, ContinuumError):
        return error.message, WRONG if isinstance(error, Invalid) else NO
    return None


def _database(error: Exception) -> tuple[str, int] | None:
    import psycopg2
    from sqlalchemy.exc import DBAPIError

    from shared.database.migrate import WrongRevision
    from shared.runner.startup import CannotStart, first_line

    if isinstance(error, WrongRevision):
        return str(error), NO
    if isinstance(error, CannotStart):
        return str(error), error.exit_code
    origin = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(origin, psycopg2.Error):
        return None
    text = first_line(origin)
    if isinstance(origin, psycopg2.errors.UndefinedTable) or "does not exist" in text:
        return ASK_MIGRATE, NO
    if isinstance(origin, psycopg2.OperationalError | psycopg2.InterfaceError):
        return f"the database is away: {text}", AWAY
    return None


def _broker(error: Exception) -> tuple[str, int] | None:
    from amqp.exceptions import AMQPError

    if isinstance(error, AMQPError | ConnectionError | TimeoutError):
        said = str(error).strip().splitlines() or [type(error).__name__]
        return f"the broker is away: {said[0]}", AWAY
    return None


def _fault(error: Exception) -> str:
    """A fault of ours is kept for whoever reports it."""
    from shared.config import settings

    try:
        file = settings().data_dir / "fault.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(traceback.format_exception(error)))
        where = f"; the details are in {file}"
    except Exception:  # noqa: BLE001 - a disk that is full must not hide the fault itself
        where = ""
    return f"a fault of ours: {type(error).__name__}{where}"
