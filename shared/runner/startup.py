"""What must hold before services start; everything that does not is told in words, all at once where it can be."""

import fcntl
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import psycopg2

from shared.config import settings
from shared.database import connect, database_url
from shared.database.migrate import check_revision, migrate
from shared.database.restores import waits_to_be_set_right
from shared.database.seats import is_beside_a_broker
from shared.keys import KeyRing
from shared.service_names import SERVICES

DATABASE_WITHIN_S, PAUSE_S = 30.0, 1.0
NOT_MADE = "does not exist"  # libpq's words for a role or a database that is not there


class CannotStart(Exception):
    """The text says why in one line; ``exit_code``: 2 a mistake of whoever asked, 3 something is away, else 1."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The services to run: those named, or all. Raises CannotStart for unknown names, and for some without a broker."""
    if unknown := [name for name in names if name not in SERVICES]:
        raise CannotStart(f"there is no service {unknown[0]!r}; there are {', '.join(SERVICES)}", 2)
    if names and set(names) != set(SERVICES) and settings().amqp_uri is None:
        raise CannotStart(
            "without AMQP_URI all services run in one process: name none of them, or set AMQP_URI to a broker",
            2,
        )
    return tuple(dict.fromkeys(names)) or SERVICES


def check_keys() -> None:
    """Raises CannotStart when the configured keys do not belong together."""
    try:
        KeyRing.from_settings(settings())
    except ValueError as error:
        raise CannotStart(f"the keys do not fit: {error}", 2) from None


def make_databases_ready(services: Sequence[str], stopped: Callable[[], bool] = lambda: False) -> None:
    """Migrate the embedded server; on another one wait for the databases and check that their revision fits.

    Raises WrongRevision; CannotStart when a database is away for half a minute, was restored and not set right yet,
    or when its services run beside a broker and this process would not.
    """
    if settings().database_url is None:
        with _alone():
            migrate()
    else:
        for service in services:
            _wait_for(service, stopped)
    for service in () if stopped() else services:
        _check_fit_to_start(service)


def _check_fit_to_start(service: str) -> None:
    with (
        closing(connect(database_url(service), f"{service} check")) as connection,
        connection.cursor() as cursor,
    ):
        if waits_to_be_set_right(cursor):
            raise CannotStart(
                f"the database of {service} was restored: run 'continuum restored {service}' first", 2
            )
        if settings().amqp_uri is None and is_beside_a_broker(cursor, service):
            raise CannotStart(
                f"{service} runs beside a broker on this database: set AMQP_URI to the same broker", 2
            )


@contextmanager
def _alone() -> Iterator[None]:
    """Processes that start at the same time on the embedded server make its databases one after another."""
    folder = settings().data_dir
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _wait_for(service: str, stopped: Callable[[], bool]) -> None:
    until, told = time.monotonic() + DATABASE_WITHIN_S, False
    while not stopped():
        try:
            return check_revision(service)
        except psycopg2.OperationalError as error:
            if NOT_MADE in str(error):
                raise CannotStart(f"{service} has no database yet: run 'continuum migrate' first") from None
            if time.monotonic() > until:
                raise CannotStart(f"the database of {service} is away: {first_line(error)}", 3) from None
            if not told:
                sys.stderr.write(
                    f"continuum: the database of {service} is away ({first_line(error)});"
                    f" waiting for it, {DATABASE_WITHIN_S:.0f} s at most\n"
                )
            told = True
            time.sleep(PAUSE_S)


def first_line(error: Exception) -> str:
    """The first line of an error's text, for an operator's eyes; it names hosts and ports, and no password."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
