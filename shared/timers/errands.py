"""``@errand("kind")``: a deadline whose work is a call to the outside, which no transaction may wait for.

The method gets no session. It asks, and gives back what is to be noted: that runs in one transaction, with the removal
of the deadline. A process that dies in between asks again: each errand needs an id by which the other side knows that
it was asked before. Errands run beside the timers of their service, a few at a time, so a slow answer holds up nobody.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from eventlet import Timeout
from nameko.extensions import Entrypoint, SharedExtension
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
from shared.timers.table import hold, put_off, record_failure, remove, take_due

log = structlog.get_logger()
Note = Callable[[Session], None]
POLL_S, WORKERS, GRACE_S = 1.0, 3, 2.0
# So long an errand is its worker's alone; longer than any call to the outside may take.
HELD_S = 120.0


class Away(Exception):
    """The other side does not answer: tried again with longer and longer pauses, and never given up.

    ``after_s``: how long the other side asks to be left alone, in seconds. The text may hold nothing personal.
    """

    def __init__(self, reason: str, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.after_s = after_s


class ErrandLoop(SharedExtension):
    """Runs the errands that are due, in the process that is active for the service."""

    consumer = InboxConsumer()

    def __init__(self) -> None:
        super().__init__()
        self._methods: dict[str, str] = {}
        self._stopping = False
        self._interrupted: int | None = None
        self._threads: list[Any] = []

    def setup(self) -> None:
        self.service: str = self.container.service_cls.name

    def add(self, kind: str, method: str) -> None:
        """The method is called for errands of this kind."""
        self._methods[kind] = method

    def start(self) -> None:
        if self._methods and not settings().demo_clock:
            spawn = self.container.spawn_managed_thread
            self._threads = [spawn(self.run, identifier=f"errands {self.service}") for _ in range(WORKERS)]
        if self._methods:
            metrics.known(self.service, list(self._methods))

    def stop(self) -> None:
        """What is on its way for longer than a moment is left: it is asked again by whoever is active next."""
        self._stopping = True
        for thread in self._threads:
            with Timeout(GRACE_S, False):
                thread.wait()
            thread.kill()

    def run(self) -> None:
        """Look once a second; a database that is away is waited for."""
        while not self._stopping:
            time.sleep(POLL_S)
            try:
                self.fire(datetime.now(UTC))
            except SQLAlchemyError as error:
                if not is_transient(error):
                    raise
                log.warning("errands.interrupted", service=self.service, error=type(error).__name__)

    def fire(self, now: datetime) -> int:
        """Run all that are due until ``now``, one after the other; gives how many were."""
        fired = 0
        while self._may_begin() and (row := self._begin(now)) is not None:
            fired += self._run(row, now)
        return fired

    def _may_begin(self) -> bool:
        return self.consumer.active and not self._stopping and maintenance.resting(self.service) is None

    def _begin(self, now: datetime) -> Any | None:
        """Take one, in a transaction of its own: for a while nobody else does."""
        if not self._methods:
            return None
        with sessions(self.service)() as session, session.begin():
            row = take_due(session, now, list(self._methods), (), self._interrupted)
            if row is not None:
                hold(session, row, HELD_S)
            return row

    def _run(self, row: Any, now: datetime) -> bool:
        self._interrupted = None
        try:
            if row.starts >= failures.MAX_STARTS:
                raise failures.Died(f"the process went down {row.starts - 1} times on this errand")
            return self._carry_out(row, row.at if settings().demo_clock else now)
        except Away as away:
            self._put_off(row, away)
        except Exception as error:
            if isinstance(error, SQLAlchemyError) and is_transient(error):
                self._interrupted = row.id
                raise
            self._failed(row, error)
        return False

    def _carry_out(self, row: Any, when: datetime) -> bool:
        """Ask outside any transaction, then note the answer in one, unless it is not wanted any more."""
        began = time.perf_counter()
        begins = Context(new_correlation_id(), f"errand:{row.kind}", traceparent=child_of(None))
        with bound(begins):
            note = getattr(self.consumer.instance(), self._methods[row.kind])(when, row.subject)
            failpoint(f"errand.{row.kind}.asked")
            with self.consumer.inbox.turn(), sessions(self.service)() as session, session.begin():
                if not remove(session, row):
                    return False
                with Guard(session) as guard:
                    note(session)
                    guard.check()
        metrics.fired(self.service, row.kind, time.perf_counter() - began)
        return True

    def _put_off(self, row: Any, away: Away) -> None:
        delays = settings().retry_delays_s
        pause_s = max(away.after_s, delays[min(row.attempts, len(delays) - 1)])
        metrics.FAILED.labels(self.service, row.kind).inc()
        with sessions(self.service)() as session, session.begin():
            put_off(session, row, timedelta(seconds=pause_s), failures.describe(away))
        told = {"kind": row.kind, "reason": str(away), "attempts": row.attempts + 1, "again_in_s": pause_s}
        log.warning("errand.put_off", service=self.service, **told)

    def _failed(self, row: Any, error: Exception) -> None:
        """A fault of ours: tried again like a timer, then parked."""
        metrics.FAILED.labels(self.service, row.kind).inc()
        after = failures.verdict(error, row.attempts + 1)
        with sessions(self.service)() as session, session.begin():
            record_failure(session, row, row.attempts + 1, failures.describe(error), after)
        log.error("errand.failed", service=self.service, kind=row.kind, state=after["state"], exc_info=error)
        if after["state"] == "parked":
            metrics.PARKED.labels(self.service).inc()


class Errand(Entrypoint):
    """Registers the method with the service's loop."""

    loop = ErrandLoop()

    def __init__(self, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(**kwargs)

    def setup(self) -> None:
        self.loop.add(self.kind, self.method_name)


errand = Errand.decorator
