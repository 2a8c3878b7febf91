"""A new subscription "from the beginning" gets its past before live events, through the inbox like any other."""

import time
from typing import Any

import structlog
from sqlalchemy import func, select, update

from shared.config import settings
from shared.database import sessions
from shared.database.tables import SUBSCRIPTION
from shared.errors import ContinuumError
from shared.keys import KeyRing
from shared.messaging.catchup import envelopes
from shared.messaging.inbox import Stopping
from shared.rpc import Others, RpcClient

log = structlog.get_logger()
PAUSE_S = 2.0


def backfill(consumer: Any) -> None:
    """Ask each source for what was published before; waits for a source that does not answer yet."""
    missing = _missing(consumer.service)
    if not missing:
        return
    client = RpcClient.from_settings(settings(), consumer.service)
    others = Others(consumer.service, client, KeyRing.from_settings(settings()))
    try:
        for source, types in missing.items():
            _from(consumer, others, source, types)
    finally:
        client.close()


def _from(consumer: Any, others: Others, source: str, types: list[str]) -> None:
    after = 0
    while (page := _page(consumer, others, source, types, after))["last"] is not None:
        consumer.inbox.deliver(envelopes(page, source))
        after = page["last"]
    _done(consumer.service, source, types)
    log.info("backfill.done", service=consumer.service, source=source)


def _missing(service: str) -> dict[str, list[str]]:
    with sessions(service)() as session, session.begin():
        rows = session.execute(select(SUBSCRIPTION).where(SUBSCRIPTION.c.backfilled_at.is_(None))).all()
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.source, []).append(row.type)
    return found


def _page(consumer: Any, others: Others, source: str, types: list[str], after: int) -> dict[str, Any]:
    while not consumer.inbox.stopping:
        try:
            found: dict[str, Any] = others.call(source, "event_page", {"types": types, "after": after})
            return found
        except ContinuumError as error:
            log.warning("backfill.waits", service=consumer.service, source=source, error=type(error).__name__)
            time.sleep(PAUSE_S)
    raise Stopping


def _done(service: str, source: str, types: list[str]) -> None:
    with sessions(service)() as session, session.begin():
        session.execute(
            update(SUBSCRIPTION)
            .where(SUBSCRIPTION.c.source == source, SUBSCRIPTION.c.type.in_(types))
            .values(backfilled_at=func.clock_timestamp())
        )
