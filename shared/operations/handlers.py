"""The operations behind ``shared.service``: what they do in the database of one service."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from shared import timers
from shared.audit import audit
from shared.database import sessions
from shared.database.tables import INBOX_FAILURE as F
from shared.database.tables import SUBSCRIPTION
from shared.errors import Invalid, NotAllowed, NotFound
from shared.messaging import catchup, failures, metrics
from shared.policy import Principal, Role

NOW = func.clock_timestamp()
RESEND = text("""
INSERT INTO outbox (event_id, type, subject, sequence, headers, payload)
SELECT event_id, type, subject, sequence, headers, payload FROM event_log WHERE event_id = ANY(:ids) ORDER BY id
""")


def require_operator(by: Principal, action: str) -> None:
    """What changes anything is an operator's alone: a service that was broken into moves nothing elsewhere."""
    if not by.has(Role.OPERATOR):
        raise NotAllowed(f"{action} is for operators")


def require_insider(by: Principal, action: str) -> None:
    """What only reads is also for other services."""
    if not by.has(Role.OPERATOR, Role.SERVICE):
        raise NotAllowed(f"{action} is for operators and services")


def next_due(session: Session) -> dict[str, Any]:
    """When the next timer of the service is due, and how many of each kind are due at that moment."""
    at, kinds = timers.next_kinds(session)
    return {"at": at, "kinds": kinds}


def backlog(session: Session) -> dict[str, Any]:
    """Counts by type (made, handled, failed); what waits in the outbox, and what failed and is tried again."""

    def counts(sql: str) -> dict[str, int]:
        return {key: count for key, count in session.execute(text(sql)).all()}

    return {
        "waiting_in_outbox": session.scalar(text("SELECT count(*) FROM outbox")),
        "waiting_to_be_tried_again": session.scalar(
            text("SELECT count(*) FROM inbox_failure WHERE state IN ('retrying', 'waiting')")
        ),
        "made": counts(
            "SELECT type, count(*) FROM (SELECT event_id, type FROM event_log"
            " UNION SELECT event_id, type FROM outbox) AS made GROUP BY 1"
        ),
        "handled": counts("SELECT type, count(*) FROM inbox GROUP BY 1"),
        "failed": counts("SELECT type, count(*) FROM inbox_failure GROUP BY 1"),
    }


def event_page(
    session: Session, types: Sequence[str], after: int, limit: int, since: datetime | None
) -> dict[str, Any]:
    """A page of the log in the order in which it was published."""
    return catchup.events_after(session, types, after, limit, since)


def replay_page(
    service: str, consumer: Any, others: Any, source: str, after: int, since: datetime | None
) -> dict[str, Any]:
    """Ask the source for a page, and run the projections over it in one transaction of our own."""
    types = sorted({s.type for s in consumer.subscriptions if s.projects and s.source == source})
    if not types:
        raise NotFound(f"{service} has no projection of what {source} publishes")
    asked = {"types": types, "after": after, "since": since.isoformat() if since else None}
    page = others.call(source, "event_page", {k: v for k, v in asked.items() if v is not None}, timeout=30)
    events = [(envelope, False) for envelope in catchup.envelopes(page, source)]
    with consumer.inbox.turn(), sessions(service)() as session, session.begin():
        consumer.inbox.run(session, events, only_projections=True)
    return {"replayed": len(events), "last": page["last"]}


def log_digest(session: Session, types: Sequence[str], since: datetime | None) -> dict[str, Any]:
    """Count and hash of the log and the outbox, by type and hour."""
    return {"buckets": catchup.digest(session, catchup.LOG, types, since)}


def inbox_digest(
    session: Session, source: str, types: Sequence[str], since: datetime | None
) -> dict[str, Any]:
    """Count and hash of the inbox and its failures, by type and hour."""
    return {"buckets": catchup.digest(session, catchup.INBOX, types, since, source=source)}


def log_ids(session: Session, type: str, hour: int, source: str | None = None) -> dict[str, Any]:
    """The ids of one bucket of the log."""
    return {"event_ids": catchup.ids(session, catchup.LOG, type, hour)}


def inbox_ids(session: Session, type: str, hour: int, source: str | None = None) -> dict[str, Any]:
    """The ids of one bucket of the inbox."""
    return {"event_ids": catchup.ids(session, catchup.INBOX, type, hour, source=source or "")}


def mark_verified(session: Session, source: str, types: Sequence[str], until: datetime) -> dict[str, Any]:
    """Nothing older is compared, or sent, again. Raises Invalid for a moment to come: nothing of it has arrived."""
    if until > datetime.now(UTC):
        raise Invalid.field("until", "must not be in the future")
    mine = (SUBSCRIPTION.c.source == source) & SUBSCRIPTION.c.type.in_(types)
    older = SUBSCRIPTION.c.verified_until.is_(None) | (SUBSCRIPTION.c.verified_until < until)
    session.execute(update(SUBSCRIPTION).where(mine, older).values(verified_until=until))
    return {"source": source, "until": until.isoformat()}


def resend(session: Session, now: datetime, by: Principal, event_ids: Sequence[UUID]) -> dict[str, Any]:
    """Put events of the log into the outbox again, with their own ids and sequences."""
    require_operator(by, "resend")
    done = session.execute(RESEND, {"ids": list(event_ids)}).rowcount  # type: ignore[attr-defined]
    session.info["stored"] = True
    audit(session, by, now, action="events.resend", subject="events/log", changes={"count": done})
    return {"resent": done}


def latencies(service: str) -> dict[str, Any]:
    """Event id -> milliseconds from the making of the event to the commit of its effects."""
    return {"latencies_ms": {id_: round(took * 1000, 2) for id_, took in metrics.LATEST.get(service, ())}}


def parked_retry(
    session: Session, now: datetime, by: Principal, event_ids: Sequence[UUID] | None
) -> dict[str, Any]:
    """From parked to retrying, at once; all of them when no ids are given. What can never be read stays."""
    require_operator(by, "parked_retry")
    chosen = F.c.state == "parked"
    if event_ids is not None:
        chosen &= F.c.message_id.in_(event_ids)
    changed = session.scalars(
        update(F)
        .where(chosen, failures.may_be_mended())
        .values(
            state="retrying", reason="operator", attempts=0, starts=0, next_attempt_at=NOW, updated_at=NOW
        )
        .returning(F.c.message_id)
    ).all()
    _require_known(session, event_ids, len(changed), "retried")
    for id_ in changed:
        audit(session, by, now, action="parked.retry", subject=f"event/{id_}")
    return {"changed": len(changed)}


def parked_discard(
    session: Session, now: datetime, by: Principal, event_ids: Sequence[UUID], reason: str
) -> dict[str, Any]:
    """Give events up that are parked, retrying or waiting; the row stays, with who and why."""
    require_operator(by, "parked_discard")
    changed = session.scalars(
        update(F)
        .where(F.c.message_id.in_(event_ids), F.c.state != "discarded")
        .values(
            state="discarded", discarded_by=by.id, discarded_why=reason, next_attempt_at=None, updated_at=NOW
        )
        .returning(F.c.message_id)
    ).all()
    _require_known(session, event_ids, len(changed), "discarded")
    for id_ in changed:
        audit(session, by, now, action="parked.discard", subject=f"event/{id_}", why=reason)
    return {"changed": len(changed)}


def _require_known(session: Session, event_ids: Sequence[UUID] | None, changed: int, verb: str) -> None:
    if event_ids and not changed:
        known = session.scalar(select(func.count()).select_from(F).where(F.c.message_id.in_(event_ids)))
        raise NotFound(
            f"none of these events can be {verb}; {known} of {len(event_ids)} are known here as failures"
        )
