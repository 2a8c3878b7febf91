"""An inbox with handlers that a test decides on, envelopes to give to it, and a look at what became of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from shared.database.tables import service_base
from shared.events import Event, schema_of
from shared.events.cpd import InductionDue
from shared.ids import new_id
from shared.messaging.envelope import Envelope, Fact
from shared.messaging.inbox import Inbox
from shared.messaging.retries import Retries

TYPE = InductionDue.TYPE
EFFECTS = """
CREATE TABLE effect (
    id bigint GENERATED ALWAYS AS IDENTITY, message_id uuid, subject text, sequence bigint, late boolean
);
CREATE TABLE strict (number int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED, name text NOT NULL);
"""


class Strict(service_base("messaging")):  # type: ignore[misc]
    """A row that the flush refuses without a name, and the commit when its number is there already."""

    __tablename__ = "strict"
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


Handler = Callable[[Session, Fact[Any]], object]


def effect(session: Session, fact: Fact[Any]) -> None:
    """What every handler of these tests does: one row."""
    session.execute(
        text(
            "INSERT INTO effect (message_id, subject, sequence, late) VALUES (:id, :subject, :sequence, :late)"
        ),
        {"id": fact.id, "subject": fact.subject, "sequence": fact.sequence, "late": fact.late},
    )


@dataclass
class Hearing:
    """``on`` maps an event to what its handler does besides the effect; ``listens`` maps a type to its methods."""

    service: str
    sessions: sessionmaker[Session]
    on: dict[UUID, Handler] = field(default_factory=dict)
    listens: dict[str, list[tuple[str, bool]]] = field(default_factory=lambda: {TYPE: [("heard", False)]})

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.service, self.sessions, self)
        self.retries = Retries(self.inbox, self.sessions, list(self.listens))

    # --- what an inbox asks of a service

    def instance(self) -> "Hearing":
        return self

    def methods(self, type_: str) -> list[tuple[str, bool]]:
        return self.listens.get(type_, [])

    def heard(self, session: Session, fact: Fact[Any]) -> None:
        """A reaction: the effect, and what the test has put upon this event."""
        effect(session, fact)
        self.on.get(fact.id, _nothing)(session, fact)

    def noted(self, session: Session, fact: Fact[Any]) -> None:
        """A projection."""
        self.on.get(fact.id, _nothing)(session, fact)

    # --- what a test asks

    def deliver(self, *envelopes: Envelope) -> None:
        """As the broker would."""
        self.inbox.deliver(envelopes)

    def handled(self) -> list[UUID]:
        """The events that had their effect, in that order."""
        return [row[0] for row in self.rows("SELECT message_id FROM effect ORDER BY id")]

    def states(self) -> dict[UUID, str]:
        """State and reason of each failure."""
        return {
            row[0]: f"{row[1]} {row[2]}"
            for row in self.rows("SELECT message_id, state, reason FROM inbox_failure")
        }

    def failure(self, envelope: Envelope) -> Any:
        """The row of one failure."""
        (row,) = self.rows("SELECT * FROM inbox_failure WHERE message_id = :id", id=envelope.id)
        return row

    def rows(self, sql: str, **values: Any) -> list[Any]:
        """Rows of a statement in a transaction of its own."""
        with self.sessions() as session, session.begin():
            result: Any = session.execute(text(sql), values)
            return list(result.all()) if result.returns_rows else []

    def time_passes(self) -> None:
        """Every retry is due now."""
        self.rows("UPDATE inbox_failure SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL")

    def retry(self) -> None:
        """Every retry is due, and is run."""
        self.time_passes()
        while self.retries.run():
            pass


def due(subject: str, sequence: int, *, type_: str = TYPE, **more: Any) -> Envelope:
    """An envelope of some event of that subject."""
    event = InductionDue(
        person_id=new_id(), qts_awarded_on=date(2026, 7, 1), occurred_at=datetime(2026, 7, 2, 9, tzinfo=UTC)
    )
    values: dict[str, Any] = {"payload": payload_of(event), "headers": {"correlationid": "c"}} | more
    return Envelope(new_id(), type_.split(".")[0], type_, subject, sequence, **values)


def payload_of(event: Event) -> str:
    """The JSON text that travels."""
    return json.dumps(schema_of(type(event)).dump(event))


def _nothing(session: Session, fact: Fact[Any]) -> None:
    return None
