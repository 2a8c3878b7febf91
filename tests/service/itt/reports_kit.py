"""Applications that were decided, and trainees of many kinds, for tests of the reports."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import choices, decisions
from shared.ids import new_id
from shared.policy import Role
from shared.testing.kit import principal
from tests.service.itt.applications_kit import ready
from tests.service.itt.courses_kit import LEAD

REGION = "North East"
REGIONAL = principal(Role.REGIONAL_ANALYST, f"region:{REGION}", id="regional analyst")
ELSEWHERE = principal(Role.REGIONAL_ANALYST, "region:London", id="analyst of elsewhere")
REASONS = [{"code": "R08"}]
View = dict[str, Any]
# Monday of a week, and moments in it and after it.
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


def located(session: Session, code: str = "2LS", region: str = REGION) -> None:
    """Say where a provider is."""
    row = session.get(models.Provider, code)
    if row is None:
        row = models.Provider(code=code, name=f"Provider {code}", kind="accredited_provider")
        session.add(row)
    row.region = region
    session.flush()


def sent_at(session: Session, option_id: UUID, at: datetime, name: str = "Amina Okafor") -> UUID:
    """Somebody's application, sent at that moment."""
    by = ready(session, name)
    made = choices.choose_course(session, at, by, course_option_id=option_id)
    application_id = UUID(str(made["application_id"]))
    choices.send_application(session, at, by, application_id=application_id)
    return application_id


def offer(session: Session, application_id: UUID, at: datetime, *conditions: str) -> None:
    """Offer the place."""
    decisions.make_offer(session, at, LEAD, application_id=application_id, conditions=list(conditions))


def reject(session: Session, application_id: UUID, at: datetime) -> None:
    """Say no."""
    decisions.reject_application(session, at, LEAD, application_id=application_id, reasons=REASONS)


def accept(session: Session, application_id: UUID, at: datetime) -> None:
    """The candidate takes the offer."""
    row = session.get_one(models.Application, application_id)
    who = session.get_one(models.Candidate, row.candidate_id)
    by = principal(Role.CANDIDATE, id=str(who.person_id))
    choices.accept_offer(session, at, by, application_id=application_id)


def a_trainee(session: Session, **changes: Any) -> UUID:
    """A trainee's row as it stands: training since September 2026 on a course until July 2027."""
    id_ = new_id()
    values: View = {
        "person_id": new_id(),
        "provider_code": "2A5",
        "state": "trn_received",
        "created_at": MONDAY,
        "search_text": "x",
        "sort_name": "x",
        "hesa_id": "7572897115906",
        "first_names": "Amina",
        "last_name": "O'Connor",
        "date_of_birth": date(2002, 5, 14),
        "sex": "10",
        "email": "a@example.com",
        "itt_aim": "202",
        "training_route": "03",
        "course_subject_1": "100403",
        "study_mode": "01",
        "itt_start_date": date(2026, 9, 1),
        "itt_end_date": date(2027, 7, 16),
        "course_age_range": "13918",
        "course_year": "1",
        "fund_code": "7",
        "funding_method": "6",
        "withdrawal_reasons": [],
    }
    session.add(models.Trainee(id=id_, **(values | changes)))
    session.flush()
    return id_


def row_of(report: View, **wanted: Any) -> View:
    """The one row of a report with these values."""
    (found,) = [row for row in report["rows"] if wanted.items() <= row.items()]
    return dict(found)
