"""``@timer("kind")``: a method that is called when a deadline of that kind has come."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from nameko.extensions import Entrypoint, SharedExtension
from sqlalchemy import func, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shared.config import settings
from shared.context import Context, bound, new_correlation_id
from shared.database import sessions
from shared.database.faults import is_transient
from shared.database.tables import DUE
from shared.messaging.consumer import InboxConsumer
from shared.messaging.guard import Guard
from shared.timers.table import take_due

log = structlog.get_logger()
POLL_S, RETRY_S = 1.0, 60


class TimerLoop(SharedExtension):
    """Fires what is due, in the process that is active for the service."""

    consumer = InboxConsumer()

    def __init__(self) -> None:
        super().__init__()
        self._methods: dict[str, str] = {}
        self._stopping = False
        self._thread: Any = None

    def setup(self) -> None:
        self.service: str = self.container.service_cls.name

    def add(self, kind: str, method: str) -> None:
        """The method is called for deadlines of this kind."""
        self._methods[kind] = method

    def start(self) -> None:
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
            if self.consumer.active:
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
            row = None
            with self.consumer.inbox.turn(), sessions(self.service)() as session:
                try:
                    with session.begin():
                        row = take_due(session, now, list(self._methods), failed)
                        if row is None:
                            return fired
                        self._call(session, row, now)
                    fired += 1
                except SQLAlchemyError as error:
                    if row is None or is_transient(error):
                        raise
                    self._failed(session, row, error, failed)
                except Exception as error:  # noqa: BLE001 - a deadline is kept, and tried again
                    self._failed(session, row, error, failed)
        return fired

    def _call(self, session: Session, row: Any, now: datetime) -> None:
        session.execute(DUE.delete().where(DUE.c.id == row.id))
        when = row.at if settings().demo_clock else now
        with bound(Context(new_correlation_id(), f"timer:{row.kind}")), Guard(session) as guard:
            getattr(self.consumer.instance(), self._methods[row.kind])(session, when, row.subject)
            guard.check()

    def _failed(self, session: Session, row: Any, error: Exception, failed: list[int]) -> None:
        """The row stays, and is tried again after a minute: the transaction of the call was rolled back."""
        failed.append(row.id)
        log.error("timer.failed", service=self.service, kind=row.kind, exc_info=error)
        again = func.clock_timestamp() + timedelta(seconds=RETRY_S)
        with session.begin():
            session.execute(
                update(DUE).where(DUE.c.id == row.id).values(attempts=DUE.c.attempts + 1, retry_at=again)
            )


class Timer(Entrypoint):
    """Registers the method with the service's loop."""

    loop = TimerLoop()

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def setup(self) -> None:
        self.loop.add(self.kind, self.method_name)


timer = Timer.decorator
