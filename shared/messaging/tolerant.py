"""A consumer's connection that no message can break, and the check of what such a message says.

py-amqp raises while it reads properties that are not UTF-8 or not AMQP, and RabbitMQ would hand such a message out
again and again: here it counts as one without properties, which the consumer parks as undecodable.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import eventlet
from amqp import Channel, Connection
from amqp.basic_message import Message
from amqp.exceptions import AMQPError
from amqp.method_framing import frame_handler
from kombu import Connection as Address

from shared.config import settings
from shared.messaging.envelope import MAX_PAYLOAD_BYTES, Envelope, Undecodable, from_amqp

HEADER_FRAME, PROPERTIES_AT = 2, 12
CLOSE_S = 5.0
MAX_SEQUENCE = 2**63 - 1
MAX_NAME_CHARACTERS = 500
# What PostgreSQL gives back of a payload has other spaces and numbers than what was published.
MAX_BODY_BYTES = 4 * MAX_PAYLOAD_BYTES
Frame = tuple[int, int, bytes]


def _tolerant(connection: Any, callback: Callable[..., Any]) -> Callable[[Frame], bool]:
    read = frame_handler(connection, callback)

    def on_frame(frame: Frame) -> bool:
        try:
            return bool(read(frame))
        except (ValueError, TypeError, LookupError, AMQPError):
            kind, channel, payload = frame
            if kind != HEADER_FRAME:
                raise
            return bool(read((kind, channel, bytes(payload[:PROPERTIES_AT]) + b"\0\0")))

    return on_frame


@contextmanager
def connected() -> Iterator[tuple[Connection, Channel]]:
    """A connection with one channel, closed at the end. Raises OSError or AMQPError when the line is lost."""
    options = {"frame_handler": _tolerant}
    address = Address(settings().amqp_uri, heartbeat=20, connect_timeout=5, transport_options=options)
    connection: Connection = address.transport.establish_connection()
    try:
        channel = connection.channel()
        channel.auto_decode = False
        yield connection, channel
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


def body_of(message: Message) -> bytes:
    """The body as bytes; py-amqp makes an empty one text."""
    return message.body if isinstance(message.body, bytes) else str(message.body).encode()


def decode(message: Message) -> Envelope:
    """The envelope of a message. Raises Undecodable for what is not an event of ours, or could not be stored."""
    if (size := len(body_of(message))) > MAX_BODY_BYTES:
        raise Undecodable(f"{size} bytes of payload, at most {MAX_PAYLOAD_BYTES} are an event of ours")
    envelope = from_amqp(message)
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
