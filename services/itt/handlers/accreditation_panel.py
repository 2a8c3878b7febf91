"""The panel on an application for accreditation: convened, declared, voted, decided; and what follows a decision."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import accreditation_panel as panel
from services.itt.domain import courses
from services.itt.domain.accreditation import Accreditation, Decision, Member, Outcome
from services.itt.domain.dates import LONDON
from services.itt.handlers import accreditation_records as records
from services.itt.handlers.accreditation_views import View, view
from services.itt.models import Accreditation as Row
from shared.aliases import resolve
from shared.audit import audit
from shared.errors import Conflict
from shared.events import Person
from shared.policy import Principal, Role
from shared.timers import cancel, schedule

BEGINS = "accreditation_begins"
TIMER = Principal(id=f"timer:{BEGINS}", roles=frozenset({Role.SERVICE}))


def convene_panel(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    accreditation_id: UUID,
    meets_on: date,
    chair_id: UUID,
    members: Sequence[Mapping[str, Any]],
) -> View:
    """A panel of three or more for an application that was sent. Raises TransitionNotAllowed, Invalid by field."""
    row, known = records.locked(session, by, "accreditation.convene", accreditation_id)
    who = [_member(session, each) for each in members]
    after, events = panel.convene(known, meets_on, resolve(session, chair_id), who, now)
    records.changed(session, now, by, row, after, events, action="accreditation.convene")
    return view(session, now, by, row)


def _member(session: Session, said: Mapping[str, Any]) -> Member:
    """Somebody invited, under the id that they go by now: nobody has two seats under two ids."""
    names = ("first_names", "last_name", "email")
    return Member(
        person_id=resolve(session, said["person_id"]),
        person=Person(**{name: said[name] for name in names}),
        organisations=tuple(sorted(set(said["organisations"]))),
    )


def invite_panel_member(
    session: Session, now: datetime, by: Principal, *, accreditation_id: UUID, member: Mapping[str, Any]
) -> View:
    """One more on the panel; asked twice it is one. Raises Conflict, Invalid (an interest in the application)."""
    row, known = records.locked(session, by, "accreditation.invite", accreditation_id)
    after, events = panel.invite(known, _member(session, member), now)
    records.changed(session, now, by, row, after, events, action="accreditation.invite")
    return view(session, now, by, row)


def change_panel(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    accreditation_id: UUID,
    meets_on: date | None = None,
    chair_id: UUID | None = None,
) -> View:
    """Another day or chair; what is left out stays. Raises Conflict, Invalid by field."""
    row, known = records.locked(session, by, "accreditation.change_panel", accreditation_id)
    seat = chair_id and records.seat_of(session, known, chair_id)
    after, events = panel.change(known, meets_on, seat, now)
    records.changed(session, now, by, row, after, events, action="accreditation.change_panel")
    return view(session, now, by, row)


def declare_interests(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    accreditation_id: UUID,
    conflict: bool,
    text: str | None = None,
) -> View:
    """A member says whether they have a conflict of interest; who has one sits no more. Raises Conflict, Invalid."""
    row, known = records.locked(session, by, "accreditation.declare", accreditation_id)
    mine = records.member_of(session, by, known)
    after, events = panel.declare(known, mine, conflict=conflict, text=text, now=now)
    records.changed(session, now, by, row, after, events, action="accreditation.declare")
    return view(session, now, by, row)


def lift_conflict(
    session: Session, now: datetime, by: Principal, *, accreditation_id: UUID, person_id: UUID, reason: str
) -> View:
    """A member's conflict of interest was none: they sit again. Raises Conflict, NotFound, Invalid (no reason)."""
    row, known = records.locked(session, by, "accreditation.lift_conflict", accreditation_id)
    seat = records.seat_of(session, known, person_id)
    after, events = panel.lift(known, seat, reason, now)
    action = "accreditation.lift_conflict"
    records.changed(session, now, by, row, after, events, action=action, why=reason.strip())
    return view(session, now, by, row)


def vote_on_accreditation(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    accreditation_id: UUID,
    vote: str,
    score: int,
    comment: str | None = None,
) -> View:
    """A member's one vote, with a score of 1 to 5; another one replaces it until the decision. Raises Conflict."""
    row, known = records.locked(session, by, "accreditation.vote", accreditation_id)
    mine, cast = records.member_of(session, by, known), Outcome(vote)
    after, events = panel.vote(
        known, mine, by.organisations, vote=cast, score=score, comment=comment, now=now
    )
    records.changed(session, now, by, row, after, events, action="accreditation.vote")
    return view(session, now, by, row)


def decide_accreditation(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    accreditation_id: UUID,
    outcome: str,
    reasons: str,
    conditions: Sequence[str] = (),
    feedback: str | None = None,
    accredited_from: date | None = None,
) -> View:
    """The chair records what the majority voted for. From ``accredited_from`` the provider is an accredited one.

    Raises TransitionNotAllowed, Conflict (no majority for it, too early, too few sit), Invalid by field.
    """
    row, known = records.locked(session, by, "accreditation.decide", accreditation_id)
    said: View = {"reasons": reasons.strip(), "conditions": tuple(conditions), "feedback": feedback}
    decision = Decision(outcome=Outcome(outcome), decided_at=now, accredited_from=accredited_from, **said)
    after, events = panel.decide(known, decision, by.organisations, now)
    records.changed(session, now, by, row, after, events, action="accreditation.decide")
    if accredited_from is not None:
        _expect(session, now, by, row, after, accredited_from)
    return view(session, now, by, row)


def _expect(
    session: Session, now: datetime, by: Principal, row: Row, after: Accreditation, starts: date
) -> None:
    """Accreditation begins at midnight in London; a day that has come begins it now."""
    midnight = datetime.combine(starts, time.min, LONDON)
    if midnight <= now:
        _begin(session, now, by, row, after)
    else:
        schedule(session, midnight, BEGINS, records.subject(row.id))


def accreditation_begins(session: Session, now: datetime, subject: str) -> None:
    """The day of an accreditation has come; late or twice without harm."""
    row = records.find(session, UUID(subject.removeprefix("accreditation/")), lock=True)
    _begin(session, now, TIMER, row, records.accreditation(session, row))


def _begin(session: Session, now: datetime, by: Principal, row: Row, known: Accreditation) -> None:
    after, events = panel.begin(known, now)
    if events:
        _become(session, now, by, row.provider_code, "both")
    records.changed(session, now, by, row, after, events, action="accreditation.begin_force")


def _become(session: Session, now: datetime, by: Principal, code: str, kind: str) -> None:
    provider = session.get_one(models.Provider, code, with_for_update=True, populate_existing=True)
    if provider.kind != kind:
        changes = {"kind": [provider.kind, kind]}
        provider.kind = kind
        audit(session, by, now, action="provider.accredit", subject=f"provider/{code}", changes=changes)


def annul_decision(
    session: Session, now: datetime, by: Principal, *, accreditation_id: UUID, reason: str
) -> View:
    """Correction of a decision that was recorded in error: before the panel again, the provider as it was.

    Raises Conflict when there is none, when the provider applies anew, or when something stands on the accreditation.
    """
    row, known = records.locked(session, by, "accreditation.annul", accreditation_id)
    after, events = panel.annul(known, reason, now)
    session.get_one(models.Provider, row.provider_code, with_for_update=True)
    _refuse_while_others_live(session, row)
    if known.in_force_at is not None:
        _refuse_what_stands_on_it(session, row.provider_code)
        _become(session, now, by, row.provider_code, "lead_school")
    cancel(session, BEGINS, records.subject(row.id))
    records.changed(session, now, by, row, after, events, action="accreditation.annul", why=reason.strip())
    return view(session, now, by, row)


def _refuse_while_others_live(session: Session, row: Row) -> None:
    live = Row.state.in_(("draft", "submitted", "panel")) & (Row.provider_code == row.provider_code)
    if other := session.scalar(select(Row.id).where(live, Row.id != row.id)):
        message = f"Provider {row.provider_code} has begun another application, which must end first"
        raise Conflict(message, accreditation_id=str(other))


def _refuse_what_stands_on_it(session: Session, code: str) -> None:
    """Courses that it ratifies, partnerships and trainees cannot be left without an accredited provider."""
    course, trainee = models.Course, models.Trainee
    counted = {
        "published courses": select(func.count()).where(
            course.accredited_code == code, course.state == courses.State.PUBLISHED.value
        ),
        "partnerships": select(func.count()).where(models.Partnership.accredited_code == code),
        "trainees": select(func.count()).where(trainee.provider_code == code, trainee.discarded_at.is_(None)),
    }
    found = {what: session.scalar(statement) for what, statement in counted.items()}
    if told := [f"{count} {what}" for what, count in found.items() if count]:
        raise Conflict(
            f"Provider {code} already has {', '.join(told)} by its accreditation; move these first"
        )
