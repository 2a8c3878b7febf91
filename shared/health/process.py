"""What Prometheus is told of this process: its build, how its services stand, its pools of connections."""

import platform
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.config import settings
from shared.database import pool_use
from shared.health.checks import States


class ThisProcess(Collector):
    """Read when it is asked for; ``states`` tells how each service stands."""

    def __init__(self, services: Sequence[str], states: States) -> None:
        self._services, self._states = services, states

    def collect(self) -> Iterator[Metric]:
        """Build, services, pools."""
        build = GaugeMetricFamily("continuum_build_info", "1, with what runs", labels=["version", "python"])
        build.add_metric([settings().service_version, platform.python_version()], 1)
        yield build
        running = GaugeMetricFamily(
            "continuum_service_running",
            "1 where the service runs, 0 while it starts or is dead",
            labels=["service"],
        )
        for service, state in self._states().items():
            running.add_metric([service], int(state == "running"))
        yield running
        yield from self._pools()

    def _pools(self) -> Iterator[Metric]:
        one = ["service"]
        connections = GaugeMetricFamily(
            "continuum_database_pool_connections",
            "Connections of the pool, in use or idle",
            labels=["service", "state"],
        )
        most = GaugeMetricFamily(
            "continuum_database_pool_limit", "Connections of the pool at most, with its overflow", labels=one
        )
        waits = CounterMetricFamily(
            "continuum_database_pool_waits", "Times that all connections were in use", labels=one
        )
        waited = CounterMetricFamily(
            "continuum_database_pool_wait_seconds", "Time that was waited for a connection", labels=one
        )
        timeouts = CounterMetricFamily(
            "continuum_database_pool_timeouts", "Waits that were given up", labels=one
        )
        for service in self._services:
            use = pool_use(service)
            connections.add_metric([service, "in_use"], use.in_use)
            connections.add_metric([service, "idle"], use.idle)
            most.add_metric([service], use.most)
            waits.add_metric([service], use.waits)
            waited.add_metric([service], use.waited_s)
            timeouts.add_metric([service], use.timeouts)
        yield from (connections, most, waits, waited, timeouts)
