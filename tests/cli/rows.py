"""Rows of outboxes, logs and inboxes, written by hand: what became of events."""

from contextlib import closing
from datetime import timedelta
from uuid import UUID

from psycopg2.extras import Json

from shared.database import connect, database_url
from shared.ids import new_id

SOURCE, CONSUMER, TYPE = "itt", "cpd", "itt.qts.awarded.v1"
TABLES = "outbox, event_log, inbox, inbox_failure"
LONG_AGO = timedelta(hours=2)


def execute(service: str, statement: str, values: tuple[object, ...] = ()) -> None:
    """One statement in the service's database."""
    with (
        closing(connect(database_url(service), "tests")) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)


def empty(*services: str) -> None:
    """As if nothing had happened yet."""
    for service in services:
        execute(service, f"TRUNCATE {TABLES}")
        execute(service, "DELETE FROM audit WHERE subject = 'service/database'")
        execute(service, "UPDATE subscription SET verified_until = NULL, since = 'beginning'")


def made(id_: UUID | None = None, *, published: timedelta | None = LONG_AGO, sequence: int = 1) -> UUID:
    """An event of the source: published so long ago, or (None) still in the outbox."""
    id_ = id_ or new_id()
    row = (str(id_), TYPE, "trainee/1", sequence, Json({}), Json({}))
    if published is None:
        columns = "event_id, type, subject, sequence, headers, payload"
        execute(SOURCE, f"INSERT INTO outbox ({columns}) VALUES (%s, %s, %s, %s, %s, %s)", row)
    else:
        execute(
            SOURCE,
            "INSERT INTO event_log (id, event_id, type, subject, sequence, headers, payload, created_at, published_at)"
            " VALUES ((SELECT coalesce(max(id), 0) + 1 FROM event_log), %s, %s, %s, %s, %s, %s,"
            " clock_timestamp() - %s, clock_timestamp() - %s)",
            (*row, published, published),
        )
    return id_


def handled(id_: UUID, sequence: int = 1) -> None:
    """The consumer has handled it."""
    execute(
        CONSUMER,
        "INSERT INTO inbox (message_id, source, type, subject, sequence) VALUES (%s, %s, %s, 'trainee/1', %s)",
        (str(id_), SOURCE, TYPE, sequence),
    )


def failed(id_: UUID, state: str, payload: str = "{}", reason: str = "failed") -> None:
    """The consumer could not handle it."""
    execute(
        CONSUMER,
        "INSERT INTO inbox_failure"
        " (message_id, source, type, subject, sequence, headers, payload, state, reason, error)"
        " VALUES (%s, %s, %s, 'trainee/1', 1, '{}', %s, %s, %s, 'Conflict - too early')",
        (str(id_), SOURCE, TYPE, payload, state, reason),
    )
