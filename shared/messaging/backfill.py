"""What a service missed comes before live events, through the inbox like any other.

A new subscription "from the beginning" gets its past; a service whose database was restored gets what came since then.
"""

import time
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import func, select, update

from shared.config import settings
from shared.database import sessions
from shared.database.tables import SUBSCRIPTION as S
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
        for (source, since), types in missing.items():
            _from(consumer, others, source, types, since)
    finally:
        client.close()


def _from(consumer: Any, others: Others, source: str, types: list[str], since: datetime | None) -> None:
    asked: dict[str, Any] = {"types": types, "after": 0}
    if since is not None:
        asked["since"] = since.isoformat()
    while (page := _page(consumer, others, source, asked))["last"] is not None:
        consumer.inbox.deliver(envelopes(page, source))
        asked["after"] = page["last"]
    _done(consumer.service, source, types)
    log.info("backfill.done", service=consumer.service, source=source)


def _missing(service: str) -> dict[tuple[str, datetime | None], list[str]]:
    """(source, from when on; None: the beginning) -> types."""
    columns = (S.c.source, S.c.type, S.c.backfilled_at, S.c.catch_up_from)
    open_ = S.c.backfilled_at.is_(None) | S.c.catch_up_from.is_not(None)
    with sessions(service)() as session, session.begin():
        rows = session.execute(select(*columns).where(open_)).all()
    found: dict[tuple[str, datetime | None], list[str]] = {}
    for row in rows:
        since = row.catch_up_from if row.backfilled_at is not None else None
        found.setdefault((row.source, since), []).append(row.type)
    return found


def _page(consumer: Any, others: Others, source: str, asked: dict[str, Any]) -> dict[str, Any]:
    while not consumer.inbox.stopping:
        try:
            found: dict[str, Any] = others.call(source, "event_page", asked)
            return found
        except ContinuumError as error:
            log.warning("backfill.waits", service=consumer.service, source=source, error=type(error).__name__)
            time.sleep(PAUSE_S)
    raise Stopping


def _done(service: str, source: str, types: list[str]) -> None:
    with sessions(service)() as session, session.begin():
        session.execute(
            update(S)
            .where(S.c.source == source, S.c.type.in_(types))
            .values(
                backfilled_at=func.coalesce(S.c.backfilled_at, func.clock_timestamp()), catch_up_from=None
            )
        )
