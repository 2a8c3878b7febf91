"""The timers that were given up after their last attempt: what operators see of them, and how they try again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared import timers
from shared.audit import audit
from shared.database.tables import DUE
from shared.operations.handlers import require_operator
from shared.operations.reading import reading
from shared.policy import Principal
from shared.service_names import SERVICES


@dataclass(frozen=True, slots=True)
class ParkedTimer:
    """One deadline of a service that could not be fired."""

    service: str
    kind: str
    subject: str
    at: datetime
    attempts: int
    parked_at: datetime
    error: str | None


def parked_timers(services: Sequence[str] = SERVICES) -> Iterator[ParkedTimer]:
    """Those of these services, oldest first."""
    columns = [DUE.c[name] for name in ParkedTimer.__dataclass_fields__ if name != "service"]
    statement = select(*columns).where(DUE.c.parked_at.is_not(None)).order_by(DUE.c.parked_at, DUE.c.id)
    for service in services:
        with reading(service) as session:
            yield from [ParkedTimer(service, *row) for row in session.execute(statement)]


def retry(session: Session, now: datetime, by: Principal) -> dict[str, Any]:
    """All that are parked fire again, from the first attempt. Raises NotAllowed."""
    require_operator(by, "timers_retry")
    changed = timers.retry_parked(session)
    for kind, subject in changed:
        audit(session, by, now, action="timers.retry", subject=f"{kind}/{subject}")
    return {"changed": len(changed)}
