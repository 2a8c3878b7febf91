"""What Prometheus is told of the databases, asked when it asks: outboxes, and events that failed."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import eventlet
import psycopg2
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.database import connect, database_url

PATIENCE_S = 3.0
WAITING = "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0) FROM outbox"
FAILURES = "SELECT state, count(*) FROM inbox_failure GROUP BY state"
STATES = ("retrying", "waiting", "parked", "discarded")


class Databases(Collector):
    """Gauges of the services of this process; a database that is away has none."""

    def __init__(self, services: Sequence[str]) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """One family for each gauge, with a value for each service."""
        outbox = GaugeMetricFamily("continuum_outbox_events", "Events not yet published", labels=["service"])
        age = GaugeMetricFamily(
            "continuum_outbox_age_seconds", "Age of the oldest of these", labels=["service"]
        )
        failed = GaugeMetricFamily(
            "continuum_inbox_failures", "Events that failed and are kept", labels=["service", "state"]
        )
        for service in self._services:
            try:
                with eventlet.Timeout(PATIENCE_S, psycopg2.OperationalError):
                    count, age_s, states = _look(service)
            except psycopg2.Error:
                continue
            outbox.add_metric([service], count)
            age.add_metric([service], age_s)
            for state in STATES:
                failed.add_metric([service, state], states.get(state, 0))
        yield from (outbox, age, failed)


def _look(service: str) -> tuple[int, float, dict[str, int]]:
    with (
        closing(connect(database_url(service), f"{service} metrics")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(WAITING)
        count, age_s = cursor.fetchone() or (0, 0)
        cursor.execute(FAILURES)
        return int(count), float(age_s), dict(cursor.fetchall())
