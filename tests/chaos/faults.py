"""Every fault of the foundation, each as a function that begins it, holds it, and ends it.

While several run at a time, those of one server or of one process wait for each other.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from amqp import Channel, Message

from shared.ids import new_id
from shared.messaging.broker import open_connection
from shared.messaging.envelope import Envelope, to_amqp
from shared.messaging.topology import inbox_of
from shared.service_names import SERVICES
from tests.chaos.world import Member, World

MEBIBYTE = 2**20
DIES_WITHIN_S = 25.0
POISONED_PERCENT, POISONED_PERCENT_SHORT, SHORT_S = 1, 5, 10
# What is published already, and what is not: it overtakes what is before it in the outbox.
RECENT = """
SELECT event_id, type, subject, sequence, headers, payload::text FROM (
    SELECT id, event_id, type, subject, sequence, headers, payload FROM outbox
    UNION ALL SELECT id, event_id, type, subject, sequence, headers, payload FROM event_log
) AS made WHERE type = ANY(%s) ORDER BY id DESC LIMIT 60
"""


@dataclass(frozen=True)
class Planned:
    """One fault of the schedule. ``target`` is a service or a process, where the kind has one; ``dice`` its seed."""

    at_s: float
    kind: str
    target: str
    hold_s: float
    dice: int

    def __str__(self) -> str:
        held = f" for {self.hold_s:g} s" if self.hold_s else ""
        return f"{self.at_s:7.1f} s  {self.kind}{f' ({self.target})' if self.target else ''}{held}"


Inject = Callable[[World, Planned], None]


@dataclass(frozen=True)
class Kind:
    """``aims`` says at what: a service, a service with two replicas, a process, or nothing."""

    name: str
    inject: Inject
    aims: str = ""
    hold_s: float = 0.0
    long_hold_s: float = 0.0


# --- processes


def _killed_at(place: str) -> Inject:
    """The next process that comes to that place dies there; when none comes by, one is killed where it is."""

    def inject(world: World, planned: Planned) -> None:
        members = random.Random(planned.dice).sample(world.members, len(world.members))
        before = {member.name: member.pid for member in members}
        for member in members:
            (world.folder / f"arm-{member.name}").write_text(f"{place}=kill")
        end = time.monotonic() + DIES_WITHIN_S
        while all(member.pid == before[member.name] for member in members):
            if time.monotonic() > end:
                world.killed_elsewhere += 1
                members[0].kill()
                members[0].wait_for_another(before[members[0].name])
            time.sleep(0.05)
        for member in members:
            (world.folder / f"arm-{member.name}").write_text("")

    return inject


def _kill_process(world: World, planned: Planned) -> None:
    member = _member(world, planned)
    pid = member.pid
    member.kill()
    member.wait_for_another(pid)


def _rolling_restart(world: World, planned: Planned) -> None:
    for member in world.of(planned.target):
        with member.lock:
            member.restart()
        time.sleep(planned.hold_s)


def _wrong_clock(world: World, planned: Planned) -> None:
    member = world.of(planned.target)[-1]
    with member.lock:
        member.skew_s = random.Random(planned.dice).choice((-3600, 3600))
        member.restart()
        time.sleep(planned.hold_s)
        member.skew_s = 0
        member.restart()


def _black_hole(world: World, planned: Planned) -> None:
    with _member(world, planned).proxy.hole():
        time.sleep(planned.hold_s)


# --- the broker


def _broker_killed(world: World, planned: Planned) -> None:
    with world.broker_lock:
        world.rabbit.kill()
        world.rabbit.start()


def _broker_restarted(world: World, planned: Planned) -> None:
    with world.broker_lock:
        world.rabbit.restart()


def _broker_missing_at_start(world: World, planned: Planned) -> None:
    with world.broker_lock:
        world.rabbit.stop()
        for member in world.of(planned.target):
            member.restart()
        time.sleep(planned.hold_s)
        world.rabbit.start()


def _memory_alarm(world: World, planned: Planned) -> None:
    with world.broker_lock:
        world.rabbit.memory_alarm(on=True)
        try:
            time.sleep(planned.hold_s)
        finally:
            world.rabbit.memory_alarm(on=False)


def _disk_alarm(world: World, planned: Planned) -> None:
    with world.broker_lock:
        world.rabbit.disk_alarm(on=True)
        try:
            time.sleep(planned.hold_s)
        finally:
            world.rabbit.disk_alarm(on=False)


def _connections_closed(world: World, planned: Planned) -> None:
    with world.broker_lock:
        world.rabbit.close_connections()


def _queue_deleted(world: World, planned: Planned) -> None:
    with world.broker_lock, _channel(world) as channel:
        channel.queue_delete(inbox_of(planned.target))
    world.queue_lost = True


# --- the database


def _database_killed(world: World, planned: Planned) -> None:
    with world.database_lock:
        world.postgres.kill()
        world.postgres.start()


def _database_restarted(world: World, planned: Planned) -> None:
    with world.database_lock:
        world.postgres.restart()


# --- events


def _poison(world: World, planned: Planned) -> None:
    """One event in a hundred cannot be handled, anywhere; in a short run, which has fewer, five."""
    percent = POISONED_PERCENT_SHORT if planned.hold_s < SHORT_S else POISONED_PERCENT
    with _told(world.folder / "poison", str(percent)):
        time.sleep(planned.hold_s)


def _deadly_event(world: World, planned: Planned) -> None:
    """The next event of the consumer kills whoever handles it."""
    with _told(world.folder / f"deadly-{planned.target}", ""):
        time.sleep(planned.hold_s)


def _doubled_and_shuffled(world: World, planned: Planned) -> None:
    """The latest events for the consumer come again, each one to five times, in any order."""
    dice = random.Random(planned.dice)
    with world.broker_lock, _channel(world) as channel:
        types = [row[0] for row in world.sql(planned.target, "SELECT type FROM subscription")]
        found = [
            Envelope(row[0], source, row[1], row[2], row[3], row[5], row[4])
            for source in SERVICES
            for row in world.sql(source, RECENT, types)
        ]
        deliveries = [envelope for envelope in found for _ in range(dice.randint(1, 5))]
        dice.shuffle(deliveries)
        for envelope in deliveries:
            _put(channel, planned.target, to_amqp(envelope))


def _junk(world: World, planned: Planned) -> None:
    """Nothing of an event, a wrong schema, a version that nobody knows, and fifteen mebibytes."""
    with world.broker_lock, _channel(world) as channel:
        known = world.sql(planned.target, "SELECT source, type FROM subscription ORDER BY 1, 2")[0]
        for message in (
            Message(b"what is this?", content_type="text/plain", message_id=str(uuid4())),
            to_amqp(_strange(known[0], known[1], '{"person_id": 5}')),
            to_amqp(_strange(known[0], known[1].rpartition(".")[0] + ".v99", "{}")),
            to_amqp(_strange(known[0], known[1], "x" * 15 * MEBIBYTE)),
        ):
            _put(channel, planned.target, message)


def _strange(source: str, type_: str, payload: str) -> Envelope:
    return Envelope(new_id(), source, type_, f"chaos/{uuid4()}", 1, payload)


def _put(channel: Channel, service: str, message: Message) -> None:
    channel.basic_publish(message, exchange="", routing_key=inbox_of(service))


@contextmanager
def _channel(world: World) -> Iterator[Channel]:
    connection = open_connection(world.rabbit.uri)
    try:
        yield connection.channel()
    finally:
        connection.close()


@contextmanager
def _told(file: Path, text: str) -> Iterator[None]:
    """The processes read it from the folder."""
    file.write_text(text)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)  # two faults of one kind may overlap


def _member(world: World, planned: Planned) -> Member:
    return next(member for member in world.members if member.name == planned.target)


KINDS = (
    Kind("consumer killed before its commit", _killed_at("inbox.before_commit")),
    Kind("consumer killed between commit and ack", _killed_at("inbox.committed")),
    Kind("relay killed between publish and move", _killed_at("relay.published")),
    Kind("service killed between commit and answer", _killed_at("rpc.committed")),
    Kind("process killed", _kill_process, "process"),
    Kind("rolling restart of two replicas", _rolling_restart, "replicated", 1, 5),
    Kind("clock wrong by an hour in one process", _wrong_clock, "replicated", 6, 30),
    Kind("no packets between a process and the broker", _black_hole, "process", 6, 30),
    Kind("broker killed under load", _broker_killed),
    Kind("broker restarted under load", _broker_restarted),
    Kind("broker missing when a service starts", _broker_missing_at_start, "service", 2, 10),
    Kind("broker blocked by its memory alarm", _memory_alarm, "", 3, 10),
    Kind("broker blocked by its disk alarm", _disk_alarm, "", 3, 10),
    Kind("all connections closed by the broker", _connections_closed),
    Kind("queue of a consumer deleted", _queue_deleted, "consumer"),
    Kind("database killed under load", _database_killed),
    Kind("database restarted under load", _database_restarted),
    Kind("some events cannot be handled", _poison, "", 6, 20),
    Kind("an event kills whoever handles it", _deadly_event, "consumer", 8, 30),
    Kind("events doubled up to five times and shuffled", _doubled_and_shuffled, "consumer"),
    Kind("junk, wrong schema, unknown version, 15 MiB", _junk, "service"),
)
