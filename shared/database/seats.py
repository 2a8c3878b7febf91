"""One process at a time: a session lock on a connection of its own, lost with the connection."""

import select

import psycopg2
from psycopg2.extensions import cursor as Cursor

from shared.config import settings
from shared.database import Connection, connect, database_url

RELAY, ACTIVE = 1, 2
IN_ONE_PROCESS = " in one process"  # who has no broker: such processes may share a database with each other


class Seat:
    """A seat that one process of a service holds. The lock lives as long as the connection: no lease to renew."""

    def __init__(self, service: str, number: int) -> None:
        self._number = number
        where = "" if settings().amqp_uri else IN_ONE_PROCESS
        self.connection: Connection = connect(database_url(service), f"{service} seat {number}{where}")
        self.connection.autocommit = True

    def take(self) -> bool:
        """Sit down if the seat is free."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (self._number,))
            (mine,) = cursor.fetchone() or (False,)
        return bool(mine)

    def check(self) -> None:
        """Raises psycopg2.Error if the connection, and with it the seat, is lost."""
        if self.connection.closed:
            raise psycopg2.OperationalError("the connection of the seat is closed")
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    def listen(self, channel: str) -> None:
        """Be told of NOTIFY on that channel."""
        with self.connection.cursor() as cursor:
            cursor.execute(f'LISTEN "{channel}"')

    def wait(self, seconds: float, also: int) -> None:
        """Until a notification comes, the file ``also`` can be read, or the time is over."""
        if not self.connection.notifies:
            select.select([self.connection.fileno(), also], [], [], seconds)
            self.connection.poll()
        self.connection.notifies.clear()

    def close(self) -> None:
        """Stand up."""
        try:
            self.connection.close()
        except psycopg2.Error:
            pass


def is_run(cursor: Cursor, service: str) -> bool:
    """Whether a process of the service is in its database; if not, nobody sits down until this transaction ends.

    A process that has lost its broker stands up again and again, and keeps its pool.
    """
    cursor.execute(
        "SELECT NOT (pg_try_advisory_xact_lock(%s) AND pg_try_advisory_xact_lock(%s)) OR EXISTS"
        " (SELECT FROM pg_stat_activity WHERE datname = current_database()"
        " AND (application_name = %s OR application_name LIKE %s))",
        (RELAY, ACTIVE, f"continuum {service}", f"continuum {service} seat %"),
    )
    return cursor.fetchone() == (True,)


def is_beside_a_broker(cursor: Cursor, service: str) -> bool:
    """Whether a process sits, or waits to sit, in this service's database that sends and hears by a broker."""
    names = [f"continuum {service} seat {number}" for number in (RELAY, ACTIVE)]
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = ANY(%s))",
        (names,),
    )
    return cursor.fetchone() == (True,)
