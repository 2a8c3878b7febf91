"""Is this process ready? Each check gives the reasons why not, in words for whoever is on call."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing

import eventlet
import psycopg2

from shared import maintenance
from shared.config import settings
from shared.database import connect, database_url
from shared.database.migrate import WrongRevision, check_revision
from shared.messaging.broker import open_connection

PATIENCE_S, FRESH_S = 3.0, 1.0
OUTBOX_OLD_S = 60.0
States = Callable[[], dict[str, str]]
OUTBOX = """
SELECT extract(epoch FROM clock_timestamp() - min(created_at)) FROM outbox
WHERE not_before IS NULL OR not_before <= clock_timestamp()
"""


class Readiness:
    """The reasons against being ready, looked up at most once a second. ``states`` tells how each service stands."""

    def __init__(self, services: Sequence[str], states: States) -> None:
        self._services, self._states = services, states
        self._reasons: list[str] = []
        self._looked_at = float("-inf")

    def reasons(self) -> list[str]:
        """Why this process is not ready; empty when it is."""
        if time.monotonic() - self._looked_at > FRESH_S:
            self._reasons = self._look()
            self._looked_at = time.monotonic()
        return self._reasons

    def _look(self) -> list[str]:
        dead = [f"{service} is {state}" for service, state in self._states().items() if state != "running"]
        databases = [eventlet.spawn(database_reasons, service) for service in self._services]
        return dead + broker_reasons() + [reason for each in databases for reason in each.wait()]


def broker_reasons() -> list[str]:
    """Why there is no work with the broker; none when none is configured."""
    if settings().amqp_uri is None:
        return []
    try:
        with eventlet.Timeout(PATIENCE_S, OSError):
            open_connection().close()
    except Exception as error:  # noqa: BLE001 - refused, away, a wrong password: it is not reachable
        return [f"the broker is not reachable ({type(error).__name__})"]
    return []


def database_reasons(service: str) -> list[str]:
    """Why there is no work with the service's database: away, wrong revision, an outbox that is not emptied."""
    try:
        with eventlet.Timeout(PATIENCE_S, psycopg2.OperationalError):
            check_revision(service)
            age_s, rest = outbox_age_s(service), maintenance.resting(service)
    except WrongRevision as wrong:
        return [str(wrong)]
    except psycopg2.Error as error:
        return [f"the database of {service} is not reachable ({type(error).__name__})"]
    if rest is not None:
        return [f"{service} is in maintenance since {rest.since:%Y-%m-%d %H:%M} UTC: {rest.why}"]
    if age_s > OUTBOX_OLD_S:
        return [f"the outbox of {service} has held an event for {age_s:.0f} s"]
    return []


def outbox_age_s(service: str) -> float:
    """How long the oldest event that may be published has waited for it; 0 when none waits."""
    with (
        closing(connect(database_url(service), f"{service} health")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(OUTBOX)
        (age,) = cursor.fetchone() or (None,)
    return float(age or 0)
