"""Pages of a service's past: for backfill, replay and reconcile; by RPC, beside broker and inbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.messaging.envelope import Envelope

PAGE_BYTES = 700_000
PAGE = text("""
SELECT id, event_id, type, subject, sequence, headers, payload::text AS payload FROM event_log
WHERE id > :after AND type = ANY(:types) AND published_at >= coalesce(:since, '-infinity')
ORDER BY id LIMIT :limit
""")
OUTGOING = text("SELECT count(*) FROM outbox")
LOG_DIGEST = text("""
SELECT type, date_trunc('hour', created_at) AS hour, count(*) AS count, sum({hash}) AS hash
FROM (SELECT type, created_at, event_id FROM event_log
      UNION ALL SELECT type, created_at, event_id FROM outbox o
                WHERE NOT EXISTS (SELECT FROM event_log l WHERE l.event_id = o.event_id)) AS made
WHERE type = ANY(:types) GROUP BY 1, 2
""".replace("{hash}", "('x' || substr(md5(event_id::text), 1, 15))::bit(60)::bigint"))
INBOX_DIGEST = text("""
SELECT type, date_trunc('hour', made_at) AS hour, count(*) AS count, sum({hash}) AS hash
FROM (SELECT type, message_id, to_timestamp(('x' || substr(replace(message_id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0) AS made_at
      FROM (SELECT type, source, message_id FROM inbox UNION SELECT type, source, message_id FROM inbox_failure) AS all_of_them
      WHERE source = :source AND type = ANY(:types)) AS known
GROUP BY 1, 2
""".replace("{hash}", "('x' || substr(md5(message_id::text), 1, 15))::bit(60)::bigint"))


def events_after(
    session: Session, types: Sequence[str], after: int, limit: int, since: datetime | None = None
) -> dict[str, Any]:
    """A page of the log in id order: ``{"events": [...], "last": id or None}``; it ends early at 700 kB."""
    rows = session.execute(PAGE, {"after": after, "types": list(types), "limit": limit, "since": since}).all()
    events: list[dict[str, Any]] = []
    size, last = 0, None
    for row in rows:
        size += len(row.payload)
        if events and size > PAGE_BYTES:
            break
        last = row.id
        events.append({name: getattr(row, name) for name in ("type", "subject", "sequence", "headers", "payload")}
                      | {"event_id": str(row.event_id)})
    return {"events": events, "last": last}


def envelopes(page: dict[str, Any], source: str) -> list[Envelope]:
    """The envelopes of a page."""
    return [
        Envelope(UUID(e["event_id"]), source, e["type"], e["subject"], e["sequence"], e["payload"], e["headers"])
        for e in page["events"]
    ]
