"""The form of a cycle: sections as drafts or complete, referees, and what comes along to the next cycle."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import carry_over, cycles, form, references
from services.itt.domain.applications import Application
from services.itt.domain.candidate_duplicates import key
from services.itt.domain.dates import today
from services.itt.domain.form import Section
from services.itt.handlers import (
    application_rows,
    candidacies,
    candidate_duplicates,
    candidates,
    keeping_up,
    referees,
    room,
)
from services.itt.handlers.candidates import own, refuse_closed, told
from shared.audit import audit
from shared.errors import Conflict, Invalid, NotFound
from shared.events.applications import FormCarriedOver
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal

View = dict[str, Any]
Sections = dict[str, tuple[Mapping[str, Any], bool]]
LISTS = ("degrees", "qualifications", "jobs", "volunteering")
# The statement is kept with each application as it was when that was sent.
NOT_READ_LIVE = frozenset({Section.PERSONAL_STATEMENT})
TELLS_DUPLICATES = frozenset({Section.PERSONAL_DETAILS, Section.CONTACT})


def opened(session: Session, now: datetime, candidate: models.Candidate, cycle: int) -> models.CandidateForm:
    """The form of that cycle, made when it is first needed (the candidate is locked)."""
    known = session.get(models.CandidateForm, (candidate.id, cycle))
    if known is not None:
        return known
    row = models.CandidateForm(candidate_id=candidate.id, cycle=cycle, created_at=now)
    session.add(row)
    session.flush()
    return row


def sections_of(session: Session, candidate_id: UUID, cycle: int) -> Sections:
    """What stands in a form, by section: the content, and whether the candidate says that it is complete."""
    table = models.FormSection
    rows = session.scalars(select(table).where(table.candidate_id == candidate_id, table.cycle == cycle))
    return {row.section: (row.content, row.completed) for row in rows}


def get_form(session: Session, now: datetime, by: Principal, *, cycle: int | None = None) -> View:
    """One's own form of a cycle, by default the one that runs. Raises NotFound without an account."""
    candidate = own(session, by, "candidate.read")
    return view(session, now, candidate, cycle or cycles.current(now).year)


def view(session: Session, now: datetime, candidate: models.Candidate, cycle: int) -> View:
    """A form with what it still lacks."""
    session.flush()
    sections = sections_of(session, candidate.id, cycle)
    rows = referees.rows_of(session, candidate.id, cycle)
    known = session.get(models.CandidateForm, (candidate.id, cycle))
    return {
        "candidate_id": candidate.id,
        "cycle": cycle,
        "carried_from": known.carried_from if known else None,
        "sections": [_section(section, sections, now) for section in Section],
        "references": [own_reference(row) for row in rows],
        "unfinished": unfinished(session, candidate, cycle),
    }


def _section(section: Section, sections: Sections, now: datetime) -> View:
    content, completed = sections.get(section.value, ({}, False))
    lacks = form.lacks(section, content, today(now))
    return {"section": section.value, "content": content, "completed": completed, "lacks": lacks}


def own_reference(row: models.Reference) -> View:
    """A referee as the candidate sees it: never what was written."""
    names = ("name", "email", "relationship", "referee_type", "state", "requested_at", "provided_at")
    return {name: getattr(row, name) for name in names} | {"reference_id": row.id}


def unfinished(session: Session, candidate: models.Candidate, cycle: int) -> dict[str, list[str]]:
    """What keeps the form from being sent, by section."""
    named = [referees.reference(row, candidate) for row in referees.rows_of(session, candidate.id, cycle)]
    return form.unfinished(sections_of(session, candidate.id, cycle), references.enough(named))


def save_section(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    section: str,
    content: Mapping[str, Any],
    completed: bool = False,
    cycle: int | None = None,
) -> View:
    """Save a section as a draft, or as complete. Raises Invalid with what it lacks, Conflict when the cycle is over."""
    candidate, year = _open(session, now, by, cycle)
    name = Section(section)
    said = _with_ids(content)
    if completed and (lacks := form.lacks(name, said, today(now))):
        raise Invalid(f"{section} is not complete: {'; '.join(lacks)}", fields={section: lacks})
    before = sections_of(session, candidate.id, year).get(section)
    if before == (said, completed):
        return view(session, now, candidate, year)
    _store(session, candidate.id, year, section, said, completed, now)
    room.of_form(sections_of(session, candidate.id, year))
    subject = candidates.subject(candidate.id)
    changes = {"section": section, "cycle": year, "completed": completed}
    audit(session, by, now, action="candidate.save_section", subject=subject, changes=changes)
    _keep_up(session, candidate, year, name, said)
    differs = name not in NOT_READ_LIVE and (before is None or before[0] != said)
    is_read = differs and told(session, now, candidate, year, (section,))
    if is_read and name in TELLS_DUPLICATES:
        candidate_duplicates.look(session, now, candidate, year)
    if is_read:
        keeping_up.of_candidate(session, now, by, candidate)
    return view(session, now, candidate, year)


def _open(session: Session, now: datetime, by: Principal, cycle: int | None) -> tuple[models.Candidate, int]:
    """The candidate who asks, locked, and the cycle of a form that may still be changed."""
    candidate = own(session, by, "candidate.write", lock=True)
    year = cycle or cycles.current(now).year
    over = now > cycles.cycle(year).find_closes_at
    refuse_closed(over and not carry_over.stays_open(year, _applications(session, candidate)), year)
    opened(session, now, candidate, year)
    return candidate, year


def _applications(session: Session, candidate: models.Candidate) -> list[Application]:
    mine = candidacies.rows_of(session, [candidate.id])
    return candidacies.loaded(session, mine.values(), {candidate.id: candidate})


def _with_ids(content: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in lists is told apart by its id, as providers' systems need it."""
    said = dict(content)
    for name in LISTS:
        if said.get(name):
            said[name] = [{**each, "id": each.get("id") or str(new_id())} for each in said[name]]
    return said


def _store(
    session: Session,
    candidate_id: UUID,
    cycle: int,
    section: str,
    content: Mapping[str, Any],
    completed: bool,
    now: datetime,
) -> None:
    row = session.get(models.FormSection, (candidate_id, cycle, section))
    if row is None:
        row = models.FormSection(candidate_id=candidate_id, cycle=cycle, section=section)
        session.add(row)
    row.content, row.completed, row.updated_at = dict(content), completed, now
    session.flush()


def _keep_up(
    session: Session,
    candidate: models.Candidate,
    cycle: int,
    section: Section,
    content: Mapping[str, Any],
) -> None:
    """The account's names follow the form; so does what tells suspected duplicates."""
    if section is Section.PERSONAL_DETAILS:
        candidate.first_names = content.get("first_names") or candidate.first_names
        candidate.last_name = content.get("last_name") or candidate.last_name
        born = content.get("date_of_birth")
        candidate.date_of_birth = date.fromisoformat(born) if born else candidate.date_of_birth
    if section in TELLS_DUPLICATES:
        sections = sections_of(session, candidate.id, cycle)
        contact = sections.get(Section.CONTACT.value, ({}, False))[0]
        row = session.get_one(models.CandidateForm, (candidate.id, cycle))
        row.duplicate_key = key(candidate.last_name, candidate.date_of_birth, contact.get("postcode"))
        session.flush()


# --- referees


def add_reference(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    cycle: int | None = None,
    reference_id: UUID | None = None,
    **named: str,
) -> View:
    """Name a referee, up to ten. Raises Conflict, Invalid (named already)."""
    candidate, year = _open(session, now, by, cycle)
    referees.add(session, now, by, candidate, year, reference_id, **named)
    return view(session, now, candidate, year)


def change_reference(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    reference_id: UUID,
    cycle: int | None = None,
    **named: str | None,
) -> View:
    """Correct a referee who was not asked yet."""
    candidate, year = _open(session, now, by, cycle)
    referees.change(session, now, by, candidate, year, reference_id, **named)
    return view(session, now, candidate, year)


def remove_reference(
    session: Session, now: datetime, by: Principal, *, reference_id: UUID, cycle: int | None = None
) -> View:
    """Name somebody no more."""
    candidate, year = _open(session, now, by, cycle)
    referees.remove(session, now, by, candidate, year, reference_id)
    return view(session, now, candidate, year)


# --- the next cycle


def carry_form_over(
    session: Session, now: datetime, by: Principal, *, from_cycle: int, cycle: int | None = None
) -> View:
    """Begin the form of a cycle with what stood in an earlier one; the courses are chosen anew.

    Raises NotFound (no such form), Conflict (an application there is not over, or the new form was begun).
    """
    candidate = own(session, by, "candidate.write", lock=True)
    year = cycle or cycles.current(now).year
    if session.get(models.CandidateForm, (candidate.id, from_cycle)) is None:
        raise NotFound(f"There is no form of the cycle {from_cycle}")
    carry_over.refuse(from_cycle, year, _applications(session, candidate))
    if sections_of(session, candidate.id, year):
        raise Conflict(f"The form of the cycle {year} was begun already")
    refuse_closed(now > cycles.cycle(year).find_closes_at, year)
    _copy(session, now, candidate, from_cycle, year)
    said = {"from_cycle": from_cycle, "cycle": year}
    subject = candidates.subject(candidate.id)
    audit(session, by, now, action="candidate.carry_over", subject=subject, changes=said)
    who = {"candidate_id": candidate.id, "person_id": candidate.person_id}
    person = application_rows.person(candidate)
    publish(
        session, FormCarriedOver(occurred_at=now, **who, from_cycle=from_cycle, cycle=year, person=person)
    )
    return view(session, now, candidate, year)


def _copy(session: Session, now: datetime, candidate: models.Candidate, from_cycle: int, cycle: int) -> None:
    before = session.get_one(models.CandidateForm, (candidate.id, from_cycle))
    row = opened(session, now, candidate, cycle)
    row.carried_from, row.duplicate_key = from_cycle, before.duplicate_key
    for name, (content, completed) in sections_of(session, candidate.id, from_cycle).items():
        _store(session, candidate.id, cycle, name, content, completed, now)
    known = {each.email for each in referees.rows_of(session, candidate.id, cycle)}
    for each in referees.rows_of(session, candidate.id, from_cycle):
        if each.email not in known:
            session.add(referees.carried(each, cycle))
    session.flush()
