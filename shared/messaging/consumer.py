"""The consumer of a service: sits down as the active one, empties the inbox queue in batches, runs the retries."""

import hashlib
import time
from typing import Any
from uuid import UUID

import psycopg2
import structlog
from amqp.exceptions import AMQPError
from nameko.extensions import SharedExtension
from sqlalchemy.exc import SQLAlchemyError

from shared import maintenance
from shared.broker import Deliveries, Delivery
from shared.config import settings
from shared.database import sessions
from shared.database.faults import is_transient
from shared.database.seats import ACTIVE, Seat
from shared.messaging import embedded, failures, metrics
from shared.messaging.envelope import Envelope, Undecodable
from shared.messaging.inbox import TURN, Inbox, Stopping
from shared.messaging.retries import Retries
from shared.messaging.tolerant import connected, decode, message_of
from shared.messaging.topology import declare_inbox, inbox_of

log = structlog.get_logger()

FULL_ENOUGH, FILL_S, TICK_S, FIRST_PAUSE_S = 50, 0.02, 0.5, 0.1
SUSPECT_AFTER = 2


class InboxConsumer(SharedExtension):
    """One for each service in a process; ``active`` is true where it consumes (elsewhere it stands by)."""

    def setup(self) -> None:
        from shared.messaging.subscriptions import declared

        self.service: str = self.container.service_cls.name
        self._methods: dict[str, list[tuple[str, bool]]] = {}
        self.subscriptions = declared(self.container.service_cls)
        for subscription in self.subscriptions:
            listed = self._methods.setdefault(subscription.type, [])
            listed.append((subscription.method, subscription.projects))
        self.active = self._stopping = False
        self._thread: Any = None

    # --- what the inbox asks for

    def instance(self) -> Any:
        """A fresh instance of the service, with its dependencies, for one batch."""
        made = self.container.service_cls()
        for provider in self.container.dependencies:
            setattr(made, provider.attr_name, provider.get_dependency(None))
        return made

    def methods(self, type_: str) -> list[tuple[str, bool]]:
        """The methods that listen to the type, projections first."""
        return self._methods.get(type_, [])

    # --- life

    def start(self) -> None:
        metrics.consumer_known(self.service, self._methods)
        self.inbox = Inbox(self.service, sessions(self.service), self)
        self.retries = Retries(self.inbox, sessions(self.service), list(self._methods))
        self._thread = self.container.spawn_managed_thread(self.run, identifier=f"inbox {self.service}")

    def stop(self) -> None:
        """Commit or roll back the batch, ack it, close the connection. Never ``basic.cancel``: it breaks the order."""
        self.kill()
        if self._thread is not None:
            self._thread.wait()

    def kill(self) -> None:
        """Begin nothing new; in one process with its sources, they hold what is for it from now on."""
        self._stopping = True
        if self._thread is not None:
            self.inbox.stopping = True
            embedded.leave(self.service)

    def run(self) -> None:
        """Until the service stops: sit down as the active one, work; on any fault of a connection, begin again."""
        self._pause = FIRST_PAUSE_S
        while not self._stopping:
            seat = None
            try:
                seat = Seat(self.service, ACTIVE)
                self._wait_for(seat)
                self._work(seat)
            except Stopping:
                pass
            except (psycopg2.Error, SQLAlchemyError, AMQPError, OSError) as error:
                if isinstance(error, SQLAlchemyError) and not is_transient(error):
                    raise
                metrics.INTERRUPTED.labels(self.service, "inbox").inc()
                log.warning("inbox.interrupted", service=self.service, error=type(error).__name__)
                time.sleep(self._pause)
                self._pause = min(self._pause * 2, 5.0)
            finally:
                self._set_active(False)
                if seat is not None:
                    seat.close()

    def _set_active(self, active: bool) -> None:
        self.active = active
        metrics.ACTIVE.labels(self.service).set(int(active))

    def _wait_for(self, seat: Seat) -> None:
        while not self._stopping and not seat.take():
            time.sleep(TICK_S)
        if not self._stopping:
            self._set_active(True)
            self.retries.begin()

    def _work(self, seat: Seat) -> None:
        from shared.messaging.backfill import backfill

        while not self._stopping:
            self._rest(seat)
            if self._methods and not self._stopping:
                backfill(self)
                if settings().amqp_uri:
                    self._consume(seat)
                else:
                    embedded.join(self.inbox, frozenset(self._methods), self.retries.alone)
            while not self._over():
                self._tick(seat)
                time.sleep(0.1)

    def _over(self) -> bool:
        return self._stopping or maintenance.resting(self.service) is not None

    def _rest(self, seat: Seat) -> None:
        """In maintenance keep the seat and handle nothing: events stay in the queue, or in the outboxes."""
        if maintenance.resting(self.service) is None:
            return
        embedded.leave(self.service)
        log.info("inbox.rests", service=self.service)
        while not self._stopping and maintenance.resting(self.service) is not None:
            seat.check()
            time.sleep(TICK_S)

    def _tick(self, seat: Seat) -> None:
        now = time.monotonic()
        if now >= getattr(self, "_ticked_at", 0.0) + TICK_S:
            self._ticked_at = now
            seat.check()
            if self.retries.run():
                self._ticked_at = 0.0

    # --- the broker

    def _consume(self, seat: Seat) -> None:
        deliveries = Deliveries()
        self._arrived = deliveries.arrived
        with connected(deliveries) as (connection, channel):
            declare_inbox(channel, self.service, self._methods)
            channel.basic_qos(0, settings().inbox_prefetch, False)
            channel.basic_consume(inbox_of(self.service), on_cancel=_cancelled)
            log.info("inbox.active", service=self.service)
            self._pause = FIRST_PAUSE_S
            while not self._over():
                self._fill(connection)
                if self._arrived:
                    batch = self._arrived[: settings().inbox_batch]
                    del self._arrived[: len(batch)]
                    self._settle(channel, batch)
                connection.heartbeat_tick()
                self._tick(seat)

    def _fill(self, connection: Any) -> None:
        """A batch is what has arrived; only after a batch of 50 or more is it worth to wait for more."""
        full = settings().inbox_batch
        busy = getattr(self, "_last", 0) >= FULL_ENOUGH
        try:
            if not self._arrived:
                connection.read(TICK_S)
            end = time.monotonic() + FILL_S
            while len(self._arrived) < full:
                left = end - time.monotonic() if busy else 0
                connection.read(max(left, 0))
        except TimeoutError:
            pass
        self._last = min(len(self._arrived), full)

    def _settle(self, channel: Any, batch: list[Delivery]) -> None:
        together: list[Envelope] = []
        for nth, message in enumerate(batch):
            if nth % TURN == TURN - 1:
                time.sleep(0)
            envelope = self._decode(message)
            if envelope is None:
                continue
            if envelope.deliveries >= SUSPECT_AFTER:
                self.inbox.deliver(together)
                together = []
                self.retries.alone(envelope)
            else:
                together.append(envelope)
        self.inbox.deliver(together)
        channel.basic_ack(batch[-1].tag, multiple=True)

    def _decode(self, delivery: Delivery) -> Envelope | None:
        try:
            return decode(delivery)
        except Undecodable as error:
            id_, text, reason = _junk_id(delivery), delivery.body.decode("utf-8", "replace"), f"{error}"
            self.inbox.persist(
                lambda: failures.store_junk(sessions(self.service), id_, self.service, text, reason)
            )
            return None


def _junk_id(delivery: Delivery) -> UUID:
    """The same for each delivery of a message that has no id that could be read."""
    properties = dict(message_of(delivery).properties)
    headers = dict(properties.pop("application_headers", None) or {})
    headers.pop("x-delivery-count", None)
    said = repr((sorted(properties.items(), key=str), sorted(headers.items(), key=str)))
    return UUID(bytes=hashlib.sha256(delivery.body + said.encode()).digest()[:16])


def _cancelled(consumer_tag: str) -> None:
    raise ConnectionError("the broker cancelled the consumer: its queue was deleted")
