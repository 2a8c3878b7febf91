"""Nomination by self, by a peer or by the head: no gatekeeper, and nothing scored by its source.

Before consent a nomination holds only name, proposer and date, and is blanked after 28 days or on refusal;
the person sees all of it (domain page, "Identify potential").
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.leadership.domain.suggestions import consent_until
from shared.errors import Invalid
from shared.transitions import Transitions


class Source(StrEnum):
    """Where a nomination comes from; it is never scored by it."""

    SELF = "self"
    PEER = "peer"
    HEAD = "head"
    SUGGESTION = "suggestion"


class NominationState(StrEnum):
    """A nomination by somebody else waits for the person's consent."""

    AWAITING_CONSENT = "awaiting_consent"
    MADE = "made"
    REFUSED = "refused"
    EXPIRED = "expired"


NOMINATION_TRANSITIONS = Transitions(
    "leadership.nomination",
    (NominationState.AWAITING_CONSENT, "consent", NominationState.MADE),
    (NominationState.AWAITING_CONSENT, "refuse", NominationState.REFUSED),
    (NominationState.AWAITING_CONSENT, "expire", NominationState.EXPIRED),
)
LIVE = (NominationState.AWAITING_CONSENT, NominationState.MADE)


@dataclass(frozen=True, slots=True)
class Nomination:
    """Who, by whom and since when; ``person_id`` and ``proposed_by`` are None once it is blanked."""

    id: UUID
    person_id: UUID | None
    proposed_by: str | None
    source: Source
    proposed_on: date
    state: NominationState
    suggestion_id: UUID | None = None

    @property
    def open_until(self) -> date:
        """The last day on which the person can consent."""
        return consent_until(self.proposed_on)

    def move(self, event: str) -> "Nomination":
        """After ``consent``, ``refuse`` or ``expire``; without consent it is blanked. Raises TransitionNotAllowed."""
        state = NOMINATION_TRANSITIONS.next(self.state, event)
        if state is NominationState.MADE:
            return replace(self, state=state)
        return replace(self, state=state, person_id=None, proposed_by=None)


def first_state(source: Source) -> NominationState:
    """Who nominates themselves, or agreed to a suggestion, has consented by it."""
    own = source in (Source.SELF, Source.SUGGESTION)
    return NominationState.MADE if own else NominationState.AWAITING_CONSENT


def source_of(*, is_self: bool, is_head: bool, wanted: Source | None) -> Source:
    """What the nomination is: by the person, by the head of their school, or by a peer, as which a head may act too.

    Raises Invalid when the caller says that it is something else than it is.
    """
    possible = [Source.SELF] if is_self else [Source.HEAD, Source.PEER] if is_head else [Source.PEER]
    if wanted is None:
        return possible[0]
    if wanted not in possible:
        raise Invalid.field("source", f"this nomination is by {' or '.join(possible)}, not by {wanted}")
    return wanted
