"""The events that a consumer could not handle, as operators look at them; personal data stays hidden."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from shared.database.tables import INBOX_FAILURE as F
from shared.errors import Invalid, NotFound
from shared.messaging.failures import as_dict
from shared.operations.reading import reading
from shared.service_names import SERVICES

PERSONAL = "person"
WITHHELD = "(personal data; --personal shows it)"
STATES = ("parked", "retrying", "waiting", "discarded")


@dataclass(frozen=True, slots=True)
class Failure:
    """One event at one consumer, without its content."""

    consumer: str
    message_id: UUID
    source: str
    type: str
    subject: str
    state: str
    reason: str
    error: str | None
    attempts: int
    next_attempt_at: datetime | None
    first_failed_at: datetime


def failures(services: Sequence[str] = SERVICES, states: Sequence[str] = ("parked",)) -> Iterator[Failure]:
    """What failed at these consumers, oldest first."""
    columns = [F.c[name] for name in Failure.__dataclass_fields__ if name != "consumer"]
    for consumer in services:
        statement = (
            select(*columns).where(F.c.state.in_(states)).order_by(F.c.first_failed_at, F.c.message_id)
        )
        with reading(consumer) as session:
            yield from [Failure(consumer, *row) for row in session.execute(statement)]


def show(event_id: UUID, *, personal: bool = False) -> list[dict[str, Any]]:
    """The failure with its headers and content, at each consumer where the event failed. Raises NotFound."""
    found = []
    for consumer in SERVICES:
        with reading(consumer) as session:
            for row in session.execute(select(F).where(F.c.message_id == event_id)):
                found.append({"consumer": consumer} | _shown(as_dict(row), personal=personal))
    if not found:
        raise NotFound(f"no consumer has a failure of the event {event_id}")
    return found


def _shown(failure: dict[str, Any], *, personal: bool) -> dict[str, Any]:
    """What cannot be read as an event may hold anything, so it is personal data as a whole."""
    payload = failure["payload"]
    if personal:
        return failure
    if failure["reason"] == "undecodable" or not isinstance(payload, dict):
        return failure | {"payload": WITHHELD}
    if payload.get(PERSONAL) is not None:
        return failure | {"payload": payload | {PERSONAL: WITHHELD}}
    return failure


def whose(event_ids: Sequence[UUID], consumer: str | None = None) -> dict[str, list[UUID]]:
    """Consumer -> those of the events that failed there. Raises NotFound for an event that failed nowhere."""
    found: dict[str, list[UUID]] = {}
    for name in SERVICES if consumer is None else (consumer,):
        with reading(name) as session:
            ids = list(session.scalars(select(F.c.message_id).where(F.c.message_id.in_(event_ids))))
        if ids:
            found[name] = ids
    if lost := set(event_ids) - {id_ for ids in found.values() for id_ in ids}:
        raise NotFound(f"no consumer has a failure of the event {min(lost)}")
    return found


def event_id(text: str) -> UUID:
    """An event's id. Raises Invalid."""
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(f"{text!r} is not an event's id; 'continuum parked list' shows them") from None
