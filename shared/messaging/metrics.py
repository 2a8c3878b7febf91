"""What Prometheus is told of events, and the latest times from commit to effect."""

import time
from collections import deque
from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram

from shared.messaging.envelope import Envelope

BUCKETS = (0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600)
HANDLED = Counter("continuum_events_handled", "Events whose effects were committed", ["service"])
DUPLICATES = Counter("continuum_events_duplicate", "Events that were handled before", ["service"])
LATE = Counter("continuum_events_late", "Events that came after a later one of their subject", ["service"])
FAILED = Counter("continuum_events_failed", "Attempts of a handler that failed", ["service", "type"])
PARKED = Counter("continuum_events_parked", "Events that were given up after the last attempt", ["service"])
PUBLISHED = Counter(
    "continuum_events_published", "Events confirmed by the broker or all consumers", ["service"]
)
RETURNED = Counter("continuum_events_returned", "Events that came back for want of a queue", ["service"])
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
LATEST: dict[str, deque[tuple[str, float]]] = {}


def handled(service: str, envelopes: Iterable[Envelope]) -> None:
    """Called after the commit: counts, and measures from the id (made at publish) until now, in seconds."""
    now, latest = time.time(), LATEST.setdefault(service, deque(maxlen=20_000))
    observe, count = EFFECT.labels(service).observe, 0
    for envelope in envelopes:
        took = now - (envelope.id.int >> 80) / 1000
        observe(took)
        latest.append((str(envelope.id), took))
        count += 1
    HANDLED.labels(service).inc(count)
