"""What Prometheus is told of the databases, asked when it asks: the same by every process of a service."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Any

import eventlet
import psycopg2
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared import maintenance
from shared.config import settings
from shared.database import Connection, connect, database_url
from shared.database.migrate import head, stands_on
from shared.health.counted import Counted
from shared.service_names import SERVICES, service_class

PATIENCE_S = 3.0
WAITING = "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0) FROM outbox"
FAILURES = """
SELECT state, count(*), extract(epoch FROM clock_timestamp() - min(first_failed_at))
FROM inbox_failure GROUP BY state
"""
DUE = """
SELECT count(*) FILTER (WHERE parked_at IS NOT NULL),
       extract(epoch FROM clock_timestamp() - min(at) FILTER (WHERE parked_at IS NULL))
FROM due WHERE at <= clock_timestamp()
"""
STATES = ("retrying", "waiting", "parked", "discarded")


@dataclass(frozen=True, slots=True)
class _Look:
    fits: bool
    resting: bool
    waiting: int
    waiting_s: float
    failures: dict[str, tuple[int, float]]
    timers_parked: int
    overdue_s: float
    counted: dict[Counted, dict[str, int]]


class Databases(Collector):
    """Gauges of the services of this process; of a database that is away nothing but that."""

    def __init__(self, services: Sequence[str]) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        """One family for each gauge, with a value for each service."""
        gauges = _Gauges()
        looks = [(service, eventlet.spawn(_look, service)) for service in self._services]
        for service, look in looks:
            gauges.add(service, look.wait())
        yield from gauges.all()


class _Gauges:
    def __init__(self) -> None:
        one, state = ["service"], ["service", "state"]
        self.up = GaugeMetricFamily("continuum_database_up", "1 where the database answers", labels=one)
        self.fits = GaugeMetricFamily(
            "continuum_schema_fits", "1 where the schema is one that this code works with", labels=one
        )
        self.resting = GaugeMetricFamily(
            "continuum_maintenance", "1 while the service is in maintenance and changes nothing", labels=one
        )
        self.outbox = GaugeMetricFamily("continuum_outbox_events", "Events not yet published", labels=one)
        self.age = GaugeMetricFamily("continuum_outbox_age_seconds", "Age of the oldest of these", labels=one)
        self.failures = GaugeMetricFamily(
            "continuum_inbox_failures", "Events that failed and are kept", labels=state
        )
        self.oldest = GaugeMetricFamily(
            "continuum_inbox_failure_age_seconds",
            "Time since the oldest of these failed for the first time",
            labels=state,
        )
        self.timers_parked = GaugeMetricFamily(
            "continuum_timers_given_up", "Deadlines that are parked", labels=one
        )
        self.overdue = GaugeMetricFamily(
            "continuum_timers_overdue_seconds",
            "How late the oldest deadline is that has not fired",
            labels=one,
        )
        self.counted: dict[str, GaugeMetricFamily] = {}

    def all(self) -> Iterator[Metric]:
        yield from (self.up, self.fits, self.resting, self.outbox, self.age)
        yield from (self.failures, self.oldest, self.timers_parked, self.overdue, *self.counted.values())

    def add(self, service: str, look: _Look | None) -> None:
        self.up.add_metric([service], int(look is not None))
        if look is None:
            return
        self.fits.add_metric([service], int(look.fits))
        self.resting.add_metric([service], int(look.resting))
        self.outbox.add_metric([service], look.waiting)
        self.age.add_metric([service], look.waiting_s)
        self.timers_parked.add_metric([service], look.timers_parked)
        self.overdue.add_metric([service], look.overdue_s)
        for state in STATES:
            count, age_s = look.failures.get(state, (0, 0.0))
            self.failures.add_metric([service, state], count)
            if state != "discarded":
                self.oldest.add_metric([service, state], age_s)
        for what, numbers in look.counted.items():
            self._add_counted(service, what, numbers)

    def _add_counted(self, service: str, what: Counted, numbers: dict[str, int]) -> None:
        made = GaugeMetricFamily(what.name, what.says, labels=["service", "state"])
        family = self.counted.setdefault(what.name, made)
        for state in what.states:
            family.add_metric([service, state], numbers.get(state, 0))


def _look(service: str) -> _Look | None:
    """None while the database is away."""
    try:
        with (
            eventlet.Timeout(PATIENCE_S, psycopg2.OperationalError),
            closing(connect(database_url(service), f"{service} metrics")) as connection,
        ):
            return _read(connection, service)
    except psycopg2.Error:
        return None


def _read(connection: Connection, service: str) -> _Look:
    with connection.cursor() as cursor:
        fits = stands_on(cursor, _wanted(service))[1]
        cursor.execute(WAITING)
        count, age_s = cursor.fetchone() or (0, 0)
        cursor.execute(FAILURES)
        failures = {state: (int(number), float(age)) for state, number, age in cursor.fetchall()}
        cursor.execute(DUE)
        parked, late_s = cursor.fetchone() or (0, None)
        counted = {what: _count(cursor, what) for what in _counted_of(service)} if fits else {}
    overdue_s = 0.0 if settings().demo_clock else float(late_s or 0)
    return _Look(
        fits,
        maintenance.resting(service) is not None,
        int(count),
        float(age_s),
        failures,
        int(parked),
        overdue_s,
        counted,
    )


def _count(cursor: Any, what: Counted) -> dict[str, int]:
    cursor.execute(what.statement)
    return {state: int(number) for state, number in cursor.fetchall()}


@cache
def _counted_of(service: str) -> tuple[Counted, ...]:
    """What the service counts besides."""
    return tuple(service_class(service).counted) if service in SERVICES else ()


@cache
def _wanted(service: str) -> str:
    """The revision that this code needs: it does not change while the process lives."""
    return head(service)
