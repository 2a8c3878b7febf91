"""A consumer's connection that no message can break, and the check of what such a message says.

py-amqp raises while it reads properties that are not UTF-8 or not AMQP, and RabbitMQ would hand such a message out
again and again: here it counts as one without properties, which the consumer parks as undecodable.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import eventlet
from amqp import Channel
from amqp.basic_message import Message
from amqp.exceptions import AMQPError

from shared.broker import Deliveries, Delivery, open_connection
from shared.broker.connection import Connection
from shared.messaging.envelope import MAX_PAYLOAD_BYTES, Envelope, Undecodable, from_amqp
from shared.messaging.wire import envelope_of

CLOSE_S = 5.0
MAX_SEQUENCE = 2**63 - 1
MAX_NAME_CHARACTERS = 500
# What PostgreSQL gives back of a payload has other spaces and numbers than what was published.
MAX_BODY_BYTES = 4 * MAX_PAYLOAD_BYTES


@contextmanager
def connected(deliveries: Deliveries) -> Iterator[tuple[Connection, Channel]]:
    """A connection with one channel, closed at the end. Raises OSError or AMQPError when the line is lost."""
    connection = open_connection(deliveries=deliveries)
    try:
        yield connection, connection.channel()
    except AttributeError as error:
        if connection.connected:
            raise
        raise ConnectionError(
            "the connection to the broker was lost"
        ) from error  # py-amqp calls into what is gone
    finally:
        _close(connection)


def _close(connection: Connection) -> None:
    """Take leave of the broker; one that does not answer is not waited for."""
    try:
        with eventlet.Timeout(CLOSE_S):
            connection.close()
    except (AMQPError, OSError, AttributeError, eventlet.Timeout):
        connection.collect()


def message_of(delivery: Delivery) -> Message:
    """As py-amqp reads it; without properties when it cannot."""
    message = Message(delivery.body)
    try:
        message.inbound_header(delivery.header)
    except Exception:  # noqa: BLE001 - py-amqp raises this and that for what is not AMQP
        message.properties = {}
    return message


def decode(delivery: Delivery) -> Envelope:
    """The envelope of a message. Raises Undecodable for what is not an event of ours, or could not be stored."""
    if (size := len(delivery.body)) > MAX_BODY_BYTES:
        raise Undecodable(f"{size} bytes of payload, at most {MAX_PAYLOAD_BYTES} are an event of ours")
    envelope = envelope_of(delivery.header, delivery.body) or from_amqp(message_of(delivery))
    for name, text in (("source", envelope.source), ("type", envelope.type), ("subject", envelope.subject)):
        if not (_is_storable(text) and 0 < len(text) <= MAX_NAME_CHARACTERS):
            raise Undecodable(f"cloudEvents_{name} is not a text of 1 to {MAX_NAME_CHARACTERS} characters")
    if not 0 < envelope.sequence <= MAX_SEQUENCE:
        raise Undecodable("cloudEvents_sequence is out of range")
    if not all(map(_is_storable, envelope.headers.values())):
        raise Undecodable("a header or the correlation id is not a text")
    return envelope


def _is_storable(value: Any) -> bool:
    """A text that PostgreSQL takes: no NUL, no half of a surrogate pair."""
    return (
        isinstance(value, str) and "\x00" not in value and value.encode("utf-8", "replace").decode() == value
    )
