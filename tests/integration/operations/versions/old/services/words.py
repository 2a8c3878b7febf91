"""What the speaker and the listener tell each other, as long as there is one version of it."""

from datetime import UTC, datetime
from uuid import UUID

from shared.events import Event
from shared.events.base import event_type


@event_type("speaker.word.said.v1", subject="speech", key="speech_id")
class WordSaid(Event):
    """A word."""

    speech_id: UUID
    number: int


@event_type("listener.word.heard.v1", subject="speech", key="speech_id")
class WordHeard(Event):
    """The answer to each word."""

    speech_id: UUID
    number: int


def facts_of(speech_id: UUID, number: int) -> list[Event]:
    """What is published of a word."""
    return [WordSaid(speech_id=speech_id, number=number, occurred_at=datetime.now(UTC))]
