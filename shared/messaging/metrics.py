"""What Prometheus is told of events, and the latest times from commit to effect.

Counters count in the process that is active for a service; a standby has them at nought.
"""

import time
from collections import Counter as Tally
from collections import deque
from collections.abc import Collection, Iterable

from prometheus_client import Counter, Gauge, Histogram

from shared.messaging.envelope import Envelope

BUCKETS = (0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600)
HANDLED = Counter("continuum_events_handled", "Events whose effects were committed", ["service", "type"])
DUPLICATES = Counter("continuum_events_duplicate", "Events that were handled before", ["service"])
LATE = Counter("continuum_events_late", "Events that came after a later one of their subject", ["service"])
FAILED = Counter("continuum_events_failed", "Attempts of a handler that failed", ["service", "type"])
PARKED = Counter("continuum_events_parked", "Events that were given up after the last attempt", ["service"])
PUBLISHED = Counter(
    "continuum_events_published", "Events confirmed by the broker or all consumers", ["service"]
)
RETURNED = Counter("continuum_events_returned", "Events that came back for want of a queue", ["service"])
INTERRUPTED = Counter(
    "continuum_interruptions",
    "Times that a relay or an inbox began again, for a lost connection",
    ["service", "loop"],
)
HANDLER = Histogram(
    "continuum_event_handler_seconds",
    "Time that the methods of a service took for one event, before the commit",
    ["service", "type"],
    buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 2.5),
)
BATCH = Histogram(
    "continuum_inbox_batch_seconds",
    "Time of a consumer's transaction, from the claim to the commit",
    ["service"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
CONFIRM = Histogram(
    "continuum_relay_confirm_seconds", "From publish to the last confirm of a window", ["service"]
)
EFFECT = Histogram(
    "continuum_effect_seconds",
    "From the making of an event to the commit of its effects",
    ["service"],
    buckets=BUCKETS,
)
ACTIVE = Gauge("continuum_active", "1 where this process consumes and fires the timers", ["service"])
RELAYING = Gauge("continuum_relay_active", "1 where this process publishes the service's events", ["service"])
LATEST: dict[str, deque[tuple[str, float]]] = {}


def consumer_known(service: str, types: Collection[str]) -> None:
    """Every counter is there from the start, at nought: the first failure is seen as one."""
    for each in (DUPLICATES, LATE, PARKED):
        each.labels(service)
    for type_ in types:
        HANDLED.labels(service, type_)
        FAILED.labels(service, type_)
    INTERRUPTED.labels(service, "inbox")
    ACTIVE.labels(service).set(0)


def relay_known(service: str) -> None:
    """The same for what a relay counts."""
    for each in (PUBLISHED, RETURNED):
        each.labels(service)
    INTERRUPTED.labels(service, "relay")
    RELAYING.labels(service).set(0)


def handled(service: str, envelopes: Iterable[Envelope]) -> None:
    """Called after the commit: counts, and measures from the id (made at publish) until now, in seconds."""
    now, latest = time.time(), LATEST.setdefault(service, deque(maxlen=20_000))
    observe, types = EFFECT.labels(service).observe, Tally[str]()
    for envelope in envelopes:
        took = now - (envelope.id.int >> 80) / 1000
        observe(took)
        latest.append((str(envelope.id), took))
        types[envelope.type] += 1
    for type_, count in types.items():
        HANDLED.labels(service, type_).inc(count)
