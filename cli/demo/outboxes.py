"""A glance at the outboxes of all services, cheap enough to be taken hundreds of times a second."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2.extensions import connection as Connection

from shared.database import connect, operator_url
from shared.service_names import SERVICES

GLANCE = "SELECT EXISTS (SELECT FROM outbox), (SELECT max(id) FROM event_log)"


class Outboxes:
    """Read with the operator's role, on a connection to each database that stays open."""

    def __init__(self, connections: list[Connection]) -> None:
        self._connections = connections

    def published_when_empty(self) -> tuple[int | None, ...] | None:
        """None when an event waits in one of them; else how far each log has come."""
        published = []
        for connection in self._connections:
            with connection.cursor() as cursor:
                cursor.execute(GLANCE)
                waits, last = cursor.fetchone() or (True, None)
            if waits:
                return None
            published.append(last)
        return tuple(published)


@contextmanager
def outboxes() -> Iterator[Outboxes]:
    """The outboxes of all services, as long as the block runs."""
    opened: list[Connection] = []
    try:
        for service in SERVICES:
            opened.append(connect(operator_url(service), "demonstration"))
            opened[-1].autocommit = True
        yield Outboxes(opened)
    finally:
        for connection in opened:
            connection.close()
