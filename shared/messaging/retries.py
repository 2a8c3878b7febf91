"""Runs what failed before, each event alone: when its time has come, or when nothing stands before it any more."""

import time
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from shared.database.faults import is_transient
from shared.database.tables import INBOX_FAILURE as F
from shared.messaging import failures, metrics
from shared.messaging.envelope import Envelope
from shared.messaging.inbox import TAKE_ONE, HandlerFailed, Inbox
from shared.testing.failpoints import failpoint

log = structlog.get_logger()
SLICE_S, LOOK_AGAIN_S = 0.25, 60.0


class _Gone(Exception):
    """An operator has given the event up in the meantime."""


class Retries:
    """Used by the consumer's own loop alone, so that a retry never runs beside a batch of its service."""

    def __init__(self, inbox: Inbox, sessions: sessionmaker[Session], types: list[str]) -> None:
        self._inbox, self._sessions, self._types = inbox, sessions, types
        self._looked_at = 0.0

    def begin(self) -> None:
        """Types that an older version did not know may be known now; after a day they are parked."""
        self._looked_at = time.monotonic()
        with self._sessions() as session, session.begin():
            failures.wake_unknown(session, self._types)

    def run(self) -> bool:
        """Run what is due, for a quarter of a second: new events do not wait long. Gives whether more may be due."""
        if time.monotonic() > self._looked_at + LOOK_AGAIN_S:
            self.begin()
        end = None
        while not self._inbox.stopping:
            with self._sessions() as session, session.begin():
                rows = failures.due(session, self._types)
            end = end or time.monotonic() + SLICE_S  # To look takes time, too, where thousands wait.
            for row in rows:
                self._attempt(row.message_id)
                if time.monotonic() > end:
                    return True
            if not rows:
                break
        return False

    def alone(self, envelope: Envelope) -> None:
        """A message that was delivered before without an outcome: stored first, then run by itself."""
        self._inbox.persist(lambda: failures.store_suspect(self._sessions, envelope))
        self._attempt(envelope.id)

    def _attempt(self, message_id: UUID) -> None:
        with self._inbox.turn():
            row, starts = self._inbox.persist(lambda: self._begin(message_id))
            if row is not None:
                self._inbox.persist(lambda: self._try(row, starts))

    def _begin(self, message_id: UUID) -> tuple[Any, int]:
        """Say that it starts, in a transaction of its own: if the process dies of it, the next one knows.

        Not now when an earlier event of its subject has failed: it waits behind that.
        """
        with self._sessions() as session, session.begin():
            mine = select(F).where(F.c.message_id == message_id, F.c.state.in_(("retrying", "waiting")))
            row = session.execute(mine.where(failures.first())).one_or_none()
            return (None, 0) if row is None else (row, failures.start(session, message_id))

    def _try(self, row: Any, starts: int) -> None:
        try:
            if starts >= failures.MAX_STARTS - 1:
                raise failures.Died(f"the process went down {starts} times while it handled this event")
            self._handle(row)
        except _Gone:
            return
        except HandlerFailed as failed:
            self._record(row, failed.error)
        except SQLAlchemyError as error:
            if is_transient(error):
                raise
            self._record(row, error)
        except Exception as error:  # noqa: BLE001 - at the flush or the commit; the event is alone, and to blame
            self._record(row, error)

    def _handle(self, row: Any) -> None:
        envelope = failures.envelope_of(row)
        claim = (str(envelope.id), envelope.source, envelope.type, envelope.subject, envelope.sequence)
        with self._sessions() as session, session.begin():
            late = session.connection().exec_driver_sql(TAKE_ONE, claim).scalar()
            mine = (
                delete(F)
                .where(F.c.message_id == envelope.id, F.c.state != "discarded")
                .returning(F.c.message_id)
            )
            if session.scalar(mine) is None:
                raise _Gone
            if late is not None:  # None: handled before, only the note of the failure was left
                self._inbox.run_one(session, envelope, late=bool(late))
            failpoint("inbox.before_commit")
        failpoint("inbox.committed")
        metrics.handled(self._inbox.service, [envelope])

    def _record(self, row: Any, error: Exception) -> None:
        attempts = row.attempts + 1
        with self._sessions() as session, session.begin():
            state = failures.record(session, row.message_id, attempts, error)
        if state == "parked":
            metrics.PARKED.labels(self._inbox.service).inc()
            told = failures.envelope_of(row).told
            log.error("event.parked", service=self._inbox.service, error=type(error).__name__, **told)
