"""What operators read: the tables of events in every service's database, with the operator's own role."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from amqp.exceptions import AMQPError, NotFound
from sqlalchemy.orm import Session

from shared.config import settings
from shared.database import make_engine, operator_url
from shared.messaging.broker import open_connection
from shared.messaging.topology import inbox_of


@contextmanager
def reading(service: str) -> Iterator[Session]:
    """A session that sees one moment of the service's database for as long as it is open, and changes nothing."""
    engine = make_engine(operator_url(service), "operator", pool=1, overflow=0)
    try:
        with Session(engine) as session:
            session.connection(
                execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
            yield session
    finally:
        engine.dispose()


def queued(consumer: str) -> int:
    """How many messages lie in the consumer's queue; 0 without a broker, or when there is no such queue."""
    found = None if settings().amqp_uri is None else _look(inbox_of(consumer))
    return int(found.message_count) if found else 0


def consumers(queue: str) -> int:
    """How many take from that queue at the broker; 0 when there is no such queue."""
    found = _look(queue)
    return int(found.consumer_count) if found else 0


def _look(queue: str) -> Any:
    connection = open_connection()
    try:
        return connection.channel().queue_declare(queue, passive=True)
    except NotFound:
        return None
    finally:
        with suppress(AMQPError, OSError):
            connection.close()
