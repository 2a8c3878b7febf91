"""The order in which changes of applications became visible: who polls misses nothing, and is told nothing twice.

A change has no position when it is written, because what is written first may be committed last. Who looks gives all
committed changes their positions, one after the other under a lock. ``feed_at`` is the moment (wall clock) from which a
poll sees it: when it was recorded, or later, when somebody looked before it was committed.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.orm import Session

from services.itt.models.applications import Application

MOST_AT_ONCE = 100
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('application_feed', 0))")
LOOK = text(
    """
    WITH before AS (SELECT looked_at FROM application_feed_mark WHERE id = 1)
    INSERT INTO application_feed_mark (id, looked_at) VALUES (1, clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET looked_at = greatest(excluded.looked_at, application_feed_mark.looked_at)
    RETURNING (SELECT looked_at FROM before), looked_at
    """
)
NUMBER = text(
    """
    UPDATE application SET feed_position = numbered.position, feed_at = numbered.at
    FROM (
        SELECT id, nextval('application_feed') AS position,
            greatest(recorded_at, CAST(:looked_at AS timestamptz) + interval '1 microsecond') AS at
        FROM (
            SELECT id, recorded_at FROM application
            WHERE feed_position IS NULL AND sent_at IS NOT NULL AND recorded_at <= :now
                AND state <> 'cancelled'
            ORDER BY recorded_at, id LIMIT :most FOR UPDATE SKIP LOCKED
        ) AS waiting
    ) AS numbered
    WHERE application.id = numbered.id
    """
)


def touch(session: Session, candidate_id: UUID, cycle: int, **values: str) -> list[UUID]:
    """What providers read of a form has changed: so have the applications that were sent. Gives their ids.

    ``values`` are columns of these applications that say something else now.
    """
    mine = (Application.candidate_id == candidate_id) & (Application.cycle == cycle)
    return _touch(session, mine & Application.sent_at.is_not(None), **values)


def touch_one(session: Session, application_id: UUID) -> None:
    """Something that belongs to an application has changed."""
    _touch(session, Application.id == application_id)


def _touch(session: Session, which: ColumnElement[bool], **values: str) -> list[UUID]:
    session.flush()
    change = update(Application).where(which)
    again = change.values(recorded_at=func.clock_timestamp(), feed_position=None, **values).returning(
        Application.id
    )
    return list(session.scalars(again.execution_options(synchronize_session=False)))


def number(session: Session, *, most: int = MOST_AT_ONCE) -> datetime:
    """Give what was committed its positions; gives the moment of this look, which is the next poll's ``since``.

    No more than ``most`` at once, so that a poll after the end of a cycle is no slower than others: the rest is
    numbered, and seen, by the polls that come.
    """
    session.flush()
    session.execute(LOCK)
    before, now = session.execute(LOOK).one()
    seen = before or datetime.min.replace(tzinfo=now.tzinfo)
    session.execute(NUMBER, {"looked_at": seen, "now": now, "most": most})
    return now  # type: ignore[no-any-return]


def highest(session: Session, since: datetime) -> int:
    """The last position that a poll at that moment has seen; 0 for none."""
    table = Application
    seen = select(table.feed_position).where(table.feed_at <= since)
    last = seen.order_by(table.feed_at.desc(), table.feed_position.desc()).limit(1)
    return int(session.scalar(last) or 0)
