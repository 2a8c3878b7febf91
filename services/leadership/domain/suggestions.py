"""A suggestion: contributions suggest a person to invite, who consents, refuses or lets it run out.

A machine may order and flag, never decide; before consent little is held, and it is blanked after 28 days
or on refusal (domain page, "Identify potential").
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.leadership.domain.signals import Signal, reasons
from shared.errors import Conflict
from shared.transitions import Transitions

CONSENT_DAYS = 28
# The project's own rule: who refused, or did not answer, is left in peace for a year.
REST_DAYS = 365


class SuggestionState(StrEnum):
    """Open until the person answers, 28 days are over, or what it rested on was recorded by mistake."""

    OPEN = "open"
    CONSENTED = "consented"
    REFUSED = "refused"
    EXPIRED = "expired"
    LAPSED = "lapsed"


SUGGESTION_TRANSITIONS = Transitions(
    "leadership.suggestion",
    (SuggestionState.OPEN, "consent", SuggestionState.CONSENTED),
    (SuggestionState.OPEN, "refuse", SuggestionState.REFUSED),
    (SuggestionState.OPEN, "expire", SuggestionState.EXPIRED),
    (SuggestionState.OPEN, "lapse", SuggestionState.LAPSED),
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``reasons`` are blanked when the person does not consent; the answer's date keeps the peace of a year."""

    id: UUID
    person_id: UUID
    made_on: date
    reasons: tuple[str, ...]
    state: SuggestionState = SuggestionState.OPEN
    closed_on: date | None = None

    @property
    def open_until(self) -> date:
        """The last day on which the person can consent."""
        return consent_until(self.made_on)

    def move(self, event: str, on: date) -> "Suggestion":
        """After ``consent``, ``refuse``, ``expire`` or ``lapse``. Raises TransitionNotAllowed."""
        state = SUGGESTION_TRANSITIONS.next(self.state, event)
        kept = self.reasons if state is SuggestionState.CONSENTED else ()
        return replace(self, state=state, closed_on=on, reasons=kept)

    def forbids_another(self, on: date) -> bool:
        """Whether this one stands in the way of a new one: open, or answered with silence or no within a year."""
        if self.state is SuggestionState.OPEN:
            return True
        if self.state in (SuggestionState.CONSENTED, SuggestionState.LAPSED) or self.closed_on is None:
            return False
        return on < self.closed_on + timedelta(REST_DAYS)


@dataclass(frozen=True, slots=True)
class Signaller:
    """What leadership knows of a person when it asks whether to suggest them."""

    passed_induction: bool
    suspended: bool
    is_nominated: bool
    signals: Collection[Signal]
    earlier: Collection[Suggestion]


def consent_until(made_on: date) -> date:
    """The last day of the 28 on which consent can be given."""
    return made_on + timedelta(CONSENT_DAYS)


def check_in_time(open_until: date, on: date) -> None:
    """Consent is given in its 28 days, also when what ran out is not blanked yet. Raises Conflict."""
    if on > open_until:
        raise Conflict(f"The time to consent ended on {open_until}.", open_until=open_until.isoformat())


def reasons_to_suggest(person: Signaller, on: date) -> tuple[str, ...]:
    """The reasons of a new suggestion, or nothing.

    Only a teacher who passed induction and is not suspended is suggested; not while a suggestion is open or
    a nomination stands, and not within a year of a refusal or of an expiry.
    """
    if not person.passed_induction or person.suspended or person.is_nominated:
        return ()
    if any(suggestion.forbids_another(on) for suggestion in person.earlier):
        return ()
    return reasons(person.signals, on)
