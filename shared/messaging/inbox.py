"""The inbox: a batch of events becomes one transaction with the effects of their handlers.

Nothing here knows where the events came from (a broker's queue, the embedded bus, a backfill): ``deliver``
returns when each of them is handled, known already, or stored as a failure of its own.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog
from eventlet.semaphore import Semaphore
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from shared.config import settings
from shared.context import Context, bound, child_of
from shared.database.faults import is_transient
from shared.messaging import failures, metrics
from shared.messaging.envelope import Envelope, known, to_event, to_fact
from shared.messaging.failures import UnknownType
from shared.messaging.guard import Guard
from shared.testing.failpoints import failpoint

log = structlog.get_logger()
T = TypeVar("T")
TURN = 20  # events that are handled at a stretch, before calls to the service get their turn

CLAIM = """
WITH message AS (
    SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bigint[])
        AS m(message_id, source, type, subject, sequence)
), held AS (
    SELECT m.message_id, f.message_id = m.message_id AS stored
    FROM message m JOIN inbox_failure f
      ON f.message_id = m.message_id
      OR (f.subject = m.subject AND f.source = m.source AND f.state <> 'discarded')
), taken AS (
    INSERT INTO inbox (message_id, source, type, subject, sequence)
    SELECT message_id, source, type, subject, sequence FROM message
    WHERE message_id NOT IN (SELECT message_id FROM held)
    ON CONFLICT DO NOTHING RETURNING message_id
)
SELECT m.message_id,
       CASE WHEN t.message_id IS NOT NULL THEN 'taken'
            WHEN EXISTS (SELECT FROM held h WHERE h.message_id = m.message_id AND h.stored) THEN 'known'
            WHEN EXISTS (SELECT FROM inbox i WHERE i.message_id = m.message_id) THEN 'known'
            WHEN EXISTS (SELECT FROM held h WHERE h.message_id = m.message_id) THEN 'behind'
            ELSE 'known' END,
       (SELECT max(i.sequence) FROM inbox i WHERE i.subject = m.subject AND i.source = m.source)
FROM message m LEFT JOIN taken t ON t.message_id = m.message_id
"""
TAKE_ONE = """
INSERT INTO inbox (message_id, source, type, subject, sequence) VALUES (%s::uuid, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
RETURNING coalesce((SELECT max(i.sequence) FROM inbox i
                    WHERE i.subject = inbox.subject AND i.source = inbox.source) > inbox.sequence, false)
"""


class HandlerFailed(Exception):
    """The handler of one event raised: the event alone is to blame."""

    def __init__(self, index: int, error: Exception) -> None:
        super().__init__(str(error))
        self.index, self.error = index, error


class Stopping(Exception):
    """The process is going down: what is not settled stays in the queue."""


class Handlers(Protocol):
    """Where the inbox finds the methods of a service: one instance serves a batch."""

    def instance(self) -> Any: ...

    def methods(self, type_: str) -> Sequence[tuple[str, bool]]:
        """(method, projects) for that type, projections first; empty if nobody listens."""


class Inbox:
    """The inbox of one service in this process. ``deliver`` may be called from many green threads."""

    def __init__(self, service: str, sessions: sessionmaker[Session], handlers: Handlers) -> None:
        self.service = service
        self._sessions, self._handlers = sessions, handlers
        self._alone = Semaphore(1)
        self._failed = 0
        self._observed: dict[str, Callable[[float], None]] = {}
        self.stopping = False

    def turn(self) -> AbstractContextManager[Any]:
        """One at a time: batches, retries and replays of a service do not run beside each other."""
        return self._alone  # type: ignore[no-any-return]

    def deliver(self, envelopes: Iterable[Envelope]) -> None:
        """Settle all. Raises Stopping; waits out a database that is away."""
        with self.turn():
            self._settle(_unlike(envelopes))

    def _settle(self, batch: list[Envelope]) -> None:
        while batch:
            batch = self._through(self._commit, batch)

    def _through(self, work: Callable[[list[Envelope]], None], batch: list[Envelope]) -> list[Envelope]:
        """Commit what can be, store what failed; gives back what is left to do."""
        try:
            self.persist(lambda: work(batch))
        except Stopping:
            raise
        except HandlerFailed as failed:
            before = self._failed
            self._settle(batch[: failed.index])
            if self._failed > before:  # what that one had left in the session may be to blame: ask again
                return batch[failed.index :]
            self._fail(batch[failed.index], failed.error)
            return batch[failed.index + 1 :]
        except Exception as error:  # noqa: BLE001 - at the flush or the commit: nobody knows yet who is to blame
            if len(batch) == 1:
                self._fail(batch[0], error)
                return []
            half = len(batch) // 2
            self._settle(batch[:half])
            return batch[half:]
        return []

    def _fail(self, envelope: Envelope, error: Exception) -> None:
        self._failed += 1
        try:
            self.persist(lambda: failures.store_failed(self._sessions, envelope, error))
        except (SQLAlchemyError, ValueError, TypeError):  # not even the failure can be stored as it is
            self._store_junk(envelope)
        metrics.FAILED.labels(self.service, envelope.type if known(envelope.type) else "unknown").inc()
        log.warning("event.failed", service=self.service, error=type(error).__name__, **envelope.told)

    def _store_junk(self, envelope: Envelope) -> None:
        text = (
            envelope.payload
            if isinstance(envelope.payload, str)
            else envelope.payload.decode("utf-8", "replace")
        )
        why = "the database cannot hold what its headers say"
        self.persist(lambda: failures.store_junk(self._sessions, envelope.id, self.service, text, why))

    def persist(self, work: Callable[[], T]) -> T:
        """Run it, again and again while the database is away or asks for another try: no attempt counts."""
        pause = 0.05
        while True:
            try:
                return work()
            except SQLAlchemyError as error:
                if not is_transient(error):
                    raise
                log.warning("inbox.database_away", service=self.service, error=type(error).__name__)
            if self.stopping:
                raise Stopping
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _commit(self, batch: list[Envelope]) -> None:
        began = time.perf_counter()
        with self._sessions() as session, session.begin():
            fresh = self._claim(session, batch)
            self.run(session, fresh, [batch.index(e) for e, _ in fresh] if len(fresh) < len(batch) else None)
            failpoint("inbox.before_commit")
        failpoint("inbox.committed")
        metrics.BATCH.labels(self.service).observe(time.perf_counter() - began)
        metrics.handled(self.service, [e for e, _ in fresh])

    def _claim(self, session: Session, batch: list[Envelope]) -> list[tuple[Envelope, bool]]:
        """The events that are new here, each with whether it is late; those behind a failure are put to wait."""
        columns = [
            [str(e.id) for e in batch],
            [e.source for e in batch],
            [e.type for e in batch],
            [e.subject for e in batch],
            [e.sequence for e in batch],
        ]
        rows = session.connection().exec_driver_sql(CLAIM, tuple(columns)).all()
        verdicts = {_uuid(row[0]): (row[1], row[2]) for row in rows}
        fresh, highest = [], {e.key: verdicts[e.id][1] or 0 for e in batch}
        for envelope in batch:
            verdict = verdicts[envelope.id][0]
            if verdict == "taken":
                late = envelope.sequence < highest[envelope.key]
                highest[envelope.key] = max(envelope.sequence, highest[envelope.key])
                fresh.append((envelope, late))
            elif verdict == "behind":
                failures.store_behind(session, envelope)
            else:
                metrics.DUPLICATES.labels(self.service).inc()
        return fresh

    def run(
        self,
        session: Session,
        fresh: Sequence[tuple[Envelope, bool]],
        places: list[int] | None = None,
        *,
        only_projections: bool = False,
    ) -> None:
        """Call the methods for each event. Raises HandlerFailed with the event's place in the batch."""
        instance = self._handlers.instance()
        with Guard(session) as guard:
            for nth, (envelope, late) in enumerate(fresh):
                began = time.perf_counter()
                try:
                    self._call(instance, session, envelope, late, only_projections)
                    guard.check()
                except (DBAPIError, StaleDataError, PoolTimeout):
                    raise  # a flush of another event's rows may be to blame: the batch is halved
                except Exception as error:
                    raise HandlerFailed(places[nth] if places else nth, error) from error
                finally:
                    session.publishing = True  # type: ignore[attr-defined]
                self._observe(envelope.type)(time.perf_counter() - began)
                if late:
                    metrics.LATE.labels(self.service).inc()
                if nth % TURN == TURN - 1:
                    time.sleep(0)

    def _observe(self, type_: str) -> Callable[[float], None]:
        if (known := self._observed.get(type_)) is None:
            known = self._observed[type_] = metrics.HANDLER.labels(self.service, type_).observe
        return known

    def _call(
        self, instance: Any, session: Session, envelope: Envelope, late: bool, only_projections: bool
    ) -> None:
        methods = self._handlers.methods(envelope.type)
        if not (methods and known(envelope.type)):
            raise UnknownType(envelope.type)
        fact = to_fact(envelope, to_event(envelope), late=late, demo=settings().demo_clock)
        trace = child_of(envelope.headers.get("traceparent"))
        with bound(Context(fact.correlation_id, fact.actor, str(fact.id), trace)):
            for method, projects in methods:
                if projects or not only_projections:
                    session.publishing = not projects  # type: ignore[attr-defined]
                    getattr(instance, method)(session, fact)

    def run_one(self, session: Session, envelope: Envelope, *, late: bool) -> None:
        """Call the methods for one event, and flush. Raises HandlerFailed for whatever is its own fault."""
        try:
            self.run(session, [(envelope, late)])
            session.flush()
        except SQLAlchemyError as error:
            if is_transient(error):
                raise
            raise HandlerFailed(0, error) from error


def _unlike(envelopes: Iterable[Envelope]) -> list[Envelope]:
    return list({e.id: e for e in envelopes}.values())


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))
