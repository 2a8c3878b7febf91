"""The ledger: for each event type and consumer, what became of every committed event. The columns add up."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.config import settings
from shared.operations.comparison import (
    Compared,
    Fate,
    Patience,
    Subscribed,
    compare,
    earlier,
    now_of,
    subscriptions,
)
from shared.operations.reading import queued, reading
from shared.service_names import SERVICES

GRACE_S = 60.0
COMMITTED = """
SELECT type, count(*) FROM (
    SELECT type, event_id FROM event_log UNION SELECT type, event_id FROM outbox
) AS made GROUP BY 1
"""
PUBLISHED = "SELECT type, count(*) FROM event_log GROUP BY 1"
LATE = """
SELECT source, type, count(*) FROM (
    SELECT source, type, handled_at > min(handled_at) OVER (
        PARTITION BY subject, source ORDER BY sequence DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS late FROM inbox
) AS handled WHERE late GROUP BY 1, 2
"""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Line:
    """One type at one consumer (none: nobody listens). Counts of events.

    ``committed`` = handled + waiting + parked + discarded + unpublished + on_the_way + not_covered + missing.
    ``published`` are those that the relay has sent, ``late`` those handled after a later one of their subject.
    """

    type: str
    source: str
    consumer: str | None
    committed: int
    published: int
    handled: int = 0
    waiting: int = 0
    parked: int = 0
    discarded: int = 0
    unpublished: int = 0
    on_the_way: int = 0
    not_covered: int = 0
    missing: int = 0
    late: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether every committed event has exactly one fate."""
        return self.consumer is None or self.committed == sum(getattr(self, fate) for fate in Fate)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def default_grace_s() -> float:
    """How long an event may be under way: a minute with a broker; in one process it is handled, then published."""
    return GRACE_S if settings().amqp_uri else 0.0


def ledger(
    services: Sequence[str] = SERVICES,
    *,
    grace_s: float | None = None,
    progress: Progress = lambda line: None,
) -> list[Line]:
    """Every line, by source, type and consumer. All sources are read at one moment, before any consumer."""
    grace_s = default_grace_s() if grace_s is None else grace_s
    with ExitStack() as open_:
        sources = {name: open_.enter_context(reading(name)) for name in services}
        made = {name: _made(session) for name, session in sources.items()}
        lines = []
        for consumer in services:
            progress(consumer)
            lines += _of_consumer(consumer, sources, made, grace_s)
    return sorted(lines + _unheard(made, lines), key=lambda line: (line.type, line.consumer or ""))


def missing(lines: Sequence[Line]) -> int:
    """How many events are missing in all."""
    return sum(line.missing for line in lines)


Made = dict[str, tuple[int, int]]


def _made(source: Session) -> Made:
    """Type -> (committed, published)."""
    published: dict[str, int] = {type_: count for type_, count in source.execute(text(PUBLISHED))}
    return {type_: (count, published.get(type_, 0)) for type_, count in source.execute(text(COMMITTED))}


def _of_consumer(
    consumer: str, sources: dict[str, Session], made: dict[str, Made], grace_s: float
) -> list[Line]:
    holds = queued(consumer) > 0
    lines = []
    with reading(consumer) as session:
        late = {(source, type_): count for source, type_, count in session.execute(text(LATE))}
        for source, listed in by_source(subscriptions(session)).items():
            if source not in sources:
                continue
            patience = Patience(earlier(now_of(sources[source]), grace_s), holds)
            for type_, compared in compare(sources[source], session, listed, patience).items():
                counts = made[source].get(type_, (0, 0))
                lines.append(_line(type_, source, consumer, counts, compared, late.get((source, type_), 0)))
    return lines


def by_source(listed: Sequence[Subscribed]) -> dict[str, list[Subscribed]]:
    """The subscriptions to each source."""
    found: dict[str, list[Subscribed]] = {}
    for each in listed:
        found.setdefault(each.source, []).append(each)
    return found


def _line(
    type_: str, source: str, consumer: str, counts: tuple[int, int], compared: Compared, late: int
) -> Line:
    fates: dict[str, int] = Counter({fate.value: count for fate, count in compared.fates.items()})
    return Line(type_, source, consumer, *counts, **fates, late=late)


def _unheard(made: dict[str, Made], lines: Sequence[Line]) -> list[Line]:
    heard = {line.type for line in lines}
    return [
        Line(type_, source, None, *counts)
        for source, types in made.items()
        for type_, counts in types.items()
        if type_ not in heard
    ]
