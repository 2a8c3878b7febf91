"""Maintenance: a service that changes nothing for a while. Reads go on, events and deadlines wait, operators may act.

A row in the service's own database says so, and survives restarts. Each process looks at most once a second, so that
asking costs nothing; it follows within two seconds.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.audit import audit
from shared.database import sessions
from shared.database.tables import MAINTENANCE as M
from shared.errors import Maintenance
from shared.policy import Principal

FRESH_S = 1.0


@dataclass(frozen=True, slots=True)
class Rest:
    """The maintenance that is on. ``retry_after_s``: when a refused caller should come again."""

    since: datetime
    who: str
    why: str
    retry_after_s: int

    def refusal(self, service: str) -> Maintenance:
        """What a caller is told who would change something."""
        return Maintenance(
            f"{service} is in maintenance ({self.why}) and changes nothing for now; nothing was done",
            retry_after_s=self.retry_after_s,
            service=service,
        )


_known: dict[str, tuple[float, Rest | None]] = {}


def resting(service: str) -> Rest | None:
    """The maintenance of the service, as it was within the last second; while its database is away as last known."""
    looked_at, known = _known.get(service, (float("-inf"), None))
    if time.monotonic() - looked_at <= FRESH_S:
        return known
    _known[service] = (time.monotonic(), known)  # whoever asks meanwhile does not look as well
    try:
        with sessions(service)() as session, session.begin():
            known = found(session)
    except SQLAlchemyError:
        return known
    _known[service] = (time.monotonic(), known)
    return known


def found(session: Session) -> Rest | None:
    """What the database says."""
    row = session.execute(select(M.c.since, M.c.who, M.c.why, M.c.retry_after_s)).first()
    return None if row is None else Rest(*row)


def begin(session: Session, now: datetime, by: Principal, reason: str, retry_after_s: int) -> None:
    """From now on; begun again it has the new reason."""
    session.execute(delete(M))
    session.execute(insert(M).values(who=by.id, why=reason, retry_after_s=retry_after_s))
    audit(session, by, now, action="maintenance.begin", subject="service/maintenance", why=reason)


def end(session: Session, now: datetime, by: Principal) -> bool:
    """Gives whether it was on."""
    was_on = bool(session.execute(delete(M)).rowcount)  # type: ignore[attr-defined]
    if was_on:
        audit(session, by, now, action="maintenance.end", subject="service/maintenance")
    return was_on
