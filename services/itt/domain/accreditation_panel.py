"""The panel that decides whether a lead school is accredited: who sits, conflicts of interest, votes, the decision.

"states draft, submitted, panel, accredited, refused, withdrawn" (domain page, "Who"). The national services have no
panel; that three sit at least, that whoever belongs to the applicant or a partner does not, and that more than half of
those who sit decide is this project's own choice.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.itt.domain.accreditation import (
    TRANSITIONS,
    Accreditation,
    Change,
    Decision,
    Member,
    Outcome,
    State,
    about,
    interested,
)
from services.itt.domain.courses import refuse
from services.itt.domain.dates import today
from shared.errors import Conflict, Invalid, NotFound
from shared.events import Event
from shared.events.accreditation import (
    AccreditationDecisionAnnulled,
    AccreditationGranted,
    AccreditationInterestsDeclared,
    AccreditationMemberInvited,
    AccreditationPanelChanged,
    AccreditationPanelConvened,
    AccreditationRefused,
    AccreditationVoted,
    ProviderAccreditationUndone,
    ProviderAccredited,
)

LEAST_MEMBERS = 3


def convene(
    known: Accreditation, meets_on: date, chair_id: UUID, members: Sequence[Member], now: datetime
) -> Change:
    """A panel of three or more meets on a day, one of them in the chair. Raises TransitionNotAllowed, Invalid."""
    state = TRANSITIONS.next(known.state, "convene_panel")
    refuse(_wrong(known, meets_on, chair_id, members, now))
    after = replace(known, state=state, meets_on=meets_on, chair_id=chair_id, members=tuple(members))
    convened = AccreditationPanelConvened(**about(known, now), meets_on=meets_on, members=len(members))
    return after, (convened, *(_invited(after, member, now) for member in members))


def _wrong(
    known: Accreditation, meets_on: date, chair_id: UUID, members: Sequence[Member], now: datetime
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    ids = [member.person_id for member in members]
    wrong = [told for member in members if (told := _barred(known, member))]
    if len(set(ids)) < len(ids):
        wrong.append("somebody stands there twice")
    if len(set(ids)) < LEAST_MEMBERS:
        wrong.append(f"a panel has at least {LEAST_MEMBERS} members")
    if wrong:
        found["members"] = wrong
    if chair_id not in ids:
        found["chair_id"] = ["is none of the members"]
    if meets_on < today(now):
        found["meets_on"] = ["is in the past"]
    return found


def _barred(known: Accreditation, member: Member) -> str | None:
    """Why somebody may not sit, if so."""
    shared = sorted(interested(known) & set(member.organisations))
    name = f"{member.person.first_names} {member.person.last_name}"
    return f"{name} belongs to {', '.join(shared)}, which has an interest in it" if shared else None


def _invited(known: Accreditation, member: Member, now: datetime) -> Event:
    return AccreditationMemberInvited(
        **about(known, now),
        person_id=member.person_id,
        meets_on=known.meets_on or today(now),
        chair=member.person_id == known.chair_id,
        person=member.person,
    )


def invite(known: Accreditation, member: Member, now: datetime) -> Change:
    """One more member; who is invited already stays as they are. Raises Conflict, Invalid."""
    _refuse_unless_sitting(known)
    if any(other.goes_by == member.goes_by for other in known.members):
        return known, ()
    if told := _barred(known, member):
        raise Invalid.field("member", told)
    after = replace(known, members=(*known.members, member))
    return after, (_invited(after, member, now),)


def change(known: Accreditation, meets_on: date | None, chair_id: UUID | None, now: datetime) -> Change:
    """Another day, or somebody else in the chair; what is None stays. Raises Conflict, Invalid."""
    _refuse_unless_sitting(known)
    given = {"meets_on": meets_on, "chair_id": chair_id}
    differs: dict[str, Any] = {
        name: value for name, value in given.items() if value is not None and value != getattr(known, name)
    }
    if "chair_id" in differs and chair_id not in [member.person_id for member in sitting(known)]:
        raise Invalid.field("chair_id", "is nobody who sits on the panel")
    if meets_on is not None and "meets_on" in differs and meets_on < today(now):
        raise Invalid.field("meets_on", "is in the past")
    if not differs:
        return known, ()
    after = replace(known, **differs)
    said: dict[str, Any] = {"meets_on": after.meets_on, "changed": tuple(differs)}
    return after, (AccreditationPanelChanged(**about(known, now), **said),)


def sitting(known: Accreditation) -> list[Member]:
    """The members whom no conflict of interest keeps away; of one person's two seats (merged since) the first."""
    away = {member.goes_by for member in known.members if member.conflict}
    first = {member.goes_by: member for member in reversed(known.members) if member.goes_by not in away}
    return [member for member in known.members if member is first.get(member.goes_by)]


def chair(known: Accreditation) -> Member | None:
    """Who is in the chair, unless a conflict of interest keeps them away."""
    who = {member.goes_by for member in known.members if member.person_id == known.chair_id}
    return next((member for member in sitting(known) if member.goes_by in who), None)


def declare(
    known: Accreditation, person_id: UUID, *, conflict: bool, text: str | None, now: datetime
) -> Change:
    """A member says whether they have a conflict of interest; then they do not sit, and their vote is void.

    Raises Conflict (also to who takes a conflict back), NotFound, Invalid (a conflict without what it is).
    """
    member = _member(known, person_id)
    said = (text or "").strip() or None
    if member.conflict and not conflict:
        raise Conflict("A conflict of interest once declared is lifted by the chair or an operator alone")
    if conflict and said is None:
        raise Invalid.field("text", "is missing; say what the conflict of interest is")
    if (member.conflict, member.conflict_text) == (conflict, said):
        return known, ()
    after = replace(member, conflict=conflict, conflict_text=said, declared_at=now)
    if conflict:
        after = replace(after, vote=None, score=None, comment=None, voted_at=None)
    event = AccreditationInterestsDeclared(**about(known, now), person_id=person_id, conflict=conflict)
    return _with(known, after), (event,)


def lift(known: Accreditation, person_id: UUID, reason: str, now: datetime) -> Change:
    """A conflict of interest was none: the member sits again. Raises Conflict, NotFound, Invalid (no reason)."""
    member = _member(known, person_id)
    if not reason.strip():
        raise Invalid.field("reason", "is missing; say why it is no conflict of interest")
    if not member.conflict:
        return known, ()
    after = replace(member, conflict=False, conflict_text=None, declared_at=now)
    return _with(known, after), (
        AccreditationInterestsDeclared(**about(known, now), person_id=person_id, conflict=False),
    )


def vote(
    known: Accreditation,
    person_id: UUID,
    organisations: Collection[str],
    *,
    vote: Outcome,
    score: int,
    comment: str | None,
    now: datetime,
) -> Change:
    """A member's one vote, which may be changed until the decision. ``organisations`` are those they speak for now.

    Raises Conflict (no panel sits, interests not declared, a conflict), NotFound.
    """
    member = _member(known, person_id)
    _refuse_interested(known, member, organisations)
    said = (comment or "").strip() or None
    if (member.vote, member.score, member.comment) == (vote, score, said):
        return known, ()
    after = replace(member, vote=vote, score=score, comment=said, voted_at=now)
    return _with(known, after), (AccreditationVoted(**about(known, now), person_id=person_id),)


def _refuse_interested(known: Accreditation, member: Member, organisations: Collection[str]) -> None:
    """Interests are declared first, and whoever has one, or speaks for who has by now, has no say."""
    if member.conflict is None:
        raise Conflict("Declare first whether you have a conflict of interest")
    if member.conflict or _barred(known, replace(member, organisations=tuple(organisations))):
        raise Conflict("Somebody with an interest in the application neither votes nor decides on it")


def decide(known: Accreditation, decision: Decision, organisations: Collection[str], now: datetime) -> Change:
    """The chair records what more than half of those who sit have voted for, on or after the day of the meeting.

    ``organisations``: what the chair speaks for now. Raises TransitionNotAllowed, Conflict, Invalid by field.
    """
    state = TRANSITIONS.next(known.state, "accredit" if _grants(decision) else "refuse")
    in_chair = chair(known)
    if in_chair is None:
        raise Conflict("A conflict of interest keeps the chair away; put somebody else in the chair")
    _refuse_interested(known, in_chair, organisations)
    _refuse_early(known, now)
    refuse(_missing(decision, today(now)))
    sat, votes = sitting(known), Counter(member.vote for member in sitting(known))
    if 2 * votes[decision.outcome] <= len(sat):
        cast = f"{votes[Outcome.ACCREDITED]} to accredit, {votes[Outcome.REFUSED]} to refuse"
        raise Conflict(
            f"More than half of the {len(sat)} who sit must have voted for it: {cast}, {votes[None]} not yet"
        )
    after = replace(known, state=state, decision=decision)
    return after, (_decided(after, decision, votes[decision.outcome], len(sat), now),)


def _grants(decision: Decision) -> bool:
    return decision.outcome is Outcome.ACCREDITED


def _refuse_early(known: Accreditation, now: datetime) -> None:
    if known.meets_on and today(now) < known.meets_on:
        raise Conflict(f"The panel meets on {known.meets_on}; nothing is decided before")
    if (count := len(sitting(known))) < LEAST_MEMBERS:
        raise Conflict(
            f"{count} sit on the panel without a conflict of interest; {LEAST_MEMBERS} must, so invite others"
        )


def _missing(decision: Decision, on: date) -> dict[str, list[str]]:
    found = {}
    if not decision.reasons.strip():
        found["reasons"] = ["is missing; the provider reads why"]
    starts = decision.accredited_from
    if _grants(decision) and starts is None:
        found["accredited_from"] = ["is missing; say from which day the provider is accredited"]
    if starts is not None and not _grants(decision):
        found["accredited_from"] = ["stays empty when accreditation is refused"]
    elif starts is not None and starts < on:
        found["accredited_from"] = ["is in the past; nothing that was ratified before can become right"]
    if decision.conditions and not _grants(decision):
        found["conditions"] = ["belong to an accreditation; what to do better is feedback"]
    return found


def _decided(after: Accreditation, decision: Decision, votes: int, sat: int, now: datetime) -> Event:
    said = {**about(after, now), "decided_on": today(now), "votes": votes, "members": sat}
    if decision.accredited_from is None:
        return AccreditationRefused(**said)
    return AccreditationGranted(**said, accredited_from=decision.accredited_from)


def begin(known: Accreditation, now: datetime) -> Change:
    """The day has come: the provider is accredited. Nothing happens before it, twice, or after an annulment."""
    starts = known.decision.accredited_from if known.decision else None
    if starts is None or known.in_force_at is not None or today(now) < starts:
        return known, ()
    event = ProviderAccredited(**about(known, now), accredited_from=starts)
    return replace(known, in_force_at=now), (event,)


def annul(known: Accreditation, reason: str, now: datetime) -> Change:
    """Correction of a decision that was recorded in error: it is before the panel again, with its votes.

    Raises Conflict when there is no decision, Invalid without a reason.
    """
    if known.decision is None:
        raise Conflict(f"The application is {known.state.value}; there is no decision to annul")
    if not reason.strip():
        raise Invalid.field("reason", "is missing; say how the error came about")
    after = replace(known, state=State.PANEL, decision=None, in_force_at=None)
    outcome = known.decision.outcome.value
    told: list[Event] = [AccreditationDecisionAnnulled(**about(known, now), outcome=outcome)]
    if known.in_force_at is not None:
        told.append(ProviderAccreditationUndone(**about(known, now)))
    return after, tuple(told)


def _refuse_unless_sitting(known: Accreditation) -> None:
    if known.state is not State.PANEL:
        raise Conflict(f"The application is {known.state.value}; no panel sits on it")


def _member(known: Accreditation, person_id: UUID) -> Member:
    _refuse_unless_sitting(known)
    for member in known.members:
        if member.person_id == person_id:
            return member
    raise NotFound(f"{person_id} does not sit on this panel")


def _with(known: Accreditation, after: Member) -> Accreditation:
    members = tuple(after if each.person_id == after.person_id else each for each in known.members)
    return replace(known, members=members)
