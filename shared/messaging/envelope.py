"""An event on its way: CloudEvents 1.0 in binary mode on AMQP, and the fact that a handler gets."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from amqp.basic_message import Message

from shared.events import Event, event_types
from shared.events.conversion import loaded

MAX_PAYLOAD_BYTES = 256 * 1024
SPEC = "1.0"
E_co = TypeVar("E_co", bound=Event, covariant=True)


MISFIT = "the payload does not fit the schema"


class Undecodable(Exception):
    """What lies in the queue is not an event of ours; the text says why, without its content."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event as it travels: ``payload`` is the bare JSON text, ``headers`` what publish() noted besides."""

    id: UUID
    source: str
    type: str
    subject: str
    sequence: int
    payload: str | bytes
    headers: dict[str, Any] = field(default_factory=dict)
    deliveries: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """Order is kept for each of these."""
        return self.source, self.subject

    @property
    def told(self) -> dict[str, str]:
        """What a log line says of it: which event it is, and the story and the trace that it belongs to."""
        found = {"type": self.type, "event_id": str(self.id)}
        for key, header in (("correlation_id", "correlationid"), ("traceparent", "traceparent")):
            if value := self.headers.get(header):
                found[key] = str(value)
        return found


@dataclass(frozen=True, slots=True)
class Fact(Generic[E_co]):
    """What a handler gets. ``late``: a later event of the same subject was handled before this one.

    ``now`` is the business time of the reaction: the wall clock, under the demo clock the event's own time.
    """

    event: E_co
    id: UUID
    source: str
    type: str
    subject: str
    sequence: int
    occurred_at: datetime
    actor: str | None
    correlation_id: str
    late: bool
    now: datetime


def to_amqp(envelope: Envelope) -> Message:
    """The AMQP message: properties and ``cloudEvents_`` headers, the body is the payload alone."""
    id_, noted = str(envelope.id), envelope.headers
    headers = {
        "cloudEvents_specversion": SPEC,
        "cloudEvents_id": id_,
        "cloudEvents_source": f"/{envelope.source}",
        "cloudEvents_type": envelope.type,
        "cloudEvents_subject": envelope.subject,
        "cloudEvents_sequence": envelope.sequence,
        "cloudEvents_dataschema": f"/{envelope.source}/events/{envelope.type}",
    }
    headers |= {HEADER[name]: value for name, value in noted.items() if name in HEADER and value is not None}
    return Message(
        envelope.payload,
        application_headers=headers,
        content_type="application/json",
        content_encoding="utf-8",
        delivery_mode=2,
        message_id=id_,
        correlation_id=noted.get("correlationid"),
        timestamp=_created(envelope.id),
        type=envelope.type,
        app_id=envelope.source,
    )


HEADER = {
    "time": "cloudEvents_time",
    "causationid": "cloudEvents_causationid",
    "actor": "cloudEvents_actor",
    "traceparent": "traceparent",
}


def _created(id_: UUID) -> int:
    return (id_.int >> 80) // 1000


def from_amqp(message: Message) -> Envelope:
    """The envelope of a message. Raises Undecodable, which names what is missing or wrong."""
    properties = message.properties
    headers = properties.get("application_headers") or {}
    try:
        noted = {name: headers[header] for name, header in HEADER.items() if header in headers}
        if (correlation := properties.get("correlation_id")) is not None:
            noted["correlationid"] = correlation
        return Envelope(
            id=UUID(headers["cloudEvents_id"]),
            source=headers["cloudEvents_source"].removeprefix("/"),
            type=headers["cloudEvents_type"],
            subject=headers["cloudEvents_subject"],
            sequence=int(headers["cloudEvents_sequence"]),
            payload=message.body,
            headers=noted,
            deliveries=int(headers.get("x-delivery-count", 0)),
        )
    except KeyError as missing:
        raise Undecodable(f"the header {missing} is missing") from None
    except (ValueError, TypeError, AttributeError):
        raise Undecodable("a cloudEvents header is of the wrong kind") from None


@cache
def _class_of(type_: str) -> type[Event] | None:
    return event_types().get(type_)


def known(type_: str) -> bool:
    """Whether this code knows the event type (a newer replica may publish newer ones)."""
    return _class_of(type_) is not None


def to_event(envelope: Envelope) -> Event:
    """The event inside. Raises Undecodable for what is no JSON or does not fit the schema."""
    try:
        data = json.loads(envelope.payload)
    except ValueError:
        raise Undecodable("the payload is not JSON") from None
    except RecursionError:
        raise Undecodable("the payload is JSON of too many levels") from None
    cls = _class_of(envelope.type)
    if cls is None:
        raise Undecodable(f"the type {envelope.type} is not known")
    try:
        return loaded(cls, data)
    except Exception as error:  # noqa: BLE001 - marshmallow's, and what its fields let through
        messages = getattr(error, "messages", None)
        raise Undecodable(f"{MISFIT}: {messages or type(error).__name__}") from None


def to_fact(envelope: Envelope, event: Event, *, late: bool, demo: bool) -> Fact[Event]:
    """What the handler gets."""
    return Fact(
        event=event,
        id=envelope.id,
        source=envelope.source,
        type=envelope.type,
        subject=envelope.subject,
        sequence=envelope.sequence,
        occurred_at=event.occurred_at,
        actor=envelope.headers.get("actor"),
        correlation_id=envelope.headers.get("correlationid") or str(envelope.id),
        late=late,
        now=event.occurred_at if demo else datetime.now(UTC),
    )
