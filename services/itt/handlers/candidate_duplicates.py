"""Suspected duplicates among the candidates of a cycle: found when something is sent, decided by a person."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import policy
from services.itt.domain.candidate_duplicates import Decision
from shared.audit import audit
from shared.errors import Conflict, NotFound
from shared.events.applications import DuplicateDecided, DuplicateSuspected
from shared.ids import new_id
from shared.messaging import publish
from shared.paging import page
from shared.policy import Principal

View = dict[str, Any]
Table = models.CandidateDuplicate
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 1))")


def look(session: Session, now: datetime, candidate: models.Candidate, cycle: int) -> None:
    """Note everybody who may be the same person as this candidate, who sends something now.

    Two who do so at the same moment wait for each other, so that one of them sees the other.
    """
    row = session.get(models.CandidateForm, (candidate.id, cycle))
    if row is None or row.duplicate_key is None:
        return
    session.execute(ONE_AT_A_TIME, {"key": f"{cycle}|{row.duplicate_key}"})
    for other in session.scalars(_alike(row)):
        _suspect(session, now, candidate, other, cycle)


def _alike(row: models.CandidateForm) -> Any:
    form, sent = models.CandidateForm, models.Application
    theirs = exists().where(sent.candidate_id == form.candidate_id, sent.cycle == form.cycle)
    alike = (form.cycle == row.cycle) & (form.duplicate_key == row.duplicate_key)
    others = alike & (form.candidate_id != row.candidate_id) & theirs.where(sent.sent_at.is_not(None))
    wanted = select(models.Candidate).join(form, form.candidate_id == models.Candidate.id)
    return wanted.where(others).order_by(models.Candidate.id)


def _suspect(
    session: Session, now: datetime, candidate: models.Candidate, other: models.Candidate, cycle: int
) -> None:
    first, second = sorted((candidate, other), key=lambda each: each.id)
    values = {"id": new_id(), "cycle": cycle, "first_id": first.id, "second_id": second.id, "found_at": now}
    made = insert(Table).values(values).on_conflict_do_nothing().returning(Table.id)
    if (duplicate_id := session.scalar(made)) is not None:
        about = _about(duplicate_id, candidate, other)
        codes = _providers(session, (candidate.id, other.id), cycle)
        publish(session, DuplicateSuspected(occurred_at=now, **about, cycle=cycle, provider_codes=codes))


def _providers(session: Session, candidate_ids: Sequence[UUID], cycle: int) -> tuple[str, ...]:
    """Who has an application of one of them."""
    table = models.Application
    sent = select(table.provider_code, table.accredited_code).where(
        table.candidate_id.in_(candidate_ids), table.cycle == cycle, table.sent_at.is_not(None)
    )
    return tuple(sorted({code for pair in session.execute(sent) for code in pair if code}))


def _about(duplicate_id: UUID, candidate: models.Candidate, other: models.Candidate) -> dict[str, UUID]:
    return {
        "duplicate_id": duplicate_id,
        "candidate_id": candidate.id,
        "person_id": candidate.person_id,
        "other_candidate_id": other.id,
        "other_person_id": other.person_id,
    }


def _called(search: str) -> Select[Any]:
    who = models.Candidate
    said = func.concat_ws(" ", who.first_names, who.last_name, who.email)
    return select(who.id).where(*(said.icontains(word, autoescape=True) for word in search.split()))


def list_duplicates(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    decided: bool = False,
    search: str | None = None,
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """Suspected duplicates that wait for a decision, or those that were decided, oldest first.

    ``search``: every word is in the name or the e-mail address of one of the two.
    """
    policy.PERMISSIONS.require(by, "candidate.decide_duplicate")
    known = select(Table).where(Table.decision.is_not(None) if decided else Table.decision.is_(None))
    if search:
        known = known.where(Table.first_id.in_(_called(search)) | Table.second_id.in_(_called(search)))
    order = (Table.found_at, Table.id)
    found = page(session, known, order=order, limit=limit, after=after, descending=descending)
    return {"items": [_view(session, row) for row in found["items"]], "next": found["next"]}


def decide_duplicate(
    session: Session, now: datetime, by: Principal, *, duplicate_id: UUID, decision: str, why: str
) -> View:
    """Say whether two candidates are one person; what follows is for who keeps people. Raises NotFound, Conflict."""
    policy.PERMISSIONS.require(by, "candidate.decide_duplicate")
    row = session.get(Table, duplicate_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"There is no suspected duplicate {duplicate_id}")
    if row.decision is not None:
        if row.decision == decision:
            return _view(session, row)
        raise Conflict(f"It was decided already: {row.decision}")
    row.decision, row.decided_at = Decision(decision).value, now
    first, second = (session.get_one(models.Candidate, id_) for id_ in (row.first_id, row.second_id))
    audit(
        session,
        by,
        now,
        action="candidate.decide_duplicate",
        subject=f"duplicate/{row.id}",
        why=why,
        changes={"decision": [None, decision]},
    )
    same = decision == Decision.SAME_PERSON
    about = _about(row.id, first, second)
    publish(session, DuplicateDecided(occurred_at=now, **about, same_person=same))
    return _view(session, row)


def _view(session: Session, row: models.CandidateDuplicate) -> View:
    session.flush()
    found = [session.get_one(models.Candidate, id_) for id_ in (row.first_id, row.second_id)]
    names = ("person_id", "first_names", "last_name", "date_of_birth", "email")
    return {
        "duplicate_id": row.id,
        "cycle": row.cycle,
        "found_at": row.found_at,
        "decision": row.decision,
        "decided_at": row.decided_at,
        "candidates": [
            {name: getattr(each, name) for name in names} | {"candidate_id": each.id} for each in found
        ],
    }
