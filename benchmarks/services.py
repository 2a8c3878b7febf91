"""The two services of the benchmark, as anybody would write them: one commits rows and publishes, one reacts.

Their event is registered here alone; the product does not know it.
"""

import os
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, TextIO

from marshmallow import Schema, fields
from sqlalchemy import event as hooks
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.database import sessions
from shared.database.tables import NOW, Instant
from shared.events import Event, event_type
from shared.messaging import Fact, handles, publish
from shared.rpc import Call, rpc
from shared.service import Service
from shared.service_names import service_class

SOURCE, EFFECT, IDLE = "bench_source", "bench_effect", "bench_idle"
NAME = "x" * 180  # an event of about 200 bytes, as the peers send
ROW = "INSERT INTO source (n) VALUES (%s)"
EFFECTS_FILE = "BENCH_EFFECTS"  # where the moments go at which effects were committed, if somebody wants them


class SourceBase(DeclarativeBase):
    """The tables of the source."""


class EffectBase(DeclarativeBase):
    """The tables of the effect."""


class SourceRow(SourceBase):
    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]


class EffectRow(EffectBase):
    __tablename__ = "effect"
    id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant, server_default=NOW)


@event_type(f"{SOURCE}.thing.happened.v1", subject="thing", key="n")
class Happened(Event):
    """Something happened, as far as the benchmark is concerned."""

    n: int
    name: str


class Numbers(Schema):
    first = fields.Integer(required=True)
    count = fields.Integer(required=True)
    mapped = fields.Boolean(load_default=False)


class Moment(Schema):
    at = fields.Float(metadata={"description": "Unix seconds, after the last commit."})


class Echo(Schema):
    n = fields.Integer(required=True)


class Spent(Schema):
    cpu_s = fields.Float()


class Benchmarked(Service):
    """What both have beside their work; nobody here hears of people."""

    person_merged = person_separated = None  # type: ignore[assignment]

    @rpc(None, Spent, idempotent=True)
    def spent(self, call: Call) -> dict[str, Any]:
        """Processor time of this process so far."""
        return {"cpu_s": time.process_time()}


class BenchSource(Benchmarked):
    """Commits rows and publishes."""

    name = SOURCE

    @rpc(Numbers, Moment)
    def produce(self, call: Call, first: int, count: int, mapped: bool) -> dict[str, Any]:
        """Commit a row and publish an event, so many times, each in a transaction of its own."""
        for n in range(first, first + count):
            store([n], mapped=mapped)
        return {"at": time.time()}

    @rpc(Echo, Echo, idempotent=True)
    def echo(self, call: Call, n: int) -> dict[str, Any]:
        """Give the number back."""
        return {"n": n}


class BenchEffect(Benchmarked):
    """Commits a row for each event."""

    name = EFFECT

    @handles(Happened)
    def happened(self, session: Session, fact: Fact[Happened]) -> None:
        """The effect."""
        session.add(EffectRow(n=fact.event.n))
        if EFFECTS_FILE in os.environ:
            hooks.listen(session, "after_commit", lambda _: _note(fact.event.n), once=True)


def store(numbers: Iterable[int], *, mapped: bool = False) -> None:
    """One transaction that commits a row and publishes an event for each number.

    The row is written by the statement that the peers use, or as a mapped object, as the services of the product do.
    """
    with sessions(SOURCE)() as session, session.begin():
        for n in numbers:
            if mapped:
                session.add(SourceRow(n=n))
            else:
                session.connection().exec_driver_sql(ROW, (n,))
            publish(session, Happened(occurred_at=datetime.now(UTC), n=n, name=NAME))


def class_of(service: str) -> type[Service]:
    """The class of a service; the idle one is itt by another name, so that it takes no event from the real one."""
    if service == IDLE:
        return type("Idle", (service_class("itt"),), {"name": IDLE, "__doc__": "itt, with nothing to do."})
    return {SOURCE: BenchSource, EFFECT: BenchEffect}[service]


def _note(n: int) -> None:
    _notes().write(f"{n} {time.time()}\n")


@cache
def _notes() -> TextIO:
    return open(os.environ[EFFECTS_FILE], "a", buffering=1)
