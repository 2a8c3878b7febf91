"""One story from all services: who asked, what was committed, who reacted when.

It is told by ids, types and times alone: no payload, no reason and no change of an audit is read. Events carry the
clock of the process that made them, commands and reactions that of their database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.errors import NotFound
from shared.ids import made_at
from shared.operations.reading import reading
from shared.service_names import SERVICES

COMMANDS = text("""
SELECT recorded_at, who, on_behalf_of, action, subject FROM audit
WHERE correlation_id = :correlation ORDER BY recorded_at, id
""")
EVENTS = text("""
SELECT event_id, type, subject, sequence, headers, published_at FROM event_log
WHERE headers ->> 'correlationid' = :correlation
UNION ALL
SELECT event_id, type, subject, sequence, headers, NULL FROM outbox o
WHERE headers ->> 'correlationid' = :correlation
AND NOT EXISTS (SELECT FROM event_log l WHERE l.event_id = o.event_id)
""")
CORRELATION = text("""
SELECT headers ->> 'correlationid' FROM event_log WHERE event_id = :id
UNION ALL SELECT headers ->> 'correlationid' FROM outbox WHERE event_id = :id LIMIT 1
""")
LISTENERS = text("SELECT type, consumer FROM subscriber ORDER BY consumer")
HANDLED = text("SELECT message_id, handled_at FROM inbox WHERE message_id = ANY(:ids)")
FAILED = text("""
SELECT message_id, state, attempts, error, next_attempt_at, updated_at FROM inbox_failure
WHERE message_id = ANY(:ids)
""")


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody asked for and a service carried out; ``at`` is when it was written."""

    service: str
    at: datetime
    who: str
    on_behalf_of: str | None
    action: str
    subject: str


@dataclass(slots=True)
class Reaction:
    """What a consumer made of an event: ``handled``, the state of its failure, or ``open`` while nothing is known.

    ``at`` is when that was written; ``after_s`` the seconds since the event was made; ``events`` what it led to.
    """

    consumer: str
    state: str
    at: datetime | None = None
    after_s: float | None = None
    attempts: int = 0
    error: str | None = None
    next_attempt_at: datetime | None = None
    events: list["Told"] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """An event of the story; ``published_at`` is None while it waits in the outbox."""

    id: UUID
    source: str
    type: str
    subject: str
    sequence: int
    at: datetime
    published_at: datetime | None
    actor: str | None
    causation_id: str | None
    traceparent: str | None
    reactions: list[Reaction] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Story:
    """Commands and first events, each in the order of time; each event holds its reactions, and these their events."""

    correlation_id: str
    began: datetime
    ended: datetime
    commands: list[Command]
    events: list[Told]

    def as_dict(self) -> dict[str, Any]:
        """Plain types; dates and ids as they are."""
        return asdict(self)


def trace(id_: str, services: Sequence[str] = SERVICES) -> Story:
    """The story of a correlation id, or of the one that an event belongs to. Raises NotFound."""
    correlation = _correlation_of(id_, services)
    commands, events, listeners = list[Command](), list[Told](), set[tuple[str, str]]()
    for service in services:
        with reading(service) as session:
            commands += _commands(session, service, correlation)
            events += _events(session, service, correlation)
            listeners |= {(type_, consumer) for type_, consumer in session.execute(LISTENERS)}
    if not (commands or events):
        raise NotFound(
            f"nothing was committed under {id_!r}: it is no correlation id or event id of these databases, or the"
            " call changed nothing and stands in the logs alone"
        )
    _react(events, services, listeners)
    moments = [*(c.at for c in commands), *_moments(events)]
    commands.sort(key=lambda command: command.at)
    return Story(correlation, min(moments), max(moments), commands, _tree(events))


def _correlation_of(id_: str, services: Sequence[str]) -> str:
    """Of an event its correlation id; anything else is taken as one."""
    try:
        event_id = UUID(id_)
    except ValueError:
        return id_
    for service in services:
        with reading(service) as session:
            if found := session.scalar(CORRELATION, {"id": event_id}):
                return str(found)
    return id_


def _commands(session: Session, service: str, correlation: str) -> Iterable[Command]:
    return [Command(service, *row) for row in session.execute(COMMANDS, {"correlation": correlation})]


def _events(session: Session, service: str, correlation: str) -> Iterable[Told]:
    for id_, type_, subject, sequence, noted, published_at in session.execute(
        EVENTS, {"correlation": correlation}
    ):
        names = ("actor", "causationid", "traceparent")
        yield Told(id_, service, type_, subject, sequence, made_at(id_), published_at, *map(noted.get, names))


def _react(events: list[Told], services: Sequence[str], listeners: set[tuple[str, str]]) -> None:
    """Ask every consumer what became of the events; who is declared to listen and does not know one yet is open."""
    known = {event.id: event for event in events}
    for consumer in services:
        with reading(consumer) as session:
            found = _reactions(session, consumer, list(known))
        for event in events:
            if event.id in found:
                event.reactions.append(found[event.id])
            elif (event.type, consumer) in listeners:
                event.reactions.append(Reaction(consumer, "open"))
    for event in events:
        for reaction in event.reactions:
            if reaction.at is not None:
                reaction.after_s = round((reaction.at - event.at).total_seconds(), 3)


def _reactions(session: Session, consumer: str, ids: list[UUID]) -> dict[UUID, Reaction]:
    found = {
        row.message_id: Reaction(
            consumer, row.state, row.updated_at, None, row.attempts, row.error, row.next_attempt_at
        )
        for row in session.execute(FAILED, {"ids": ids})
    }
    handled = {id_: Reaction(consumer, "handled", at) for id_, at in session.execute(HANDLED, {"ids": ids})}
    return found | handled


def _tree(events: list[Told]) -> list[Told]:
    """Each event beneath the reaction that made it; the first ones are given back."""
    reactions = {(str(event.id), r.consumer): r for event in events for r in event.reactions}
    first: list[Told] = []
    for event in sorted(events, key=lambda each: each.id):
        cause = reactions.get((event.causation_id or "", event.source))
        (first if cause is None else cause.events).append(event)
    return first


def _moments(events: Iterable[Told]) -> Iterable[datetime]:
    for event in events:
        yield event.at
        yield from (reaction.at for reaction in event.reactions if reaction.at is not None)
