"""Publishing: events are buffered in the session, and stored by one statement just before its commit."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Engine
from sqlalchemy import event as hooks
from sqlalchemy.orm import Session

from shared.context import context
from shared.database.trips import driver, prepared
from shared.errors import TooLarge
from shared.events import Event
from shared.events.conversion import dumped
from shared.ids import new_id
from shared.messaging.envelope import MAX_PAYLOAD_BYTES

# Prepared once on each connection: reading and planning them is half of what they cost the server.
STORE_TYPES = ("uuid[]", "text[]", "text[]", "int[]", "text[]", "text[]")
STORE = """
WITH fact AS MATERIALIZED (
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
        WITH ORDINALITY AS f(event_id, type, subject, back, headers, payload, nth)
), counter AS (
    INSERT INTO subject_sequence AS s (subject, last)
    SELECT subject, count(*) FROM fact GROUP BY subject ORDER BY subject
    ON CONFLICT (subject) DO UPDATE SET last = s.last + excluded.last
    RETURNING subject, last
)
INSERT INTO outbox (event_id, type, subject, sequence, headers, payload)
SELECT event_id, type, subject, last - back, headers::jsonb, payload::jsonb
FROM fact JOIN counter USING (subject) ORDER BY nth
"""
STORE_ONE_TYPES = ("uuid", "text", "text", "jsonb", "jsonb")
STORE_ONE = """
WITH counter AS (
    INSERT INTO subject_sequence AS s (subject, last) VALUES ($3, 1)
    ON CONFLICT (subject) DO UPDATE SET last = s.last + 1
    RETURNING last
)
INSERT INTO outbox (event_id, type, subject, sequence, headers, payload)
SELECT $1, $2, $3, last, $4, $5 FROM counter
"""
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Buffered = tuple[str, str, str, str, str]


class OutboxSession(Session):
    """A session that can publish: ``publishing`` is False where a handler may not (a projection)."""

    publishing = True


def publish(session: Session, event: Event) -> None:
    """Publish a fact with the transaction: committed with it or not at all, in the order of the calls.

    Raises RuntimeError outside a transaction, in a savepoint or in a projection, TooLarge above 256 KiB, ValueError
    for an event that its own schema refuses.
    """
    if not session.in_transaction():
        raise RuntimeError(
            f"publish({event.TYPE}) outside a transaction: begin one, the outbox commits with it"
        )
    if session.in_nested_transaction():
        raise RuntimeError(f"publish({event.TYPE}) inside a savepoint: publish when it is released")
    if not getattr(session, "publishing", True):
        raise RuntimeError(f"a projection may not publish {event.TYPE}: use @handles for new facts")
    payload = _dumps(dumped(event))
    if (size := len(payload.encode())) > MAX_PAYLOAD_BYTES:
        raise TooLarge(
            f"{event.TYPE} has {size} bytes of payload, at most {MAX_PAYLOAD_BYTES} travel: "
            "publish a reference to what is large",
            size_bytes=size,
            limit_bytes=MAX_PAYLOAD_BYTES,
        )
    session.info.setdefault("published", []).append(event)
    session.info.setdefault("outbox", []).append(
        (str(new_id()), event.TYPE, event.subject, _headers(event), payload)
    )


def _headers(event: Event) -> str:
    here = context()
    noted: dict[str, Any] = {"time": event.occurred_at.isoformat(), "correlationid": here.correlation_id}
    if here.causation_id is not None:
        noted["causationid"] = here.causation_id
    if here.actor is not None:
        noted["actor"] = here.actor
    if here.traceparent is not None:
        noted["traceparent"] = here.traceparent
    return _dumps(noted)


def store(session: Session, facts: list[Buffered]) -> None:
    """Raise the counters of the subjects and insert the outbox rows, in one statement."""
    execute, values = _statement(session, facts)
    session.connection().exec_driver_sql(execute, tuple(values))


def _store_at_commit(session: Session, facts: list[Buffered]) -> None:
    """The same, sent together with COMMIT; at once where the COMMIT is somebody else's."""
    if isinstance(session.get_bind(), Engine):
        execute, values = _statement(session, facts)
        driver(session.connection()).add_last_words(execute, values)
    else:
        store(session, facts)


def _statement(session: Session, facts: list[Buffered]) -> tuple[str, Sequence[Any]]:
    if len(facts) == 1:
        return prepared(session.connection(), "store_fact", STORE_ONE_TYPES, STORE_ONE), facts[0]
    return prepared(session.connection(), "store_facts", STORE_TYPES, STORE), _columns(facts)


def _columns(facts: list[Buffered]) -> list[list[Any]]:
    ids, types, subjects, headers, payloads = (list(column) for column in zip(*facts, strict=True))
    left = Counter(subjects)
    back = []
    for subject in subjects:
        left[subject] -= 1
        back.append(left[subject])
    return [ids, types, subjects, back, headers, payloads]


_wake: dict[str, Callable[[], None]] = {}


def on_commit(service: str, wake: Callable[[], None] | None) -> None:
    """Who is told in this process when a transaction with events of the service was committed."""
    if wake is None:
        _wake.pop(service, None)
    else:
        _wake[service] = wake


@hooks.listens_for(OutboxSession, "before_commit")
def _before_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    facts = session.info.pop("outbox", None)
    if facts:
        session.flush()
        facts += session.info.pop("outbox", [])
        _store_at_commit(session, facts)
        session.info["stored"] = True


@hooks.listens_for(OutboxSession, "after_commit")
def _after_commit(session: Session) -> None:
    session.info.pop("published", None)
    if session.info.pop("stored", False) and (wake := _wake.get(session.info.get("service", ""))):
        wake()


@hooks.listens_for(OutboxSession, "after_rollback")
def _after_rollback(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint: nothing was published since, and what was before it stands
    for name in ("outbox", "published", "stored"):
        session.info.pop(name, None)
