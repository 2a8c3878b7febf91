"""Applications for accreditation as readers see them, and lists of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import accreditation, accreditation_panel, policy
from services.itt.domain.accreditation import TRANSITIONS, Accreditation, Member, State
from services.itt.domain.dates import today
from services.itt.domain.policy.accreditation import APPLICANT, SENT, SITS
from services.itt.handlers import accreditation_records as records
from services.itt.models import Accreditation as Row
from services.itt.models import AccreditationMember
from shared.aliases import known_as
from shared.paging import page
from shared.policy import ANY, Principal

View = dict[str, Any]
# What may be asked in a state beside the moves of the machine -> the action of the permissions.
MOVES = {
    "submit": "accreditation.submit",
    "withdraw": "accreditation.withdraw",
    "convene_panel": "accreditation.convene",
    "accredit": "accreditation.decide",
    "refuse": "accreditation.decide",
}
BESIDE = {
    State.DRAFT: {"save": "accreditation.save"},
    State.PANEL: {
        "invite": "accreditation.invite",
        "change_panel": "accreditation.change_panel",
        "declare": "accreditation.declare",
        "lift_conflict": "accreditation.lift_conflict",
        "vote": "accreditation.vote",
    },
    State.ACCREDITED: {"annul_decision": "accreditation.annul"},
    State.REFUSED: {"annul_decision": "accreditation.annul"},
}


def get_accreditation(session: Session, now: datetime, by: Principal, *, accreditation_id: UUID) -> View:
    """Everything about an application that the principal may read. Raises NotFound to everybody else."""
    return view(session, now, by, records.find(session, accreditation_id))


def view(session: Session, now: datetime, by: Principal, row: Row) -> View:
    """An application; the votes of others are the chair's and the conveners' to read, one's own one's own."""
    known, relations = records.seen(session, by, row)
    whole = policy.PERMISSIONS.allows(by, "accreditation.read_votes", relations)
    mine = records.member_of(session, by, known) if SITS in relations else None
    members = [_member(each, known, whole or each.person_id == mine) for each in known.members]
    return _summary(row, _name(session, row.provider_code)) | {
        "case": row.case_text,
        "ofsted_grade": row.ofsted_grade,
        "partners": [{"urn": each.urn, "agreed_on": each.agreed_on} for each in known.content.partners],
        "capacity": row.capacity,
        "withdrawal_reason": row.withdrawal_reason,
        "members": members,
        "reasons": row.reasons,
        "conditions": row.conditions,
        "feedback": row.feedback,
        "missing_to_submit": _missing(known, today(now)),
        "possible": _possible(by, known, relations),
    }


def _summary(row: Row, name: str) -> View:
    names = ("provider_code", "state", "created_at", "submitted_at", "withdrawn_at", "meets_on")
    decided = ("outcome", "decided_at", "accredited_from", "in_force_at")
    said = {name: getattr(row, name) for name in (*names, *decided)}
    return said | {"accreditation_id": row.id, "provider_name": name}


def _name(session: Session, code: str) -> str:
    return session.get_one(models.Provider, code).name


def _member(member: Member, known: Accreditation, whole: bool) -> View:
    said: View = {
        "person_id": member.person_id,
        "first_names": member.person.first_names,
        "last_name": member.person.last_name,
        "chair": member.person_id == known.chair_id,
        "sits": member in accreditation_panel.sitting(known),
        "declared": member.conflict is not None,
        "voted": member.vote is not None,
    }
    names = ("conflict", "conflict_text", "vote", "score", "comment")
    return said | {name: getattr(member, name) if whole else None for name in names}


def _missing(known: Accreditation, on: date) -> dict[str, list[str]]:
    return accreditation.problems(known, on) if known.state is State.DRAFT else {}


def _possible(by: Principal, known: Accreditation, relations: set[str]) -> list[str]:
    offered = {move: MOVES[move] for move in TRANSITIONS.allowed(known.state)}
    offered |= BESIDE.get(known.state, {})
    return [name for name, act in offered.items() if policy.PERMISSIONS.allows(by, act, relations)]


def list_accreditations(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    state: str | None = None,
    provider_code: str | None = None,
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """The applications that the principal may read, oldest first. Raises NotAllowed to who never reads any."""
    known = select(Row).where(_scope(session, by))
    if state is not None:
        known = known.where(Row.state == state)
    if provider_code is not None:
        known = known.where(Row.provider_code == provider_code)
    order = (Row.created_at, Row.id)
    found = page(session, known, order=order, limit=limit, after=after, descending=descending)
    codes = {row.provider_code for row in found["items"]}
    named = select(models.Provider.code, models.Provider.name).where(models.Provider.code.in_(codes))
    names = {code: name for code, name in session.execute(named)}
    return found | {"items": [_summary(row, names[row.provider_code]) for row in found["items"]]}


def _scope(session: Session, by: Principal) -> ColumnElement[bool]:
    """What the principal may read, by the table of permissions. Raises NotAllowed when that is nothing ever."""
    rows = [row for row in policy.PERMISSIONS if row.action == "accreditation.read" and by.has(row.role)]
    if not rows:
        policy.PERMISSIONS.require(by, "accreditation.read")
    mine = select(AccreditationMember.accreditation_id).where(
        AccreditationMember.person_id.in_(_ids(session, by))
    )
    clauses = {
        ANY: true(),
        APPLICANT: Row.provider_code.in_(policy.codes(by, "provider")),
        SENT: Row.submitted_at.is_not(None),
        SITS: Row.id.in_(mine),
    }
    return or_(false(), *(clauses[row.relation] for row in rows))


def _ids(session: Session, by: Principal) -> set[UUID]:
    try:
        return known_as(session, UUID(by.id)) | {UUID(by.id)}
    except ValueError:
        return set()
