"""The relay: one process of a service publishes its outbox in order, and moves what is confirmed to the log."""

import time
from typing import Any
from uuid import UUID

import eventlet
import psycopg2
import structlog
from amqp.exceptions import AMQPError
from eventlet.patcher import original
from nameko.extensions import DependencyProvider
from psycopg2.extras import register_uuid

from shared.config import settings
from shared.database import connect, database_url
from shared.database.seats import RELAY, Seat
from shared.messaging import embedded, metrics, outbox
from shared.messaging.broker import Publisher
from shared.messaging.envelope import Envelope
from shared.testing.failpoints import failpoint

log = structlog.get_logger()
register_uuid()  # type: ignore[no-untyped-call]
os = original("os")  # the pipe never blocks; green threads may not write to the same file at the same time

CHANNEL = "continuum_outbox"
POLL_S, FULL_SCAN_S, COALESCE_S, HELD_S, STOP_S = 0.5, 1.0, 0.01, 5.0, 5.0
PACE_S = 0.02  # while events keep coming, a window is claimed that often: what comes in between goes together

CLAIM = """
WITH seen AS MATERIALIZED (
    SELECT pg_snapshot_xmin(now)::text::bigint AS running, pg_snapshot_xmax(now)::text::bigint AS begun
    FROM pg_current_snapshot() AS now
)
SELECT id, event_id, type, subject, sequence, headers, payload::text, seen.running, seen.begun
FROM outbox o, seen
WHERE id > %s AND id <> ALL (%s::bigint[]) AND (not_before IS NULL OR not_before <= clock_timestamp())
{held}
ORDER BY id LIMIT %s
"""
NOT_BEHIND = """AND NOT EXISTS (SELECT FROM outbox h WHERE h.not_before IS NOT NULL
                                AND h.subject = o.subject AND h.id < o.id)"""
MOVE = """
WITH moved AS (DELETE FROM outbox WHERE id = ANY(%s) RETURNING *)
INSERT INTO event_log (id, event_id, type, subject, sequence, headers, payload, not_before, created_at)
SELECT id, event_id, type, subject, sequence, headers, payload, not_before, created_at FROM moved
ON CONFLICT DO NOTHING
"""
HOLD = "UPDATE outbox SET not_before = clock_timestamp() + %s * interval '1 second' WHERE id = ANY(%s)"

Row = tuple[int, Envelope]


class Relay(DependencyProvider):
    """Runs beside the service for as long as it lives; is at work in one process of the service at a time."""

    def setup(self) -> None:
        self.service: str = self.container.service_cls.name
        self._readable, self._writable = os.pipe()
        os.set_blocking(self._readable, False)
        self._stopping = self._working = self._woken = False
        self._thread: Any = None
        self._notifying = self._untold = False
        self._notified_at = 0.0
        self._notify: Any = None
        self.publisher: Publisher | None = None

    def start(self) -> None:
        metrics.relay_known(self.service)
        outbox.on_commit(self.service, self.committed)
        self._thread = self.container.spawn_managed_thread(self.run, identifier=f"relay {self.service}")

    def stop(self) -> None:
        outbox.on_commit(self.service, None)
        self._stopping = True
        self._wake()
        if self._thread is not None:
            with eventlet.Timeout(
                STOP_S, False
            ):  # a broker that takes nothing is not waited for: the rows stay
                self._thread.wait()

    # --- waking up

    def committed(self) -> None:
        """A transaction with events was committed here: wake the relay, in this process or in another."""
        if self._working:
            self._wake()
        elif settings().amqp_uri:
            self._tell_others()

    def _wake(self) -> None:
        if not self._woken:
            self._woken = True
            os.write(self._writable, b".")

    def _tell_others(self) -> None:
        """NOTIFY in a statement of its own, at once, but at most one in 10 ms."""
        self._untold = True
        if not self._notifying:
            self._notifying = True
            self.container.spawn_managed_thread(self._send_notifies)

    def _send_notifies(self) -> None:
        while self._untold:
            time.sleep(max(0.0, self._notified_at + COALESCE_S - time.monotonic()))
            self._untold = False
            self._send_notify()
            self._notified_at = time.monotonic()
        self._notifying = False

    def _send_notify(self) -> None:
        """The relay looks every 500 ms anyhow, should this fail."""
        try:
            if self._notify is None or self._notify.closed:
                self._notify = connect(database_url(self.service), f"{self.service} notify")
                self._notify.autocommit = True
            with self._notify.cursor() as cursor:
                cursor.execute(f'NOTIFY "{CHANNEL}"')
        except psycopg2.Error:
            self._notify = None

    def _sleep(self, seat: Seat, seconds: float = POLL_S) -> None:
        seat.wait(seconds, self._readable)
        if self._woken:
            os.read(self._readable, 4096)
            self._woken = False

    # --- the work

    def run(self) -> None:
        """Until the service stops: sit down, publish; on any fault of a connection, begin again."""
        pause = 0.1
        while not self._stopping:
            seat = None
            try:
                seat = Seat(self.service, RELAY)
                self._wait_for(seat)
                pause = 0.1
                self._publish_until_stopped(seat)
            except (psycopg2.Error, AMQPError, OSError) as error:
                metrics.INTERRUPTED.labels(self.service, "relay").inc()
                log.warning("relay.interrupted", service=self.service, error=type(error).__name__)
                time.sleep(pause)
                pause = min(pause * 2, 5.0)
            finally:
                self._set_working(False)
                self._close(seat)

    def _close(self, seat: Seat | None) -> None:
        if self.publisher is not None:
            self.publisher.close()
            self.publisher = None
        if seat is not None:
            seat.close()

    def _wait_for(self, seat: Seat) -> None:
        while not self._stopping and not seat.take():
            self._sleep(seat)
        seat.listen(CHANNEL)
        self._set_working(True)

    def _set_working(self, working: bool) -> None:
        self._working = working
        metrics.RELAYING.labels(self.service).set(int(working))

    def _publish_until_stopped(self, seat: Seat) -> None:
        self._forget_floor()
        self._holding = True
        underway: list[Row] = []
        number = 0
        if settings().amqp_uri:
            self.publisher = Publisher(self.service)
        while not self._stopping:
            begun = time.monotonic()
            rows = self._claim(seat, underway)
            if rows and self.publisher is not None:
                next_number = self.publisher.send([envelope for _, envelope in rows])
            if underway:
                self._settle(seat, underway, number)
            if rows and self.publisher is None:
                embedded.deliver([envelope for _, envelope in rows])
                self._move(seat, rows)
                rows = []
            underway, number = rows, next_number if rows else 0
            if not rows:
                self._idle(seat)
            elif 1 < len(rows) < settings().relay_window:
                time.sleep(max(0.0, begun + PACE_S - time.monotonic()))
        if underway:
            self._settle(seat, underway, number)

    def _idle(self, seat: Seat) -> None:
        self._forget_floor()
        if self.publisher is not None:
            self.publisher.beat()
        self._sleep(seat)

    def _claim(self, seat: Seat, underway: list[Row]) -> list[Row]:
        """The next window in id order. Those that were held are looked for every second."""
        if time.monotonic() > self._full_scan_at:
            self._forget_floor()
        asked = (self._floor, [id_ for id_, _ in underway], settings().relay_window)
        with seat.connection.cursor() as cursor:
            cursor.execute(CLAIM.format(held=NOT_BEHIND if self._holding else ""), asked)
            found = cursor.fetchall()
        rows = [(r[0], Envelope(r[1], self.service, r[2], r[3], r[4], r[6], r[5])) for r in found]
        if rows:
            self._raise_floor(rows[-1][0], *found[0][7:9])
        return rows

    def _forget_floor(self) -> None:
        self._floor = self._next_floor = self._settled_from = 0
        self._full_scan_at = time.monotonic() + FULL_SCAN_S

    def _raise_floor(self, claimed: int, running: int, begun: int) -> None:
        """Old rows are skipped for speed alone, and only ids below which nobody can commit a row any more.

        A lower id may be committed after a higher one, and the next event of its subject right after it: the floor
        rises to a claimed id when every transaction that had begun at that claim is over.
        """
        if self._next_floor and running >= self._settled_from:
            self._floor, self._next_floor = min(self._next_floor, claimed), 0
        if not self._next_floor:
            self._next_floor, self._settled_from = claimed, begun

    def _settle(self, seat: Seat, rows: list[Row], number: int) -> None:
        assert self.publisher is not None
        started = time.monotonic()
        self.publisher.wait(number)
        failpoint("relay.published")
        metrics.CONFIRM.labels(self.service).observe(time.monotonic() - started)
        if self.publisher.returned:
            rows = self._hold_returned(seat, rows)
        self._move(seat, rows)

    def _hold_returned(self, seat: Seat, rows: list[Row]) -> list[Row]:
        """What came back for want of a queue: nobody is declared to listen, or the row is held and alerted."""
        assert self.publisher is not None
        with seat.connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT type FROM subscriber")
            declared = {type_ for (type_,) in cursor.fetchall()}
            came_back = [r for r in rows if str(r[1].id) in self.publisher.returned]
            self.publisher.returned -= {str(envelope.id) for _, envelope in came_back}
            held = [id_ for id_, envelope in came_back if envelope.type in declared]
            if held:
                cursor.execute(HOLD, (HELD_S, held))
        if held:
            self._holding = True
            metrics.RETURNED.labels(self.service).inc(len(held))
            log.error(
                "relay.returned",
                service=self.service,
                count=len(held),
                types=sorted({e.type for i, e in rows if i in held}),
            )
        return [r for r in rows if r[0] not in held]

    def _move(self, seat: Seat, rows: list[Row]) -> None:
        if not rows:
            return
        with seat.connection.cursor() as cursor:
            cursor.execute(MOVE, ([id_ for id_, _ in rows],))
        metrics.PUBLISHED.labels(self.service).inc(len(rows))


def envelope_from(row: Any, service: str) -> Envelope:
    """The envelope of a row of ``event_log`` or ``outbox``."""
    return Envelope(
        UUID(str(row.event_id)), service, row.type, row.subject, row.sequence, row.payload, row.headers
    )
