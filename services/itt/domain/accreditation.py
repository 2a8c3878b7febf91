"""The accreditation of a lead school: its application, written section by section, sent when it is complete.

"A teaching school alliance may ... secure accreditation itself (application: case for accreditation, Ofsted grade,
partnership agreement with at least two schools, capacity statement)" (domain page, "Who"). What the panel does is in
``accreditation_panel``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.itt.domain.courses import refuse
from services.itt.domain.dates import today
from services.itt.domain.policy.organisations import provider, school
from shared.errors import Conflict, Invalid
from shared.events import Event, Person
from shared.events.accreditation import (
    AccreditationMemberReleased,
    AccreditationSubmitted,
    AccreditationWithdrawn,
)
from shared.transitions import Transitions

LEAST_PARTNERS = 2


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PANEL = "panel"
    ACCREDITED = "accredited"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


# Whoever is refused, or withdrew, applies anew; a decision that was recorded in error is annulled by an operator.
TRANSITIONS = Transitions(
    "itt.accreditation",
    (State.DRAFT, "submit", State.SUBMITTED),
    (State.DRAFT, "withdraw", State.WITHDRAWN),
    (State.SUBMITTED, "convene_panel", State.PANEL),
    (State.SUBMITTED, "withdraw", State.WITHDRAWN),
    (State.PANEL, "accredit", State.ACCREDITED),
    (State.PANEL, "refuse", State.REFUSED),
    (State.PANEL, "withdraw", State.WITHDRAWN),
    corrections=("annul_decision",),
)
LIVE = (State.DRAFT, State.SUBMITTED, State.PANEL)


class Grade(StrEnum):
    """What Ofsted judged the provider's own school to be."""

    OUTSTANDING = "outstanding"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    INADEQUATE = "inadequate"


class Outcome(StrEnum):
    ACCREDITED = "accredited"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Partner:
    """A school that trains with the applicant; ``agreed_on`` is the day on which its agreement was signed."""

    urn: str
    agreed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The sections of the application; what is None or empty is not written yet."""

    case: str | None = None
    ofsted_grade: Grade | None = None
    partners: tuple[Partner, ...] = ()
    capacity: str | None = None


SECTIONS = tuple(field.name for field in fields(Content))
WANTED = {
    "case": "is missing; say why the provider should be accredited",
    "ofsted_grade": "is missing; give the grade of the last inspection",
    "capacity": "is missing; say whom and what the provider has to train with",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the panel. ``organisations`` as in a principal; ``conflict`` is None until they have declared it.

    ``score`` is 1 to 5, beside the vote and for the panel's own discussion. ``merged_into`` is the id that the person
    goes by now, where that is another one.
    """

    person_id: UUID
    person: Person
    organisations: tuple[str, ...] = ()
    declared_at: datetime | None = None
    conflict: bool | None = None
    conflict_text: str | None = None
    vote: Outcome | None = None
    score: int | None = None
    comment: str | None = None
    voted_at: datetime | None = None
    merged_into: UUID | None = None

    @property
    def goes_by(self) -> UUID:
        """The id of the person now: two seats of one id are one person's."""
        return self.merged_into or self.person_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the panel decided. ``reasons``, ``conditions`` and ``feedback`` are read by the provider."""

    outcome: Outcome
    decided_at: datetime
    reasons: str
    conditions: tuple[str, ...] = ()
    feedback: str | None = None
    accredited_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accreditation:
    """An application for accreditation; ``provider_urn`` is the applicant's own school, where it has one.

    ``in_force_at`` is when the provider became an accredited one.
    """

    id: UUID
    provider_code: str
    provider_urn: str | None
    state: State
    content: Content = Content()
    submitted_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawal_reason: str | None = None
    meets_on: date | None = None
    chair_id: UUID | None = None
    members: tuple[Member, ...] = ()
    decision: Decision | None = None
    in_force_at: datetime | None = None


Change = tuple[Accreditation, tuple[Event, ...]]


def about(known: Accreditation, now: datetime) -> dict[str, Any]:
    """What every fact about an application begins with."""
    return {"occurred_at": now, "accreditation_id": known.id, "provider_code": known.provider_code}


def interested(known: Accreditation) -> frozenset[str]:
    """The organisations whose members may not sit: the applicant, its own school and its partner schools."""
    urns = [partner.urn for partner in known.content.partners] + [known.provider_urn or ""]
    return frozenset({provider(known.provider_code), *(school(urn) for urn in urns if urn)})


def save(known: Accreditation, content: Content) -> tuple[Accreditation, tuple[str, ...]]:
    """Write sections of a draft, and which ones differ; it need not be complete. Raises Conflict once it is sent."""
    if known.state is not State.DRAFT:
        raise Conflict(f"The application is {known.state.value}; only a draft can be changed")
    changed = tuple(name for name in SECTIONS if getattr(content, name) != getattr(known.content, name))
    return replace(known, content=content), changed


def problems(known: Accreditation, on: date) -> dict[str, list[str]]:
    """All that keeps the application from being sent on this day, by section."""
    said = known.content
    found = {name: [wrong] for name, wrong in WANTED.items() if not (getattr(said, name) or "").strip()}
    partners = list(_of_partners(known, on))
    return found | ({"partners": partners} if partners else {})


def _of_partners(known: Accreditation, on: date) -> Iterable[str]:
    urns = [partner.urn for partner in known.content.partners]
    for urn in sorted({urn for urn in urns if urns.count(urn) > 1}):
        yield f"school {urn} stands there twice"
    if known.provider_urn in urns:
        yield f"school {known.provider_urn} is the provider itself, and no partner"
    if len(set(urns) - {known.provider_urn}) < LEAST_PARTNERS:
        yield f"name at least {LEAST_PARTNERS} different schools with which there is an agreement"
    for partner in known.content.partners:
        if partner.agreed_on is None:
            yield f"school {partner.urn}: give the day on which its agreement was signed"
        elif partner.agreed_on > on:
            yield f"school {partner.urn}: its agreement is dated {partner.agreed_on}, which is still to come"


def submit(known: Accreditation, now: datetime) -> Change:
    """Send it. Raises TransitionNotAllowed, Invalid with all that is missing or wrong, by section."""
    state = TRANSITIONS.next(known.state, "submit")
    refuse(problems(known, today(now)))
    urns = tuple(sorted(partner.urn for partner in known.content.partners))
    event = AccreditationSubmitted(**about(known, now), partner_urns=urns)
    return replace(known, state=state, submitted_at=now), (event,)


def withdraw(known: Accreditation, reason: str, now: datetime) -> Change:
    """Take it back before the decision; a panel that was convened is told. Raises TransitionNotAllowed, Invalid.

    A draft was seen by nobody, so nobody hears that it is gone.
    """
    state = TRANSITIONS.next(known.state, "withdraw")
    if not reason.strip():
        raise Invalid.field("reason", "is missing; say why the application is withdrawn")
    after = replace(known, state=state, withdrawn_at=now, withdrawal_reason=reason.strip())
    if known.state is State.DRAFT:
        return after, ()
    told = AccreditationWithdrawn(**about(known, now), state=known.state.value)
    return after, (told, *_released(known, now))


def _released(known: Accreditation, now: datetime) -> Iterable[Event]:
    for member in known.members:
        if not member.conflict:
            yield AccreditationMemberReleased(**about(known, now), person_id=member.person_id)
