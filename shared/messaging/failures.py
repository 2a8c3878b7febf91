"""Events that failed: kept in the consumer's own database, retried, parked; their subject waits for them.

``retrying`` has a next attempt; ``waiting`` stands behind an earlier one of its subject, or waits for a version
of the code that knows its type; ``parked`` waits for an operator; ``discarded`` was given up by one, with a reason.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from traceback import extract_tb
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session, aliased, sessionmaker

from shared.config import settings
from shared.database.tables import INBOX
from shared.database.tables import INBOX_FAILURE as F
from shared.errors import ContinuumError
from shared.messaging import metrics
from shared.messaging.envelope import MISFIT, Envelope, Undecodable

UNKNOWN_FOR = timedelta(hours=24)
MAX_STARTS = 3
NOW = func.clock_timestamp()


class UnknownType(Exception):
    """This version of the code does not know the type, or has no handler for it."""


class Died(Exception):
    """The process went down each time that it handled this event."""


def describe(error: BaseException) -> str:
    """What an operator may read: the kind of the error, where it was raised, and our own words for it.

    The text of a foreign error stays out: database errors carry the values of people's rows.
    """
    ours = (f for f in reversed(extract_tb(error.__traceback__)) if _is_a_file_of_ours(f.filename))
    place = next(("/".join(f.filename.split("/")[-2:]) + f":{f.lineno}" for f in ours), "")
    said = str(error) if isinstance(error, ContinuumError | Undecodable | UnknownType | Died) else ""
    text = " ".join(filter(None, [type(error).__name__, place and f"at {place}", said and f"- {said}"]))
    return _storable(text)


def _is_a_file_of_ours(name: str) -> bool:
    """Not of a library, and not code that was made at run time, such as a dataclass's ``<string>``."""
    return "site-packages" not in name and not name.startswith("<")


def _storable(text: str) -> str:
    """As PostgreSQL takes it: without NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _row(envelope: Envelope, **more: Any) -> dict[str, Any]:
    payload = (
        envelope.payload if isinstance(envelope.payload, str) else envelope.payload.decode("utf-8", "replace")
    )
    return {
        "message_id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "subject": envelope.subject,
        "sequence": envelope.sequence,
        "headers": envelope.headers,
        "payload": _storable(payload),
        **more,
    }


def envelope_of(row: Any) -> Envelope:
    """The envelope of a stored failure."""
    return Envelope(row.message_id, row.source, row.type, row.subject, row.sequence, row.payload, row.headers)


def store_behind(session: Session, envelope: Envelope) -> None:
    """It waits behind an earlier one of its subject."""
    row = _row(envelope, state="waiting", reason="behind")
    session.execute(insert(F).values(row).on_conflict_do_nothing())


def store_failed(sessions: sessionmaker[Session], envelope: Envelope, error: Exception) -> None:
    """The first failure: retried after the first delay; parked at once if it can never be read."""
    after = verdict(error, attempts=1)
    row = _row(envelope, attempts=1, error=describe(error), **after)
    with sessions() as session, session.begin():
        _insert_new(session, row)
    if after["state"] == "parked":
        metrics.PARKED.labels(sessions.kw["info"]["service"]).inc()


def store_suspect(sessions: sessionmaker[Session], envelope: Envelope) -> None:
    """It was delivered before and nobody reported back: from now on it runs alone, and its starts are counted.

    It waits like any other when an earlier one of its subject has failed.
    """
    row = _row(envelope, state="retrying", reason="suspect", next_attempt_at=NOW)
    held = (F.c.message_id == envelope.id) & (F.c.reason == "suspect") & ~first()
    with sessions() as session, session.begin():
        _insert_new(session, row)
        session.execute(update(F).where(held).values(state="waiting", reason="behind", next_attempt_at=None))


def _insert_new(session: Session, row: dict[str, Any]) -> None:
    """Unless it was handled in the meantime, by whoever had the queue before."""
    handled = select(literal(1)).where(INBOX.c.message_id == row["message_id"])
    if not session.scalar(handled):
        session.execute(insert(F).values(row).on_conflict_do_nothing())


def store_junk(sessions: sessionmaker[Session], id_: UUID, service: str, text: str, reason: str) -> None:
    """What is not an event of ours at all, or cannot be stored as one: kept, cut to 64 KiB, for somebody to look at."""
    junk = Envelope(id_, "unknown", "unknown", f"junk/{id_}", 0, text[:65536])
    row = _row(junk, state="parked", reason="undecodable", error=reason)
    with sessions() as session, session.begin():
        session.execute(insert(F).values(row).on_conflict_do_nothing())
    metrics.PARKED.labels(service).inc()


def verdict(error: Exception, attempts: int) -> dict[str, Any]:
    """State, reason and next attempt after the nth failed attempt."""
    delays = settings().retry_delays_s
    if isinstance(error, Undecodable):
        return {"state": "parked", "reason": "undecodable", "next_attempt_at": None}
    if isinstance(error, UnknownType):
        return {"state": "waiting", "reason": "unknown", "next_attempt_at": None}
    if isinstance(error, Died):
        return {"state": "parked", "reason": "died", "next_attempt_at": None}
    if attempts > len(delays):
        return {"state": "parked", "reason": "gave up", "next_attempt_at": None}
    pause = timedelta(seconds=delays[attempts - 1])
    return {"state": "retrying", "reason": "failed", "next_attempt_at": NOW + literal(pause)}


def may_be_mended() -> Any:
    """Condition: another version of the code might handle it, as one that knows a schema which it fits.

    What is no event of ours (of the source ``unknown``), or no JSON, no version will ever read.
    """
    return (F.c.reason != "undecodable") | ((F.c.source != "unknown") & F.c.error.contains(MISFIT))


def first() -> Any:
    """Condition: no earlier event of the subject has failed and is not given up."""
    before = aliased(F)
    earlier = (
        select(before.c.message_id)
        .where(before.c.source == F.c.source, before.c.subject == F.c.subject, before.c.state != "discarded")
        .where(before.c.sequence < F.c.sequence)
    )
    return ~earlier.exists()


def due(session: Session, types: Sequence[str], limit: int = 200) -> list[Any]:
    """What may run now: retries whose time has come, and those that nothing stands before any more."""
    order = (F.c.source, F.c.subject, F.c.sequence)
    kept = select(F).where(F.c.state != "discarded").order_by(*order)
    # The first of each subject by sorting: to compare each with all others of its subject takes the square of them.
    head = kept.ext(distinct_on(F.c.source, F.c.subject)).subquery()
    free = (head.c.state == "waiting") & head.c.type.in_(types) & (head.c.reason != "unknown")
    ready = (head.c.state == "retrying") & (head.c.next_attempt_at <= NOW)
    statement = select(head).where(or_(ready, free)).order_by(head.c.source, head.c.subject)
    return list(session.execute(statement.limit(limit)).all())


def start(session: Session, message_id: UUID) -> int:
    """Count a start, so that an event that kills the process is found out; gives how many there were before."""
    counted = (
        update(F).where(F.c.message_id == message_id).values(starts=F.c.starts + 1).returning(F.c.starts)
    )
    return (session.scalar(counted) or 1) - 1


def record(session: Session, message_id: UUID, attempts: int, error: Exception) -> str:
    """A retry failed: set what comes next, unless it was given up meanwhile. Gives the new state."""
    after = verdict(error, attempts)
    session.execute(
        update(F)
        .where(F.c.message_id == message_id, F.c.state != "discarded")
        .values(attempts=attempts, starts=0, error=describe(error), updated_at=NOW, **after)
    )
    return str(after["state"])


def wake_unknown(session: Session, types: Sequence[str]) -> None:
    """After a start: what an older version did not know may be known now; after 24 hours it is parked."""
    session.execute(
        update(F)
        .where(F.c.state == "waiting", F.c.reason == "unknown")
        .where(or_(F.c.type.in_(types), F.c.first_failed_at < NOW - literal(UNKNOWN_FOR)))
        .values(
            state=case((F.c.type.in_(types), "waiting"), else_="parked"),
            reason=case((F.c.type.in_(types), "behind"), else_="unknown"),
            updated_at=NOW,
        )
    )


def as_dict(row: Any) -> dict[str, Any]:
    """A failure as operators see it; the payload only as JSON, where it is JSON."""
    shown = {c.name: getattr(row, c.name) for c in F.columns}
    try:
        shown["payload"] = json.loads(row.payload)
    except (ValueError, RecursionError):
        shown["payload"] = row.payload
    return shown
