"""What a source published beside what a consumer knows: by digests first, and by ids where the digests differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shared.database.tables import SUBSCRIPTION
from shared.ids import made_at
from shared.messaging.catchup import HOUR, INBOX, LOG, digest

Bucket = tuple[str, int]
Counts = dict[str, Counter[str]]

FAILED = f"""
SELECT type, {HOUR.replace("event_id", "message_id")} AS hour, state, count(*) AS count
FROM inbox_failure WHERE source = :source GROUP BY 1, 2, 3
"""
LOG_IDS = f"""
SELECT type, {HOUR} AS hour, event_id, max(published_at) AS published_at FROM (
    SELECT type, event_id, published_at FROM event_log WHERE type = ANY(:types)
    UNION ALL SELECT type, event_id, NULL FROM outbox WHERE type = ANY(:types)
) AS events
WHERE (type, {HOUR}) IN (SELECT * FROM unnest(:types_of, :hours)) GROUP BY 1, 2, 3
"""
INBOX_IDS = f"""
SELECT type, {HOUR} AS hour, event_id, state FROM (
    SELECT type, message_id AS event_id, 'handled' AS state FROM inbox WHERE source = :source
    UNION ALL SELECT type, message_id, state FROM inbox_failure WHERE source = :source
) AS events
WHERE (type, {HOUR}) IN (SELECT * FROM unnest(:types_of, :hours))
"""


class Fate(StrEnum):
    """What became of a committed event at one consumer: exactly one of these."""

    HANDLED = "handled"
    WAITING = "waiting"
    PARKED = "parked"
    DISCARDED = "discarded"
    UNPUBLISHED = "unpublished"
    ON_THE_WAY = "on_the_way"
    NOT_COVERED = "not_covered"
    MISSING = "missing"


STORED = {"handled": Fate.HANDLED, "retrying": Fate.WAITING} | {
    fate.value: fate for fate in (Fate.WAITING, Fate.PARKED, Fate.DISCARDED)
}


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A row of the consumer's subscriptions; ``covers_from``: what was made earlier was never to reach it."""

    source: str
    type: str
    since: str
    backfilled_at: datetime | None
    verified_until: datetime | None

    @property
    def covers_from(self) -> datetime | None:
        """None: from the beginning."""
        return self.backfilled_at if self.since == "now" else None


def subscriptions(consumer: Session) -> list[Subscribed]:
    """What the consumer listens to, as its database says."""
    columns = [SUBSCRIPTION.c[name] for name in Subscribed.__dataclass_fields__]
    return [Subscribed(*row) for row in consumer.execute(select(*columns).order_by(*columns[:2]))]


@dataclass(frozen=True, slots=True)
class Patience:
    """When an event that is not there counts as missing: published before ``before``, and no queue holds it."""

    before: datetime
    queued: bool = False


@dataclass(slots=True)
class Compared:
    """One type at one consumer. ``unsettled_hour``: the first in which something has not arrived."""

    fates: Counter[Fate] = field(default_factory=Counter)
    missing: list[UUID] = field(default_factory=list)
    unsettled_hour: int | None = None

    def add(self, fate: Fate, hour: int, count: int = 1) -> None:
        """Count events of one hour."""
        self.fates[fate] += count
        if fate in (Fate.UNPUBLISHED, Fate.ON_THE_WAY, Fate.MISSING):
            self.unsettled_hour = hour if self.unsettled_hour is None else min(hour, self.unsettled_hour)


def compare(
    source: Session,
    consumer: Session,
    listed: Sequence[Subscribed],
    patience: Patience,
    since: datetime | None = None,
) -> dict[str, Compared]:
    """Type -> what became of its events at the consumer; ``listed`` are its subscriptions to this one source.

    The source must be read before the consumer: what is handled in between counts as handled. ``since``: from that
    hour on.
    """
    by_type, name = {each.type: each for each in listed}, listed[0].source
    log = _buckets(digest(source, LOG, list(by_type), since))
    inbox = _buckets(digest(consumer, INBOX, list(by_type), since, source=name))
    failed = _failed(consumer, name)
    found = {type_: Compared() for type_ in by_type}
    differing = []
    for bucket, told in log.items():
        if told == inbox.get(bucket):
            _add_known(found[bucket[0]], bucket[1], told[0], failed.get(bucket, Counter()))
        elif _before_coverage(bucket, by_type[bucket[0]]):
            known = inbox.get(bucket, (0, ""))[0]
            _add_known(found[bucket[0]], bucket[1], known, failed.get(bucket, Counter()))
            found[bucket[0]].add(Fate.NOT_COVERED, bucket[1], told[0] - known)
        else:
            differing.append(bucket)
    if differing:
        _look_into(differing, source, consumer, by_type, patience, found)
    return found


def _buckets(rows: Sequence[Mapping[str, Any]]) -> dict[Bucket, tuple[int, str]]:
    return {(row["type"], row["hour"]): (row["count"], row["hash"]) for row in rows}


def _failed(consumer: Session, source: str) -> dict[Bucket, Counter[str]]:
    found: dict[Bucket, Counter[str]] = {}
    for type_, hour, state, count in consumer.execute(text(FAILED), {"source": source}):
        found.setdefault((type_, hour), Counter())[state] = count
    return found


def _add_known(compared: Compared, hour: int, known: int, failed: Counter[str]) -> None:
    for state, count in failed.items():
        compared.add(STORED[state], hour, count)
    compared.add(Fate.HANDLED, hour, known - failed.total())


def _before_coverage(bucket: Bucket, subscribed: Subscribed) -> bool:
    from_ = subscribed.covers_from
    return from_ is not None and bucket[1] < int(from_.timestamp() // 3600)


def _look_into(
    buckets: Sequence[Bucket],
    source: Session,
    consumer: Session,
    by_type: Mapping[str, Subscribed],
    patience: Patience,
    found: Mapping[str, Compared],
) -> None:
    """Compare by ids."""
    asked: dict[str, Any] = {
        "types_of": [type_ for type_, _ in buckets],
        "hours": [hour for _, hour in buckets],
    }
    name = next(iter(by_type.values())).source
    stored = {row.event_id: row.state for row in consumer.execute(text(INBOX_IDS), asked | {"source": name})}
    for type_, hour, id_, published_at in source.execute(text(LOG_IDS), asked | {"types": list(by_type)}):
        state = stored.get(id_)
        fate = STORED[state] if state else fate_of_absent(id_, published_at, by_type[type_], patience)
        found[type_].add(fate, hour)
        if fate is Fate.MISSING:
            found[type_].missing.append(id_)


def fate_of_absent(
    id_: UUID, published_at: datetime | None, subscribed: Subscribed, patience: Patience
) -> Fate:
    """What became of an event that the consumer does not know."""
    if subscribed.covers_from is not None and made_at(id_) < subscribed.covers_from:
        return Fate.NOT_COVERED
    if published_at is None:
        return Fate.UNPUBLISHED
    if patience.queued or published_at > patience.before:
        return Fate.ON_THE_WAY
    return Fate.MISSING


def now_of(session: Session) -> datetime:
    """The clock of the session's server."""
    moment: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment


def earlier(moment: datetime, seconds: float) -> datetime:
    """So many seconds before."""
    return moment - timedelta(seconds=seconds)
