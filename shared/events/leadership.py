"""Facts of ``services/leadership``: who might lead, with reasons, and with their consent."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from shared.events.base import Event, event_type


@event_type("leadership.suggestion.made.v1", subject="suggestion", key="suggestion_id")
class SuggestionMade(Event):
    """Contributions suggest a person to invite; ``reasons`` are sentences that the person will read.

    They are blanked in the log when the person does not consent.
    """

    BLANKS: ClassVar[dict[str, Any]] = {"reasons": []}

    suggestion_id: UUID
    person_id: UUID
    reasons: tuple[str, ...]
    open_until: date


@event_type("leadership.suggestion.expired.v1", subject="suggestion", key="suggestion_id")
class SuggestionExpired(Event):
    """Nobody consented within 28 days: the suggestion is blanked.

    ``cause`` is expired, or taken_back: what it rested on was recorded by mistake.
    """

    suggestion_id: UUID
    person_id: UUID
    cause: str = "expired"


@event_type("leadership.consent.given.v1", subject="suggestion", key="suggestion_id")
class ConsentGiven(Event):
    """The person agrees to be nominated."""

    suggestion_id: UUID
    person_id: UUID


@event_type("leadership.consent.refused.v1", subject="suggestion", key="suggestion_id")
class ConsentRefused(Event):
    """The person does not want it: what was held is blanked."""

    suggestion_id: UUID
    person_id: UUID


@event_type("leadership.nomination.made.v1", subject="nomination", key="nomination_id")
class NominationMade(Event):
    """A nomination with consent; ``source`` is self, peer, head or suggestion (never scored by its source)."""

    nomination_id: UUID
    person_id: UUID
    source: str
    nominated_on: date


@event_type("leadership.nomination.proposed.v1", subject="nomination", key="nomination_id")
class NominationProposed(Event):
    """A peer or the head proposes somebody, whose consent is asked; ``source`` is peer or head."""

    nomination_id: UUID
    person_id: UUID
    source: str
    open_until: date


@event_type("leadership.nomination.lapsed.v1", subject="nomination", key="nomination_id")
class NominationLapsed(Event):
    """The person did not consent: ``cause`` is refused or expired. What was held is blanked."""

    nomination_id: UUID
    person_id: UUID
    cause: str
