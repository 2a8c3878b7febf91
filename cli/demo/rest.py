"""Whether the services are at rest: a look at outboxes, logs and inboxes that is cheap enough to be taken often."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2.extensions import connection as Connection

from shared.config import settings
from shared.database import connect, operator_url
from shared.messaging.declarations import subscriptions
from shared.service_names import SERVICES

WAITS = "SELECT EXISTS (SELECT FROM outbox), (SELECT max(id) FROM event_log)"
MADE = "SELECT type, count(*) FROM event_log GROUP BY type"
KNOWN = "SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM inbox_failure WHERE type <> 'unknown')"
Published = tuple[int | None, ...]


class Rest:
    """Read with the operator's role, on a connection to each database that stays open."""

    def __init__(self, connections: dict[str, Connection]) -> None:
        self._connections = connections
        self._listening = {
            consumer: {subscription.type for subscription in listed}
            for consumer, listed in subscriptions().items()
        }

    def published(self) -> Published | None:
        """How far each log has come, when nothing is on its way; else None."""
        far = []
        for service in SERVICES:
            waits, last = self._rows(service, WAITS)[0]
            if waits:
                return None
            far.append(last)
        return tuple(far) if self._arrived() else None

    def _arrived(self) -> bool:
        """In one process the consumers have an event before it leaves its outbox; behind a broker they are counted."""
        if settings().amqp_uri is None:
            return True
        made: dict[str, int] = {type_: n for service in SERVICES for type_, n in self._rows(service, MADE)}
        for consumer, types in self._listening.items():
            expected = sum(made.get(type_, 0) for type_ in types)
            if expected and self._rows(consumer, KNOWN)[0][0] < expected:
                return False
        return True

    def _rows(self, service: str, statement: str) -> list[tuple[Any, ...]]:
        with self._connections[service].cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


@contextmanager
def rest() -> Iterator[Rest]:
    """For as long as the block runs."""
    opened: dict[str, Connection] = {}
    try:
        for service in SERVICES:
            opened[service] = connect(operator_url(service), "demonstration")
            opened[service].autocommit = True
        yield Rest(opened)
    finally:
        for connection in opened.values():
            connection.close()
