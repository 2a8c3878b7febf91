"""Recruited candidates and the trainees who come from them, for tests of the handlers."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import funding_table
from services.itt.domain.csv_files import pack
from services.itt.domain.form import Section
from services.itt.handlers import edits, funding_rates, trn
from shared.policy import Principal
from tests.service.itt.applications_kit import accepted, ready
from tests.service.itt.courses_kit import ACCREDITED, ADMIN, NOW
from tests.unit.itt.funding_builders import PHYSICS, rate

# The course of these tests runs from 1 September 2027.
STARTED = datetime(2027, 10, 4, 10, tzinfo=UTC)
LEAD_URN = "990103"
DEGREE = {
    "qualification_type": "BSc",
    "subject": "Mathematics",
    "award_year": "2024",
    "institution_details": "Durham University",
    "grade": "2:1",
    "hesa_degtype": "051",
    "hesa_degsbj": "100403",
    "hesa_degclss": "02",
    "hesa_degest": "0117",
}


def known(session: Session) -> None:
    """The lead school has a URN."""
    session.get_one(models.Provider, "2LS").urn = LEAD_URN
    session.flush()


def physics_alone(session: Session) -> None:
    """The table of the year has a bursary for physics, so that nothing is awarded for any other subject."""
    year = {"valid_from": date(2027, 8, 1), "valid_until": date(2028, 7, 31)}
    rates = [rate("Physics", PHYSICS, 29_000, academic_year=2027, **year)]
    funding_rates.load_funding(session, NOW, ADMIN, content=pack(funding_table.write(rates).encode()))


def says(session: Session, by: Principal, section: Section, **content: Any) -> None:
    """What stands in a section of the candidate's form, stored at once."""
    who = session.query(models.Candidate).filter_by(person_id=UUID(by.id)).one()
    row = session.get_one(models.FormSection, (who.id, 2027, section.value))
    row.content = {**row.content, **content}
    session.flush()


def recruited(
    session: Session, name: str = "Amina Okafor", option_id: UUID | None = None
) -> tuple[Principal, UUID, models.Trainee]:
    """A candidate with a coded degree whose offer had no conditions: the application, and the trainee."""
    by = ready(session, name)
    says(session, by, Section.DEGREES, degrees=[DEGREE])
    application_id = accepted(session, by, option_id=option_id)
    return by, application_id, trainee_of(session, application_id)


def trainees_of(session: Session, application_id: UUID) -> list[models.Trainee]:
    """All trainees of an application, also those who were discarded, oldest first."""
    session.flush()
    table = models.Trainee
    found = select(table).where(table.from_application_id == application_id).order_by(table.id)
    return list(session.scalars(found.execution_options(populate_existing=True)))


def trainee_of(session: Session, application_id: UUID) -> models.Trainee:
    """The one who is live."""
    (row,) = [row for row in trainees_of(session, application_id) if row.discarded_at is None]
    return row


def completed(session: Session, row: models.Trainee) -> None:
    """What neither the form nor the course says is filled in, and the TRN is asked for."""
    changes = {"hesa_id": "7572897115906", "sex": "10", "fund_code": "7", "funding_method": "6"}
    edits.change_trainee(session, NOW, ACCREDITED, trainee_id=row.id, changes=changes)
    trn.submit_for_trn(session, NOW, ACCREDITED, trainee_id=row.id)


def in_training(
    session: Session, name: str = "Amina Okafor", option_id: UUID | None = None
) -> tuple[Principal, UUID, models.Trainee]:
    """A recruited candidate who has a TRN."""
    by, application_id, row = recruited(session, name, option_id)
    completed(session, row)
    trn.request_trn(session, NOW, f"trainee/{row.id}")
    return by, application_id, row
