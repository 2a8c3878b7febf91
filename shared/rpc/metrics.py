"""What RPC counts, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter(
    "continuum_rpc_requests",
    "Calls answered, by outcome (ok, or the error).",
    ["service", "method", "outcome"],
)
SECONDS = Histogram(
    "continuum_rpc_request_seconds",
    "Time from a call's arrival to its answer.",
    ["service", "method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
IN_PROGRESS = Gauge("continuum_rpc_in_progress", "Calls that a service is working on.", ["service"])
WAITING = Gauge("continuum_rpc_waiting", "Calls that wait for a free worker of a service.", ["service"])
WORKERS = Gauge("continuum_rpc_workers", "Calls that a service works on at a time, at most.", ["service"])
PENDING = Gauge(
    "continuum_rpc_client_pending", "Calls of this process that wait for their answer.", ["client"]
)
UNANSWERED = Counter(
    "continuum_rpc_client_failures",
    "Calls of this process that got no answer of the service: away, busy, too late, connection lost.",
    ["client", "service", "error"],
)
DROPPED = Counter(
    "continuum_rpc_dropped", "Requests and replies that nobody could be answered for.", ["service", "reason"]
)
RERUN = Counter(
    "continuum_rpc_reruns", "Transactions run again after a conflict in the database.", ["service"]
)
