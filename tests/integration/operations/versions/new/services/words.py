"""What the speaker and the listener tell each other: for a while two versions of a word beside each other."""

from datetime import UTC, datetime
from uuid import UUID

from shared.events import Event
from shared.events.base import event_type


@event_type("speaker.word.said.v1", subject="speech", key="speech_id")
class WordSaid(Event):
    """A word."""

    speech_id: UUID
    number: int


@event_type("speaker.word.said.v2", subject="speech", key="speech_id")
class WordSaidAloud(Event):
    """A word with its volume, of which the first version knows nothing."""

    speech_id: UUID
    number: int
    volume: int


@event_type("listener.word.heard.v1", subject="speech", key="speech_id")
class WordHeard(Event):
    """The answer to each word."""

    speech_id: UUID
    number: int


def facts_of(speech_id: UUID, number: int) -> list[Event]:
    """What is published of a word: both versions."""
    now = datetime.now(UTC)
    return [
        WordSaid(speech_id=speech_id, number=number, occurred_at=now),
        WordSaidAloud(speech_id=speech_id, number=number, volume=number % 11, occurred_at=now),
    ]
