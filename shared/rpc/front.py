"""Where the calls to one service come in from RabbitMQ, and its replies go out."""

from collections.abc import Callable
from random import uniform
from typing import Any

import eventlet
from amqp import Message, spec
from eventlet.event import Event

from shared.errors import Invalid
from shared.logs import get_logger
from shared.rpc import amqp, limits, metrics, wire
from shared.rpc.amqp import CONNECTION_ERRORS, Link
from shared.rpc.dispatch import Dispatcher
from shared.rpc.replies import Key, Replies
from shared.rpc.wire import Request
from shared.rpc.workers import Workers

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
CANCEL_S = 5
HEARTBEATS_UNTIL_NOTICED = 3  # then the broker has given a connection up that is dead, and delivers again


class AmqpFront:
    """One connection and channel for a service's requests, made again with back-off when it is lost.

    A request that is delivered again, because our connection was lost in between, is not run again when this
    process is still at it or has answered it: its reply goes out by the new connection.
    """

    def __init__(self, dispatcher: Dispatcher, uri: str, most_deliveries: int) -> None:
        self._dispatcher, self._uri, self._most_deliveries = dispatcher, uri, most_deliveries
        self.workers = Workers()
        self._reader: Any = None
        self.link: Link | None = None
        self._replies = Replies(2 * most_deliveries, HEARTBEATS_UNTIL_NOTICED * amqp.HEARTBEAT_S)
        self._log = get_logger(__name__).bind(service=dispatcher.service)
        self.ready = False

    def start(self, spawn: Callable[[Callable[[], None]], Any] = eventlet.spawn) -> None:
        """Take requests from now on, as soon as the broker is there."""
        self._reader = spawn(self._serve)

    def stop(self, grace_s: float) -> None:
        """Take no more; what runs gets ``grace_s`` seconds to finish and answer, then it is killed."""
        if self.link is not None:
            self._cancel(self.link)
        self.workers.wait(grace_s)
        if (link := self._end()) is not None:
            link.close()

    def kill(self) -> None:
        """Stop at once: what runs is rolled back, and the broker delivers it again elsewhere."""
        if (link := self._end()) is not None:
            link.drop()

    def _end(self) -> Link | None:
        self.ready = False
        self.workers.kill()
        if self._reader is not None:
            self._reader.kill()
        link, self.link = self.link, None
        return link

    def _cancel(self, link: Link) -> None:
        """Stop the deliveries; those that were under way still arrive before the broker's word."""
        cancelled = Event()
        link.channel.cancelled = cancelled.send
        try:
            link.channel.send_method(spec.Basic.Cancel, "sb", (self._queue, False))
        except CONNECTION_ERRORS:
            return
        cancelled.wait(CANCEL_S)

    @property
    def _queue(self) -> str:
        return limits.QUEUE.format(self._dispatcher.service)

    def _serve(self) -> None:
        pause_s = SHORTEST_PAUSE_S
        while True:
            try:
                self._listen()
            except CONNECTION_ERRORS as error:
                pause_s = SHORTEST_PAUSE_S if self.ready else min(pause_s * 2, LONGEST_PAUSE_S)
                self.ready = False
                self._log.warning(
                    "no connection for calls", delay_s=round(pause_s, 1), error=type(error).__name__
                )
            self._lost()
            eventlet.sleep(uniform(pause_s / 2, pause_s))

    def _lost(self) -> None:
        link, self.link = self.link, None
        self._replies.hold_all()
        if link is not None:
            link.drop()

    def _listen(self) -> None:
        self.link = link = Link(self._uri, f"{self._dispatcher.service} rpc")
        link.channel.undecodable = lambda: self._drop("undecodable")
        declare(link, self._dispatcher.service)
        link.channel.basic_qos(0, self._most_deliveries, False)
        link.channel.basic_consume(self._queue, consumer_tag=self._queue, callback=self._take)
        self.ready = True
        link.read()

    def _take(self, message: Any) -> None:
        self.workers.run(self._work, message)

    def _work(self, message: Any) -> None:
        properties = message.properties
        key = (properties.get("reply_to") or "", properties.get("correlation_id") or "")
        if not key[0]:
            self._drop("no reply_to")
            self._acknowledge(message)
        elif not message.delivery_info["redelivered"]:
            self._answer(key, message)
        elif (body := self._replies.sent(key)) is not None:
            self._reply(key, body, message)
        elif not self._replies.again(key, message):
            self._answer(key, message)

    def _answer(self, key: Key, message: Any) -> None:
        properties, info = message.properties, message.delivery_info
        if not key[1] or properties.get("content_type") != limits.CONTENT_TYPE:
            self._drop("malformed")
            told = Invalid("a request needs a correlation id, and application/json as its content type")
            self._reply(key, wire.error_body(told), message)
            return
        method = info["routing_key"].partition(".")[2]
        headers = properties.get("application_headers") or {}
        request = Request(method, message.body or b"", headers, key[1], info["redelivered"])
        mine = self._replies.begin(key, message)
        try:
            self._dispatcher.answer(request, lambda body: self._answered(key, body, message, mine))
        finally:  # When it was killed, its transaction is rolled back.
            if mine:
                self._replies.give_up(key)

    def _answered(self, key: Key, body: bytes, message: Any, mine: bool) -> None:
        self._reply(key, body, self._replies.end(key, body) if mine else message)
        eventlet.sleep(0)  # The reply goes out before anything is noted of it.

    def _reply(self, key: Key, body: bytes, message: Any) -> None:
        """Without a connection the reply waits for the request, which the broker will deliver again."""
        reply = Message(
            body,
            content_type=limits.CONTENT_TYPE,
            content_encoding="utf-8",
            delivery_mode=1,
            correlation_id=key[1],
        )
        try:
            if self.link is not None:
                self.link.publish(reply, key[0])
        except CONNECTION_ERRORS:
            self._replies.hold(key)
            return
        if not self._acknowledge(message):
            self._replies.hold(key)

    def _acknowledge(self, message: Any) -> bool:
        """False: a delivery of a lost connection cannot be acknowledged, and the broker delivers it again."""
        if self.link is None or message.channel is not self.link.channel:
            return False
        try:
            message.channel.basic_ack(message.delivery_info["delivery_tag"])
        except CONNECTION_ERRORS:
            return False
        return True

    def _drop(self, reason: str) -> None:
        metrics.DROPPED.labels(self._dispatcher.service, reason).inc()
        self._log.warning("a request or reply was dropped", reason_code=reason)


def declare(link: Link, service: str) -> None:
    """The exchange and the queue of a service's RPC, just as Nameko 2.14 declares them."""
    queue = limits.QUEUE.format(service)
    link.exchange_is_there()
    link.channel.queue_declare(queue, durable=True, auto_delete=False)
    link.channel.queue_bind(queue, limits.EXCHANGE, f"{service}.*")
