"""What Prometheus is told of deadlines: fired, failed, given up, and how long it took, by kind."""

from prometheus_client import Counter, Histogram

FIRED = Counter("continuum_timers_fired", "Deadlines whose effects were committed", ["service", "kind"])
FAILED = Counter("continuum_timers_failed", "Attempts of a deadline that failed", ["service", "kind"])
PARKED = Counter(
    "continuum_timers_parked", "Deadlines that were given up after the last attempt", ["service"]
)
SECONDS = Histogram(
    "continuum_timer_seconds",
    "Time of a deadline's transaction, with its commit",
    ["service", "kind"],
    buckets=(0.005, 0.025, 0.1, 0.5, 2.5, 10),
)


def known(service: str, kinds: list[str]) -> None:
    """Every counter is there from the start, at nought: the first failure is seen as one."""
    PARKED.labels(service)
    for kind in kinds:
        FIRED.labels(service, kind)
        FAILED.labels(service, kind)


def fired(service: str, kind: str, took_s: float) -> None:
    """Called after the commit."""
    FIRED.labels(service, kind).inc()
    SECONDS.labels(service, kind).observe(took_s)
