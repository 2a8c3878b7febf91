"""What HTTP counts, for Prometheus."""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("continuum_http_requests", "Requests answered, by page and status.", ["page", "status"])
SECONDS = Histogram(
    "continuum_http_request_seconds",
    "Time from a request to its answer.",
    ["page"],
    buckets=(0.005, 0.025, 0.1, 0.5, 2.5, 10),
)
