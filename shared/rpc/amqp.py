"""A broker connection of our own with one channel, that no message can break.

py-amqp raises while it reads a message whose properties or routing key are not UTF-8, and RabbitMQ hands out
such a message again and again; here its properties are dropped, or it is rejected.
"""

from collections.abc import Callable
from socket import SHUT_RDWR
from typing import Any

import eventlet
from amqp import Message, spec
from amqp.exceptions import AMQPError, NotFound
from amqp.method_framing import frame_handler
from amqp.serialization import loads
from amqp.transport import SSLTransport, TCPTransport
from eventlet.patcher import is_monkey_patched
from kombu.connection import Connection
from kombu.transport import pyamqp

from shared.broker import connection as broker
from shared.broker.passwords import with_password_of_now
from shared.rpc.limits import EXCHANGE

HEARTBEAT_S = 20
CONNECT_TIMEOUT_S = 5
HEADER_FRAME, PROPERTIES_AT = 2, 12
CONNECTION_ERRORS = (AMQPError, OSError, AttributeError)
Dispatch = Callable[..., Any]


class _Channel(pyamqp.Channel):
    """Rejects what cannot be read, and tells when the broker has stopped to deliver."""

    undecodable: Callable[[], None] = staticmethod(lambda: None)
    cancelled: Callable[[], None] = staticmethod(lambda: None)

    def dispatch_method(self, method_sig: tuple[int, int], payload: bytes, content: Any) -> None:
        try:
            super().dispatch_method(method_sig, payload, content)
        except UnicodeDecodeError:
            if method_sig != spec.Basic.Deliver:
                raise
            (_, tag), _ = loads("sL", payload, 4)
            self.basic_reject(tag, requeue=False)
            self.undecodable()
        if method_sig == spec.Basic.CancelOk:
            self.cancelled()


def _tolerant(connection: Any, callback: Dispatch) -> Callable[[tuple[int, int, bytes]], bool]:
    """py-amqp's reader of frames; a header whose properties cannot be read counts as one without any."""
    read = frame_handler(connection, callback)

    def on_frame(frame: tuple[int, int, bytes]) -> bool:
        kind, channel, payload = frame
        try:
            return bool(read(frame))
        except Exception as error:  # Text, numbers, dates and depth can all be wrong.
            if kind != HEADER_FRAME:
                raise
            try:
                return bool(read((kind, channel, bytes(payload[:PROPERTIES_AT]) + b"\0\0")))
            except KeyError:
                raise error from None

    return on_frame


class _Gathers:
    """Few system calls: sends together what green threads write at a time.

    Nobody waits for the socket but the one that flushes, so a broker that does not read holds nobody up.
    """

    _write: Callable[[bytes | bytearray], None]
    sock: Any

    def _setup_transport(self) -> None:
        super()._setup_transport()  # type: ignore[misc]
        self.unsent, self._flushing = bytearray(), False

    def write(self, frames: bytes) -> None:
        self.unsent += frames
        if not self._flushing:
            self._flushing = True
            eventlet.spawn_n(self._flush)

    def _flush(self) -> None:
        try:
            while self.unsent:
                together, self.unsent = self.unsent, bytearray()
                self._write(together)
            self._flushing = False
        except (OSError, ValueError, AttributeError):
            self.cut()

    def cut(self) -> None:
        """Whoever reads notices at once that the line is dead."""
        try:
            self.sock.shutdown(SHUT_RDWR)
        except (OSError, AttributeError):
            return


class _Tcp(_Gathers, TCPTransport):
    pass


class _Tls(_Gathers, SSLTransport):
    pass


class _Connection(broker.Connection):
    Channel = _Channel

    def Transport(self, host: str, connect_timeout: float, ssl: Any, *_: Any, **options: Any) -> Any:
        return (_Tls if ssl else _Tcp)(host, connect_timeout=connect_timeout, ssl=ssl, **options)


class _Amqp(pyamqp.Transport):
    Connection = _Connection


class _Amqps(pyamqp.SSLTransport):
    Connection = _Connection


class Link:
    """One connection with one channel, from opening to loss. Whoever calls ``read`` is its only reader."""

    def __init__(self, uri: str, name: str) -> None:
        """Connects. Raises one of CONNECTION_ERRORS."""
        if not is_monkey_patched("socket"):
            raise RuntimeError("RPC needs green sockets: call eventlet.monkey_patch() before anything else")
        self.blocked = False
        self._amqp: Any = with_password_of_now(uri, lambda address: self._opened(address, name))
        self.transport: _Gathers = self._amqp.transport
        self._beat = eventlet.spawn(self._heartbeat)
        try:
            self.channel: Any = self._amqp.channel()
        except BaseException:
            self.drop()
            raise
        self.channel.auto_decode = False

    def _opened(self, uri: str, name: str) -> Any:
        address = Connection(
            uri,
            transport=_Amqps if uri.startswith("amqps:") else _Amqp,
            heartbeat=HEARTBEAT_S,
            connect_timeout=CONNECT_TIMEOUT_S,
            transport_options={
                "frame_handler": _tolerant,
                "client_properties": {"connection_name": name},
                "on_blocked": lambda _: self._is_blocked(True),
                "on_unblocked": lambda: self._is_blocked(False),
            },
        )
        return address.transport.establish_connection()

    def _is_blocked(self, blocked: bool) -> None:
        self.blocked = blocked

    def exchange_is_there(self) -> None:
        """Declare the exchange of RPC, unless it is there: nobody but its owner may need to declare it."""
        asking = self._amqp.channel()
        try:
            asking.exchange_declare(EXCHANGE, "topic", passive=True)
            asking.close()
        except NotFound:
            self.channel.exchange_declare(EXCHANGE, "topic", durable=True, auto_delete=False)

    def publish(self, message: Message, routing_key: str, *, mandatory: bool = False) -> None:
        """Send it to the exchange of RPC. (py-amqp's own ``basic_publish`` reads from the socket, too.)"""
        args = (0, EXCHANGE, routing_key, mandatory, False)
        self.channel.send_method(spec.Basic.Publish, "Bssbb", args, message)

    def read(self) -> None:
        """Hand out what arrives, until the connection is lost: raises one of CONNECTION_ERRORS."""
        read = self._amqp.read
        while True:
            read()

    @property
    def backlog_bytes(self) -> int:
        """What waits to be sent, because the broker does not take it."""
        return len(self.transport.unsent)

    def close(self) -> None:
        """Take leave of the broker; nobody may be reading any more."""
        try:
            with eventlet.Timeout(CONNECT_TIMEOUT_S):
                self._amqp.close()
        except (*CONNECTION_ERRORS, eventlet.Timeout):
            pass
        self.drop()

    def cut(self) -> None:
        """Cut the line: whoever reads notices it at once."""
        self.transport.cut()

    def drop(self) -> None:
        """Let go of a connection that is lost; nobody may be reading any more."""
        self._beat.kill()
        self.transport.cut()
        self._amqp.collect()

    def _heartbeat(self) -> None:
        try:
            while True:
                eventlet.sleep(HEARTBEAT_S / 4)
                self._amqp.heartbeat_tick()
        except CONNECTION_ERRORS:
            self.transport.cut()
