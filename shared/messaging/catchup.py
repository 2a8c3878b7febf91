"""A service's past, in pages and in digests: for backfill, replay and reconcile, beside broker and inbox."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.messaging.envelope import Envelope

MAX_PAGE = 500
PAGE_BYTES = 700_000
PAGE = text("""
SELECT id, event_id, type, subject, sequence, headers, payload::text AS payload FROM event_log
WHERE id > :after AND type = ANY(:types) AND created_at >= coalesce(:since, '-infinity'::timestamptz)
ORDER BY id LIMIT :limit
""")

LOG = """
SELECT type, event_id FROM event_log WHERE type = ANY(:types)
UNION SELECT type, event_id FROM outbox WHERE type = ANY(:types)
"""
INBOX = """
SELECT type, message_id AS event_id FROM inbox WHERE source = :source AND type = ANY(:types)
UNION SELECT type, message_id FROM inbox_failure WHERE source = :source AND type = ANY(:types)
"""
# An id is a UUIDv7: its first 48 bits are milliseconds since 1970, the same on both sides.
HOUR = """(('x' || left(event_id::text, 8) || substr(event_id::text, 10, 4))::bit(48)::bigint / 3600000)"""
DIGEST = """
SELECT type, {hour} AS hour, count(*) AS count, sum(uuid_hash_extended(event_id, 0))::text AS hash
FROM ({events}) AS events WHERE {hour} >= :hour GROUP BY 1, 2 ORDER BY 1, 2
"""
IDS = "SELECT event_id FROM ({events}) AS events WHERE {hour} = :hour"


def events_after(
    session: Session, types: Sequence[str], after: int, limit: int, since: datetime | None = None
) -> dict[str, Any]:
    """A page of the log in id order: ``{"events": [...], "last": id or None}``; it ends early at 700 kB."""
    asked = {"after": after, "types": list(types), "limit": limit, "since": since}
    events: list[dict[str, Any]] = []
    size, last = 0, None
    for row in session.execute(PAGE, asked).all():
        event = {
            "event_id": str(row.event_id),
            "type": row.type,
            "subject": row.subject,
            "sequence": row.sequence,
            "headers": row.headers,
            "payload": row.payload,
        }
        size += len(json.dumps(event, ensure_ascii=False).encode())
        if events and size > PAGE_BYTES:
            break
        last = row.id
        events.append(event)
    return {"events": events, "last": last}


def envelopes(page: dict[str, Any], source: str) -> list[Envelope]:
    """The envelopes of a page."""
    return [
        Envelope(
            UUID(e["event_id"]), source, e["type"], e["subject"], e["sequence"], e["payload"], e["headers"]
        )
        for e in page["events"]
    ]


def digest(
    session: Session, events: str, types: Sequence[str], since: datetime | None, **more: Any
) -> list[dict[str, Any]]:
    """Count and hash for each (type, hour) of ``LOG`` or ``INBOX``, from the hour of ``since`` on."""
    hour = int(since.timestamp() // 3600) if since else 0
    statement = text(DIGEST.format(hour=HOUR, events=events))
    rows = session.execute(statement, {"types": list(types), "hour": hour, **more})
    return [dict(row) for row in rows.mappings()]


def ids(session: Session, events: str, type_: str, hour: int, **more: Any) -> list[UUID]:
    """The event ids of one bucket."""
    statement = text(IDS.format(hour=HOUR, events=events))
    return list(session.scalars(statement, {"types": [type_], "hour": hour, **more}))
