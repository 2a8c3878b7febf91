"""What an application says of its trainee, read from the form, the course, the provider and the equality table."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import form, recruits
from services.itt.domain.applications import Application
from services.itt.domain.courses import CONTENT, Content
from services.itt.domain.dates import academic_year
from services.itt.domain.details import Details
from services.itt.domain.form import Section
from services.itt.domain.recruits import Known
from services.itt.handlers import catalogue
from services.itt.handlers.funding_rates import rates_of
from shared.database.equality import equality_role
from shared.events.applications import Recruit


def record(session: Session, application: Application) -> Details:
    """The trainee's record as the form and the course say it now (the candidate is locked). Raises Conflict.

    Without equality data, which is compared with nothing.
    """
    return _record(session, application, None)


def whole(session: Session, application: Application) -> Details:
    """The same with equality data, for the record of who is recruited."""
    return _record(session, application, _said(session, application.candidate_id))


def _record(session: Session, application: Application, said: models.CandidateEquality | None) -> Details:
    fresh = replace(application.course, content=_content(session, application.course.id))
    known = _known(session, application, fresh.content)
    if said is not None:
        known = replace(known, sex=said.sex, ethnicity=said.ethnicity, disabilities=said.disabilities)
    return recruits.record(replace(application, course=fresh), known)


def _content(session: Session, course_id: UUID) -> Content:
    """What the course says, locked for reading: a change of it at this moment comes before the draft, or finds it."""
    statement = select(models.Course).where(models.Course.id == course_id).with_for_update(read=True)
    row = session.scalars(statement.execution_options(populate_existing=True)).one()
    return catalogue.content({name: getattr(row, name) for name in CONTENT})


def _known(session: Session, application: Application, content: Content) -> Known:
    candidate = session.get_one(models.Candidate, application.candidate_id)
    sections = _sections(session, application)
    starts = content.starts_on or content.start_month
    return Known(
        who=who(candidate, sections),
        lead_urn=_lead_urn(session, application),
        fee_payer=sections.get(Section.NATIONALITY.value, ({}, False))[0].get("fee_payer"),
        rates=rates_of(session, {academic_year(starts)}) if starts else (),
    )


def equality(session: Session, candidate_id: UUID) -> dict[str, Any]:
    """What the candidate says of themselves, by the columns of the record."""
    known = _said(session, candidate_id)
    return recruits.equality(known.ethnicity, known.disabilities) if known else {}


def _said(session: Session, candidate_id: UUID) -> models.CandidateEquality | None:
    with equality_role(session):
        return session.get(models.CandidateEquality, candidate_id)


def _sections(session: Session, application: Application) -> dict[str, tuple[dict[str, Any], bool]]:
    table = models.FormSection
    mine = (table.candidate_id == application.candidate_id) & (table.cycle == application.cycle)
    return {row.section: (row.content, row.completed) for row in session.scalars(select(table).where(mine))}


def who(candidate: models.Candidate, sections: Mapping[str, tuple[Mapping[str, Any], bool]]) -> Recruit:
    """The candidate as a trainee's record needs them; what the form does not say comes from the account."""
    made = form.recruit(sections, candidate.email)
    return replace(
        made,
        first_names=made.first_names or candidate.first_names,
        last_name=made.last_name or candidate.last_name,
        date_of_birth=made.date_of_birth or candidate.date_of_birth,
    )


def _lead_urn(session: Session, application: Application) -> str | None:
    """The URN of the lead school; who runs the course and ratifies it itself has no training partner."""
    if application.course.provider_code == application.course.content.accredited_code:
        return None
    provider = session.get(models.Provider, application.course.provider_code)
    return provider.urn if provider else None
