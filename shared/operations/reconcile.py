"""Compare what was published with what arrived, have the source send what is missing, and note how far that was done.

Nothing older than what was noted is looked at, or sent, again: only inbox rows older than that may be purged. The mark
stays a day behind what was compared, because the hour of an event is that of its id, made by the clock of a process:
one that is up to a day behind still makes ids after the mark, and what is lost of it is found (docs/adr/0003).
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.operations.comparison import (
    Compared,
    Patience,
    Subscribed,
    compare,
    earlier,
    now_of,
    subscriptions,
)
from shared.operations.ledger import by_source, default_grace_s
from shared.operations.reading import queued, reading
from shared.service_names import SERVICES

HOUR_S = 3600
SETTLED_AFTER_S = 600.0  # no transaction is open for longer, so no id that is older can still be committed
CLOCK_BEHIND_S = 86_400.0  # no process that makes ids has a clock that is further behind the database's
AT_ONCE = 5_000
ARRIVED = """
SELECT message_id FROM inbox WHERE message_id = ANY(:ids)
UNION SELECT message_id FROM inbox_failure WHERE message_id = ANY(:ids)
"""
Call = Callable[[str, str, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One type at one consumer. ``verified_until``: what has an older id has arrived, and no older id is made."""

    consumer: str
    source: str
    type: str
    missing: tuple[UUID, ...]
    on_the_way: int
    verified_until: datetime | None


def look(
    services: Sequence[str] = SERVICES, *, grace_s: float | None = None, wait_for_queue_s: float = 0.0
) -> Iterator[Finding]:
    """What every consumer lacks, from where it was verified to last. Changes nothing.

    A consumer whose queue holds messages is waited for; what still is under way then is not missing.
    """
    grace_s = default_grace_s() if grace_s is None else grace_s
    for consumer in services:
        busy = _still_queued(consumer, wait_for_queue_s)
        for source in services:
            yield from _of_pair(source, consumer, grace_s, busy)


def _still_queued(consumer: str, wait_s: float) -> bool:
    until = time.monotonic() + wait_s
    while queued(consumer):
        if time.monotonic() > until:
            return True
        time.sleep(0.5)
    return False


def _of_pair(source: str, consumer: str, grace_s: float, busy: bool) -> Iterator[Finding]:
    with reading(source) as log, reading(consumer) as inbox:
        now = now_of(log)
        listed = by_source(subscriptions(inbox)).get(source, [])
        for since, together in _by_start(listed).items():
            for type_, compared in compare(
                log, inbox, together, Patience(earlier(now, grace_s), busy), since
            ).items():
                known = next(each.verified_until for each in together if each.type == type_)
                until = _verified_until(now, compared, known)
                yield Finding(consumer, source, type_, tuple(compared.missing), _under_way(compared), until)


def _by_start(listed: Sequence[Subscribed]) -> dict[datetime | None, list[Subscribed]]:
    """Types that are compared from the same hour on are compared together."""
    found: dict[datetime | None, list[Subscribed]] = {}
    for each in listed:
        found.setdefault(each.verified_until, []).append(each)
    return found


def _under_way(compared: Compared) -> int:
    return sum(compared.fates[fate] for fate in compared.fates if fate in ("unpublished", "on_the_way"))


def _verified_until(now: datetime, compared: Compared, known: datetime | None) -> datetime | None:
    """The hour up to which nothing is open, and into which no id can come any more; never less than what was noted."""
    hour = int(earlier(now, SETTLED_AFTER_S + CLOCK_BEHIND_S).timestamp() // HOUR_S)
    if compared.unsettled_hour is not None:
        hour = min(hour, compared.unsettled_hour)
    until = datetime.fromtimestamp(hour * HOUR_S, UTC)
    return until if known is None or until > known else known


def resend(call: Call, finding: Finding) -> int:
    """Have the source publish again what is missing; gives how many it sent. Who has one already does nothing."""
    sent = 0
    for start in range(0, len(finding.missing), AT_ONCE):
        ids = [str(id_) for id_ in finding.missing[start : start + AT_ONCE]]
        sent += int(call(finding.source, "resend", {"event_ids": ids})["resent"])
    return sent


def arrived(consumer: str, ids: Sequence[UUID]) -> set[UUID]:
    """Which of the events the consumer has now, handled or kept as a failure."""
    with reading(consumer) as session:
        return _known(session, ids)


def _known(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    return set(session.scalars(text(ARRIVED), {"ids": list(ids)}))


def note(call: Call, findings: Sequence[Finding]) -> None:
    """Note at each consumer how far it was verified."""
    together: dict[tuple[str, str, datetime], list[str]] = {}
    for each in findings:
        if each.verified_until is not None:
            together.setdefault((each.consumer, each.source, each.verified_until), []).append(each.type)
    for (consumer, source, until), types in together.items():
        call(consumer, "mark_verified", {"source": source, "types": types, "until": until.isoformat()})
