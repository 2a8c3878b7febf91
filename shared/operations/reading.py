"""What operators read: the tables of events in every service's database, with the operator's own role."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

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
    if settings().amqp_uri is None:
        return 0
    connection = open_connection()
    try:
        channel = connection.channel()
        return int(channel.queue_declare(inbox_of(consumer), passive=True).message_count)
    except NotFound:
        return 0
    finally:
        with suppress(AMQPError, OSError):
            connection.close()
