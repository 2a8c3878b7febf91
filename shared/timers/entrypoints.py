"""``@timer("kind")``: a method that is called when a deadline of that kind has come."""

import time
from datetime import UTC, datetime
from typing import Any

import structlog
from nameko.extensions import Entrypoint, SharedExtension
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared import maintenance
from shared.config import settings
from shared.context import Context, bound, child_of, new_correlation_id
from shared.database import sessions
from shared.database.faults import is_transient
from shared.messaging import failures
from shared.messaging.consumer import InboxConsumer
from shared.messaging.guard import Guard
from shared.testing.failpoints import failpoint
from shared.timers import metrics
from shared.timers.table import record_failure, remove, take_due

log = structlog.get_logger()
POLL_S = 1.0
# A lost start is lost with the server alone: a process that dies leaves it, and nobody waits for the disk.
NO_WAIT = text("SET LOCAL synchronous_commit = off")


class TimerLoop(SharedExtension):
    """Fires what is due, in the process that is active for the service."""

    consumer = InboxConsumer()

    def __init__(self) -> None:
        super().__init__()
        self._methods: dict[str, str] = {}
        self._stopping = False
        self._interrupted: int | None = None
        self._thread: Any = None

    def setup(self) -> None:
        self.service: str = self.container.service_cls.name

    def add(self, kind: str, method: str) -> None:
        """The method is called for deadlines of this kind."""
        self._methods[kind] = method

    def start(self) -> None:
        metrics.known(self.service, list(self._methods))
        if not settings().demo_clock and self._methods:
            self._thread = self.container.spawn_managed_thread(self.run, identifier=f"timers {self.service}")

    def stop(self) -> None:
        self._stopping = True
        if self._thread is not None:
            self._thread.wait()

    def run(self) -> None:
        """Look once a second; a database that is away is waited for."""
        while not self._stopping:
            time.sleep(POLL_S)
            if self.consumer.active and maintenance.resting(self.service) is None:
                try:
                    self.fire(datetime.now(UTC))
                except SQLAlchemyError as error:
                    if not is_transient(error):
                        raise
                    log.warning("timers.interrupted", service=self.service, error=type(error).__name__)

    def fire(self, now: datetime) -> int:
        """Fire all that is due until ``now``, each in a transaction of its own; gives how many were."""
        fired, failed = 0, list[int]()
        while not self._stopping:
            with self.consumer.inbox.turn(), sessions(self.service)() as session:
                row = self._begin(session, now, failed)
                if row is None:
                    break
                fired += self._run(session, row, now, failed)
        return fired

    def _begin(self, session: Session, now: datetime, failed: list[int]) -> Any | None:
        """Say that it starts, in a transaction of its own, before anything of it runs."""
        with session.begin():
            row = take_due(session, now, list(self._methods), failed, self._interrupted)
            if row is not None:
                session.execute(NO_WAIT)
            return row

    def _run(self, session: Session, row: Any, now: datetime, failed: list[int]) -> bool:
        """Call it; what it raises is recorded, unless the database is away: that is no attempt."""
        self._interrupted = None
        try:
            if row.starts >= failures.MAX_STARTS:
                raise failures.Died(f"the process went down {row.starts - 1} times while it fired this")
            began = time.perf_counter()
            with session.begin():
                if not (remove(session, row) and self._call(session, row, now)):
                    return False
            metrics.fired(self.service, row.kind, time.perf_counter() - began)
            return True
        except SQLAlchemyError as error:
            if is_transient(error):
                self._interrupted = row.id
                raise
            self._failed(session, row, error, failed)
        except Exception as error:  # noqa: BLE001 - a deadline is kept, and tried again
            self._failed(session, row, error, failed)
        return False

    def _call(self, session: Session, row: Any, now: datetime) -> bool:
        when = row.at if settings().demo_clock else now
        begins = Context(new_correlation_id(), f"timer:{row.kind}", traceparent=child_of(None))
        with bound(begins), Guard(session) as guard:
            getattr(self.consumer.instance(), self._methods[row.kind])(session, when, row.subject)
            guard.check()
        failpoint(f"timer.{row.kind}.{row.subject}")
        return True

    def _failed(self, session: Session, row: Any, error: Exception, failed: list[int]) -> None:
        """The row stays: the transaction of the call was rolled back. After the last delay it is parked."""
        failed.append(row.id)
        metrics.FAILED.labels(self.service, row.kind).inc()
        after = failures.verdict(error, row.attempts + 1)
        with session.begin():
            record_failure(session, row, row.attempts + 1, failures.describe(error), after)
        log.error("timer.failed", service=self.service, kind=row.kind, state=after["state"], exc_info=error)
        if after["state"] == "parked":
            metrics.PARKED.labels(self.service).inc()


class Timer(Entrypoint):
    """Registers the method with the service's loop."""

    loop = TimerLoop()

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def setup(self) -> None:
        self.loop.add(self.kind, self.method_name)


timer = Timer.decorator
