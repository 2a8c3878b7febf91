"""A service to call: each method does one thing that a call can meet. Run as a program it serves until it is killed."""

from typing import Any, ClassVar

import eventlet
from eventlet.event import Event
from marshmallow import Schema, fields
from nameko.containers import ServiceContainer
from sqlalchemy import text

from shared.context import call_ids, correlation_id
from shared.errors import error_types
from shared.rpc import Call, ServiceRpc, rpc

NAME = "rpcprobe"
TABLE = "CREATE TABLE entry (id integer PRIMARY KEY, note text NOT NULL)"


class Number(Schema):
    n = fields.Integer(required=True)


class Entry(Schema):
    id = fields.Integer(required=True)
    note = fields.String(required=True)


class Order(Schema):
    first = fields.Integer(required=True)
    second = fields.Integer(required=True)


class Probe:
    """Entries in a table, and ways to fail."""

    name = NAME
    others = ServiceRpc()
    runs: ClassVar[list[str]] = []
    gate: ClassVar[Any] = Event()
    held: ClassVar[int] = 0
    most_held: ClassVar[int] = 0
    times_held: ClassVar[int] = 0

    @classmethod
    def close(cls) -> None:
        """From now on ``hold`` waits until ``open``."""
        cls.gate, cls.held, cls.most_held, cls.times_held = Event(), 0, 0, 0

    @classmethod
    def open(cls) -> None:
        """Let go of whoever is held, now and later."""
        if not cls.gate.ready():
            cls.gate.send(True)

    @rpc()
    def hold(self, call: Call) -> str:
        Probe.held, Probe.times_held = Probe.held + 1, Probe.times_held + 1
        Probe.most_held = max(Probe.most_held, Probe.held)
        Probe.gate.wait()
        Probe.held -= 1
        return "held"

    @rpc(Number, Number, idempotent=True)
    def echo(self, call: Call, n: int) -> dict[str, int]:
        return {"n": n}

    @rpc(idempotent=True)
    def sum(self, call: Call, first: int, second: int = 1) -> int:
        return first + second

    @rpc(idempotent=True)
    def who(self, call: Call) -> dict[str, Any]:
        by = call.principal
        return {
            "id": by.id,
            "roles": by.roles,
            "on_behalf_of": by.on_behalf_of,
            "now": call.now,
            "correlation_id": call.correlation_id,
            "same": call.correlation_id == correlation_id(),
            "call_ids": call_ids(),
        }

    @rpc(public=True)
    def hello(self, call: Call) -> str:
        return call.principal.id

    @rpc(Entry, Entry)
    def write(self, call: Call, **entry: Any) -> dict[str, Any]:
        call.session.execute(text("INSERT INTO entry VALUES (:id, :note)"), entry)
        return entry

    @rpc(Entry, Entry, idempotent=True)
    def write_again(self, call: Call, **entry: Any) -> dict[str, Any]:
        """It may run twice, and changes something all the same."""
        call.session.execute(
            text("INSERT INTO entry VALUES (:id, :note) ON CONFLICT (id) DO UPDATE SET note = excluded.note"),
            entry,
        )
        return entry

    @rpc(idempotent=True)
    def read(self, call: Call) -> int:
        return int(call.session.execute(text("SELECT count(*) FROM entry")).scalar_one())

    @rpc(Entry)
    def write_and_refuse(self, call: Call, **entry: Any) -> None:
        self.write(call, **entry)
        raise error_types()["Conflict"]("refused after all")

    @rpc(Entry)
    def write_too_much(self, call: Call, **entry: Any) -> str:
        self.write(call, **entry)
        return "x" * 2_000_000

    @rpc(Entry)
    def write_what_cannot_be_told(self, call: Call, **entry: Any) -> object:
        self.write(call, **entry)
        return object()

    @rpc(Entry)
    def find_or_write(self, call: Call, **entry: Any) -> dict[str, Any]:
        """Look, wait, write: two at once collide in the table."""
        found = call.session.execute(text("SELECT note FROM entry WHERE id = :id"), entry).scalar()
        eventlet.sleep(0.2)
        return {"found": True, "note": found} if found else self.write(call, **entry)

    @rpc(Order)
    def change_in_order(self, call: Call, first: int, second: int) -> int:
        """Lock two rows in the order given: two calls in opposite orders are a deadlock."""
        Probe.runs.append("change_in_order")
        for id_ in (first, second):
            call.session.execute(text("UPDATE entry SET note = note || '+' WHERE id = :id"), {"id": id_})
            eventlet.sleep(0.2)
        return len(Probe.runs)

    @rpc()
    def sleep_in_the_database(self, call: Call, seconds: float) -> None:
        call.session.execute(text("SELECT pg_sleep(:s)"), {"s": seconds})

    @rpc()
    def write_late(self, call: Call, id: int, seconds: float) -> None:
        self.write(call, id=id, note="late")
        eventlet.sleep(seconds)

    @rpc()
    def statement_timeout(self, call: Call) -> str:
        return str(call.session.execute(text("SHOW statement_timeout")).scalar())

    @rpc()
    def sleep_twice_in_the_database(self, call: Call, first: float, second: float) -> None:
        self.sleep_in_the_database(call, first)
        self.sleep_in_the_database(call, second)

    @rpc()
    def lose_the_connection(self, call: Call) -> None:
        call.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    @rpc()
    def command(self, call: Call, seconds: float = 0, mark: str = "command") -> str:
        Probe.runs.append(mark)
        eventlet.sleep(seconds)
        return f"done {mark}"

    @rpc(idempotent=True)
    def query(self, call: Call, seconds: float = 0, mark: str = "query") -> str:
        Probe.runs.append(mark)
        eventlet.sleep(seconds)
        return f"done {mark}"

    @rpc()
    def refuse(self, call: Call, error: str) -> None:
        raise error_types()[error]("no, because", places={3}, at=call.now)

    @rpc()
    def fault(self, call: Call, text: str) -> None:
        raise RuntimeError(text)

    @rpc()
    def ask(
        self, call: Call, service: str, method: str, arguments: dict[str, Any], timeout: float = 5
    ) -> Any:
        return self.others.call(service, method, arguments, timeout=timeout)

    @rpc()
    def ask_inside(self, call: Call) -> Any:
        call.session.execute(text("SELECT 1"))
        return self.others.call(NAME, "who", {})


def serve() -> ServiceContainer:
    """The probe in a container of its own, taking calls."""
    container = ServiceContainer(Probe, {})
    container.start()
    return container


if __name__ == "__main__":
    serve().wait()
