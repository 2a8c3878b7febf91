"""py-amqp's connection, with reading of our own: all that has arrived by one system call, and cut into frames after.

A consumer of events takes its deliveries as they came (``Deliveries``): their properties are read by whoever knows
what they should be, so that nothing in them can break the connection.
"""

from collections.abc import Callable
from struct import Struct
from typing import Any, NamedTuple

from amqp.exceptions import UnexpectedFrame
from amqp.method_framing import frame_handler
from kombu import Connection as Address
from kombu.transport import pyamqp

from shared.broker.passwords import with_password_of_now
from shared.config import settings

HEARTBEAT_S, CONNECT_TIMEOUT_S = 20, 5
READ_BYTES = 65_536
METHOD_FRAME, HEADER_FRAME, BODY_FRAME, END = 1, 2, 3, 0xCE
DELIVER = b"\x00\x3c\x00\x3c"  # class 60, method 60
_FRAME, _SIZE = Struct(">BHI").unpack_from, Struct(">Q").unpack_from
Frame = tuple[int, int, bytes]


class Delivery(NamedTuple):
    """A message as it came: ``header`` is the payload of its header frame, with the properties."""

    tag: int
    header: bytes
    body: bytes


class Deliveries:
    """Collects what the one consumer of a connection is delivered, in ``arrived``."""

    def __init__(self) -> None:
        self.arrived: list[Delivery] = []
        self._tag: int | None = None

    def handler(self, connection: Any, callback: Callable[..., Any]) -> Callable[[Frame], bool]:
        """For py-amqp, as its ``frame_handler``: all that is no delivery goes its usual way."""
        read = frame_handler(connection, callback)

        def on_frame(frame: Frame) -> bool:
            kind, _, payload = frame
            if self._tag is not None and kind in (HEADER_FRAME, BODY_FRAME):
                connection.bytes_recv += 1
                return self._content(kind, payload)
            if kind == METHOD_FRAME and payload.startswith(DELIVER):
                connection.bytes_recv += 1
                (self._tag,) = _SIZE(payload, 5 + payload[4])
                return False
            return bool(read(frame))

        return on_frame

    def _content(self, kind: int, payload: bytes) -> bool:
        if kind == HEADER_FRAME:
            self._header, self._chunks = payload, list[bytes]()
            (self._missing,) = _SIZE(payload, 4)
        else:
            self._chunks.append(payload)
            self._missing -= len(payload)
        if self._missing > 0:
            return False
        assert self._tag is not None
        self.arrived.append(Delivery(self._tag, self._header, b"".join(self._chunks)))
        self._tag = None
        return True


class _Frames:
    """What has arrived, cut into frames."""

    def __init__(self) -> None:
        self._data, self._at = b"", 0

    def feed(self, chunk: bytes) -> None:
        self._data, self._at = self._data[self._at :] + chunk, 0

    def next(self) -> Frame | None:
        """The next frame that is complete."""
        data, at = self._data, self._at
        if len(data) < at + 8:
            return None
        kind, channel, size = _FRAME(data, at)
        end = at + 7 + size
        if len(data) <= end:
            return None
        if data[end] != END:
            raise UnexpectedFrame(f"a frame ends with {data[end]:#04x}")
        self._at = end + 1
        return kind, channel, data[at + 7 : end]


class Connection(pyamqp.Connection):
    """Used by one green thread alone."""

    def connect(self, callback: Callable[..., Any] | None = None) -> Any:
        self._frames = _Frames()
        return super().connect(callback)

    def blocking_read(self, timeout: float | None = None) -> bool:
        """One frame; py-amqp waits for its answers with it."""
        while (frame := self._frames.next()) is None:
            self._frames.feed(self._receive(timeout))
        return bool(self.on_inbound_frame(frame))

    def read(self, timeout: float | None = None) -> None:
        """Hand out all that has arrived; wait when that is nothing. Raises TimeoutError, OSError or AMQPError."""
        if (frame := self._frames.next()) is None:
            self._frames.feed(self._receive(timeout))
            frame = self._frames.next()
        while frame is not None:
            self.on_inbound_frame(frame)
            frame = self._frames.next()

    def _receive(self, timeout: float | None) -> bytes:
        with self.transport.having_timeout(timeout) as sock:
            chunk: bytes = sock.recv(READ_BYTES)
        if not chunk:
            raise ConnectionResetError("the broker closed the connection")
        return chunk


class _Amqp(pyamqp.Transport):
    Connection = Connection


class _Amqps(pyamqp.SSLTransport):
    Connection = Connection


def open_connection(uri: str | None = None, deliveries: Deliveries | None = None) -> Connection:
    """A connection of one's own, with heartbeats; whoever asked for it closes it. Raises OSError or AMQPError."""

    def open_(address: str) -> Connection:
        opening = Address(
            address,
            transport=_Amqps if address.startswith("amqps:") else _Amqp,
            heartbeat=HEARTBEAT_S,
            connect_timeout=CONNECT_TIMEOUT_S,
            transport_options={"frame_handler": deliveries.handler} if deliveries else {},
        )
        connection: Connection = opening.transport.establish_connection()
        return connection

    return with_password_of_now(uri or settings().amqp_uri or "", open_)
