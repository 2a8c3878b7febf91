"""Calls over RabbitMQ: one connection for all green threads of a process, made when first needed."""

from itertools import count
from time import monotonic
from typing import Any
from uuid import uuid4

import eventlet
from amqp import Message
from eventlet.event import Event
from eventlet.semaphore import Semaphore

from shared.errors import Busy, ContinuumError, OutcomeUnknown, Unavailable
from shared.rpc import limits, metrics
from shared.rpc.amqp import CONNECTION_ERRORS, Link
from shared.rpc.wire import Question

LARGEST_BACKLOG_BYTES = 16 * limits.MAX_MESSAGE_BYTES


class _Line:
    """One connection with its reply queue, and the calls that wait for an answer on it."""

    def __init__(self, uri: str, name: str) -> None:
        self.pending: dict[str, Any] = {}
        self.lost = False
        self._route, self._ids = uuid4().hex, count(1)
        self._link = Link(uri, f"{name} calls")
        try:
            self._link.exchange_is_there()
            self._listen(self._link.channel, limits.REPLY_QUEUE.format(name, self._route))
        except BaseException:
            self._link.drop()
            raise
        self._reader = eventlet.spawn(self._read)

    def _listen(self, channel: Any, queue: str) -> None:
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        channel.queue_bind(queue, limits.EXCHANGE, self._route)
        channel.events["basic_return"].add(self._returned)
        channel.basic_consume(queue, no_ack=True, callback=self._replied)

    def call(self, question: Question, until: float) -> bytes:
        """Send the request and wait for its reply, until then (monotonic seconds)."""
        id_ = f"{self._route}.{next(self._ids)}"
        answered = self.pending[id_] = Event()
        try:
            self._publish(id_, question)
            reply = answered.wait(max(0.001, until - monotonic()))
        finally:
            self.pending.pop(id_, None)
        if reply is None:
            raise question.unanswered()
        if isinstance(reply, ContinuumError):
            raise reply
        return bytes(reply)

    def close(self) -> None:
        """Take leave; calls that still wait fail."""
        self.lost = True
        self._reader.kill()
        self._link.close()
        self._fail()

    def _publish(self, id_: str, question: Question) -> None:
        message = Message(
            question.body,
            content_type=limits.CONTENT_TYPE,
            content_encoding="utf-8",
            application_headers=question.headers,
            delivery_mode=1,
            correlation_id=id_,
            reply_to=self._route,
            expiration=str(int(question.timeout_s * 1000)),
        )
        if self._link.blocked or self._link.backlog_bytes > LARGEST_BACKLOG_BYTES:
            raise Busy("the broker takes no messages at the moment; nothing was asked", retry_after_s=5)
        try:
            self._link.publish(message, str(question), mandatory=True)
        except CONNECTION_ERRORS as error:
            raise Unavailable("the connection to the broker was lost; nothing was asked") from error

    def _read(self) -> None:
        try:
            self._link.read()
        except CONNECTION_ERRORS:
            self.lost = True
        self._link.drop()
        self._fail()

    def _replied(self, message: Any) -> None:
        self._settle(message, message.body or b"")

    def _returned(self, error: Any, exchange: str, routing_key: str, message: Any) -> None:
        service = routing_key.partition(".")[0]
        self._settle(message, Unavailable(f"nobody answers for {service}: it has no queue at the broker"))

    def _settle(self, message: Any, reply: Any) -> None:
        waiting = self.pending.pop(message.properties.get("correlation_id"), None)
        if waiting is not None:
            waiting.send(reply)

    def _fail(self) -> None:
        for waiting in list(self.pending.values()):
            if not waiting.ready():
                waiting.send(OutcomeUnknown("the connection to the broker was lost before the answer came"))


class AmqpTransport:
    """Calls to whichever services are at the broker; a lost connection is made again by the next call."""

    def __init__(self, uri: str, name: str) -> None:
        self._uri, self._name = uri, name
        self._line: _Line | None = None
        self._connecting = Semaphore()
        metrics.PENDING.labels(name).set_function(
            lambda: 0 if self._line is None else len(self._line.pending)
        )

    def call(self, question: Question) -> bytes:
        """The body of the reply. Raises Unavailable (at once when there is no such service), Busy while the
        broker takes nothing, OutcomeUnknown when the connection is lost before the answer, DeadlineExceeded."""
        until = monotonic() + question.timeout_s
        line = self._line
        if line is None or line.lost:
            line = self._connected(question.timeout_s)
        return line.call(question, until)

    def close(self) -> None:
        """Close the connection, if there is one."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _connected(self, timeout_s: float) -> _Line:
        late = Unavailable("the broker does not answer; nothing was asked")
        with eventlet.Timeout(timeout_s, late), self._connecting:
            if self._line is None or self._line.lost:
                self._line = None
                try:
                    self._line = _Line(self._uri, self._name)
                except CONNECTION_ERRORS as error:
                    raise Unavailable("the broker is away; nothing was asked") from error
            return self._line
