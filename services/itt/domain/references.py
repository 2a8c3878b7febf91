"""References: two named to send an application, ten at most; asked for after acceptance, with chasers (Apply)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.errors import Conflict, Invalid
from shared.events import Event, Person
from shared.events.applications import (
    ReferenceCancelled,
    ReferenceChaserDue,
    ReferenceProvided,
    ReferenceRefused,
    ReferenceRequested,
)
from shared.transitions import Transitions

NEEDED, MOST = 2, 10
WEEK = timedelta(days=7)
CHASERS = 4
APART = timedelta(hours=48)


class State(StrEnum):
    NOT_REQUESTED = "not_requested"
    REQUESTED = "requested"
    PROVIDED = "provided"
    REFUSED = "refused"
    CANCELLED = "cancelled"


TRANSITIONS = Transitions(
    "itt.reference",
    (State.NOT_REQUESTED, "request", State.REQUESTED),
    (State.REQUESTED, "provide", State.PROVIDED),
    (State.REQUESTED, "refuse", State.REFUSED),
    (State.REQUESTED, "cancel", State.CANCELLED),
    (State.CANCELLED, "request", State.REQUESTED),
)
COUNTING = frozenset({State.NOT_REQUESTED, State.REQUESTED, State.PROVIDED, State.CANCELLED})


class RefereeType(StrEnum):
    ACADEMIC = "academic"
    PROFESSIONAL = "professional"
    SCHOOL_BASED = "school_based"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A referee of a form, and what they wrote; ``candidate`` is whom it is about."""

    id: UUID
    candidate_id: UUID
    person_id: UUID
    candidate: Person
    cycle: int
    state: State
    name: str
    email: str
    relationship: str
    referee_type: RefereeType
    requested_at: datetime | None = None
    chased_at: datetime | None = None
    chasers: int = 0
    provided_at: datetime | None = None
    feedback: str | None = None
    safeguarding_concerns: bool | None = None
    confidential: bool | None = None


Change = tuple[Reference, tuple[Event, ...]]


def refuse_another(known: Sequence[Reference], email: str) -> None:
    """Raises Conflict for an eleventh, Invalid for a referee who is named already."""
    if len(known) >= MOST:
        raise Conflict(f"{MOST} references are named already")
    if any(other.email.casefold() == email.casefold() for other in known):
        raise Invalid.field("email", "is that of a referee who is named already")


def enough(known: Iterable[Reference]) -> bool:
    """Whether there are as many referees as an application needs to be sent."""
    return sum(reference.state in COUNTING for reference in known) >= NEEDED


def _about(reference: Reference, now: datetime) -> dict[str, Any]:
    first, _, last = reference.name.rpartition(" ")
    return {
        "occurred_at": now,
        "reference_id": reference.id,
        "candidate_id": reference.candidate_id,
        "person_id": reference.person_id,
        "cycle": reference.cycle,
        "person": Person(first_names=first, last_name=last, email=reference.email),
        "about": reference.candidate,
    }


def _moved(reference: Reference, move: str, **changes: Any) -> Reference:
    return replace(reference, state=TRANSITIONS.next(reference.state, move), **changes)


def request(reference: Reference, now: datetime) -> Change:
    """Ask the referee, once the candidate has accepted an offer. Who was asked already is not asked again."""
    if "request" not in TRANSITIONS.allowed(reference.state):
        return reference, ()
    after = _moved(reference, "request", requested_at=now, chased_at=None, chasers=0)
    return after, (ReferenceRequested(**_about(after, now)),)


def provide(
    reference: Reference, feedback: str, safeguarding_concerns: bool, confidential: bool, now: datetime
) -> Change:
    """The referee writes it. Raises TransitionNotAllowed, Invalid for a blank text."""
    if not feedback.strip():
        raise Invalid.field("feedback", "is missing; say what you know of the candidate")
    after = _moved(
        reference,
        "provide",
        provided_at=now,
        feedback=feedback.strip(),
        safeguarding_concerns=safeguarding_concerns,
        confidential=confidential,
    )
    return after, (ReferenceProvided(**_about(after, now)),)


def refuse(reference: Reference, now: datetime) -> Change:
    """The referee does not want to. Raises TransitionNotAllowed."""
    after = _moved(reference, "refuse")
    return after, (ReferenceRefused(**_about(after, now)),)


def cancel(reference: Reference, now: datetime) -> Change:
    """It is needed no more; what has come or was never asked for stays as it is."""
    if "cancel" not in TRANSITIONS.allowed(reference.state):
        return reference, ()
    after = _moved(reference, "cancel")
    return after, (ReferenceCancelled(**_about(after, now)),)


def next_chaser_at(reference: Reference) -> datetime | None:
    """When to remind the referee next: after 7, 14, 21 and 28 days, and never within 48 hours of another."""
    asked = reference.requested_at
    if reference.state is not State.REQUESTED or asked is None or reference.chasers >= CHASERS:
        return None
    due = asked + (reference.chasers + 1) * WEEK
    return max(due, reference.chased_at + APART) if reference.chased_at else due


def chase(reference: Reference, now: datetime) -> Change:
    """Remind the referee, when it is time; after an outage once, and not once for each week that was missed."""
    due = next_chaser_at(reference)
    if due is None or now < due or reference.requested_at is None:
        return reference, ()
    number = min((now - reference.requested_at) // WEEK, CHASERS)
    after = replace(reference, chasers=number, chased_at=now)
    return after, (ReferenceChaserDue(**_about(after, now), number=number),)
