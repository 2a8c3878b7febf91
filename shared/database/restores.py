"""Whether a database was put back from a copy and has not been set right yet: its own audit says so."""

from psycopg2.extensions import cursor as Cursor
from sqlalchemy import text
from sqlalchemy.orm import Session

SUBJECT = "service/database"
PUT_BACK, SET_RIGHT = "database.restore", "database.restored"
LATEST = (
    f"SELECT action FROM audit WHERE subject = '{SUBJECT}' AND action IN ('{PUT_BACK}', '{SET_RIGHT}')"
    " ORDER BY recorded_at DESC, id DESC LIMIT 1"
)


def waits_to_be_set_right(cursor: Cursor) -> bool:
    """Whether 'continuum restore' was here last, and not 'continuum restored'."""
    cursor.execute(LATEST)
    return cursor.fetchone() == (PUT_BACK,)


def latest(session: Session) -> str | None:
    """What was here last, PUT_BACK or SET_RIGHT; None for a database that was never restored."""
    found: str | None = session.scalar(text(LATEST))
    return found
