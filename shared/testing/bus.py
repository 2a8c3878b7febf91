"""Several services in one test, without relays, threads or a broker: what they commit travels when the test says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR
from sqlalchemy import text

from shared.context import Context, bound, new_correlation_id
from shared.database import sessions
from shared.database.tables import DUE
from shared.events import Event
from shared.messaging.envelope import Envelope, to_event
from shared.messaging.inbox import Inbox
from shared.messaging.relay import MOVE
from shared.messaging.subscriptions import declared
from shared.timers.entrypoints import Timer
from shared.timers.table import take_due

E = TypeVar("E", bound=Event)
WINDOW = (
    "SELECT id, event_id, type, subject, sequence, headers, payload::text AS payload FROM outbox ORDER BY id"
)


@dataclass
class Clock:
    """Business time that a test moves by hand."""

    now: datetime

    def advance(self, **units: float) -> datetime:
        """Later by so much (the units of ``timedelta``); gives the new moment."""
        self.now += timedelta(**units)
        return self.now


class _Listening:
    """The methods of a service class, as its inbox asks for them."""

    def __init__(self, cls: type[Any]) -> None:
        self._cls, self._methods = cls, dict[str, list[tuple[str, bool]]]()
        for subscription in declared(cls):
            listed = self._methods.setdefault(subscription.type, [])
            listed.append((subscription.method, subscription.projects))

    def instance(self) -> Any:
        return self._cls()

    def methods(self, type_: str) -> list[tuple[str, bool]]:
        return self._methods.get(type_, [])


class Bus:
    """``deliver`` until nothing is left; ``recorded`` are the events that travelled, in order."""

    def __init__(self, *services: type[Any]) -> None:
        self._services = services
        self._listening = {cls.name: _Listening(cls) for cls in services}
        self._inboxes = {n: Inbox(n, sessions(n), listening) for n, listening in self._listening.items()}
        self.recorded: list[Envelope] = []

    def events(self, cls: type[E]) -> list[E]:
        """The events of that class that travelled."""
        return [to_event(e) for e in self.recorded if e.type == cls.TYPE]  # type: ignore[misc]

    def deliver(self) -> None:
        """Carry every committed event to all who listen, and what they publish, until nothing is left.

        Raises AssertionError with what went wrong when a handler failed.
        """
        while any(self._relay(cls.name) for cls in self._services):
            pass
        if failed := list(self._failures()):
            raise AssertionError("\n".join(failed))

    def advance(self, clock: Clock, **units: float) -> None:
        """Move the clock; timers that are due by then fire in the order of their dates, each with what it leads to."""
        until = clock.now + timedelta(**units)
        self.deliver()
        while (first := self._next_due()) is not None and first[0] <= until:
            clock.now = max(clock.now, first[0])
            self._fire(first[1], clock.now)
            self.deliver()
        clock.now = until

    def _relay(self, source: str) -> bool:
        with sessions(source)() as session, session.begin():
            rows = session.execute(text(WINDOW)).all()
        envelopes = [
            Envelope(r.event_id, source, r.type, r.subject, r.sequence, r.payload, r.headers) for r in rows
        ]
        for name, inbox in self._inboxes.items():
            inbox.deliver([e for e in envelopes if self._listening[name].methods(e.type)])
        self.recorded += envelopes
        with sessions(source)() as session, session.begin():
            session.connection().exec_driver_sql(MOVE, ([row.id for row in rows],))
        return bool(rows)

    def _failures(self) -> Iterator[str]:
        for name in self._inboxes:
            with sessions(name)() as session, session.begin():
                for row in session.execute(text("SELECT type, subject, state, error FROM inbox_failure")):
                    yield f"{name}: {row.type} of {row.subject} is {row.state}: {row.error}"

    def _next_due(self) -> tuple[datetime, type[Any]] | None:
        found = []
        for cls in self._services:
            with sessions(cls.name)() as session, session.begin():
                known = session.scalars(
                    DUE.select().with_only_columns(DUE.c.at).where(DUE.c.kind.in_(_timers(cls)))
                )
                found += [(at, cls) for at in known]
        return min(found, key=lambda each: each[0], default=None)

    def _fire(self, cls: type[Any], now: datetime) -> None:
        timers = _timers(cls)
        with sessions(cls.name)() as session, session.begin():
            row = take_due(session, now, list(timers), [])
            assert row is not None
            session.execute(DUE.delete().where(DUE.c.id == row.id))
            with bound(Context(new_correlation_id(), f"timer:{row.kind}")):
                getattr(cls(), timers[row.kind])(session, now, row.subject)


def _timers(cls: type[Any]) -> dict[str, str]:
    """Kind -> method."""
    return {
        entrypoint.kind: name
        for name in dir(cls)
        for entrypoint in getattr(getattr(cls, name), ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(entrypoint, Timer)
    }
