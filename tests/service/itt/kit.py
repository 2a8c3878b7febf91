"""A provider, an administrator and trainees, for tests of the handlers."""

import csv
import io
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from services.itt.domain.checks import Kind, Outcome
from services.itt.domain.csv_files import pack, unpack
from services.itt.domain.details import COLUMNS
from services.itt.domain.routes import CODES, EARLY_YEARS
from services.itt.domain.standards import EARLY_YEARS_STANDARDS, STANDARDS
from services.itt.handlers import assessments, checks, imports, outcomes, registration, training, trn
from shared.database import admin_url, connect, name_of
from shared.database.tables import DUE
from shared.events import Event
from shared.policy import Principal, Role
from shared.testing.kit import principal, published
from tests.unit.itt.builders import cells

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PROVIDER = principal(Role.ACCREDITED_PROVIDER, "provider:2A5", id="provider-user")
OTHER_PROVIDER = principal(Role.ACCREDITED_PROVIDER, "provider:1TZ", id="other-user")
ADMIN = principal(Role.OPERATOR, id="admin")
MENTOR = {"first_names": "Ruth", "last_name": "Hall", "email": "ruth.hall@example.sch.uk"}
View = dict[str, Any]


def truncate(tables: str) -> None:
    """Empty tables of the service and what depends on them, as the administrator: they are of two owners."""
    url = make_url(admin_url()).set(database=name_of("itt")).render_as_string(hide_password=False)
    with closing(connect(url, "tests")) as connection, connection, connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} CASCADE")


def a_file(*rows: Mapping[str, str]) -> str:
    """The rows as a packed national file."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return pack(out.getvalue().encode())


def text_of(file: View) -> str:
    """The CSV text of an answer that holds a file."""
    return unpack(file["content"]).decode()


def nth(number: int, **changes: str) -> dict[str, str]:
    """A valid record unlike the others."""
    return cells(first_names=f"Name{number}", hesa_id=f"{number:013}") | {
        "email": f"trainee{number}@example.com",
        **changes,
    }


def import_file(session: Session, *rows: Mapping[str, str], by: Principal = PROVIDER, **more: Any) -> View:
    """Import rows for the provider 2A5."""
    given: dict[str, Any] = {"provider_code": "2A5", "content": a_file(*rows), "file_name": "trainees.csv"}
    return imports.import_trainees(session, NOW, by, **(given | more))


def register(session: Session, now: datetime = NOW, /, **changes: str) -> UUID:
    """A trainee who is submitted for a TRN."""
    made = registration.register_trainee(
        session, now, PROVIDER, provider_code="2A5", details=nth(1, **changes), confirmed=True
    )
    return UUID(str(made["trainee_id"]))


def with_trn(session: Session, **changes: str) -> UUID:
    """A trainee whose TRN has come."""
    trainee_id = register(session, **changes)
    trn.request_trn(session, NOW, f"trainee/{trainee_id}")
    return trainee_id


CHECKED_ON = date(2026, 7, 20)


def five_checks(**changes: Any) -> dict[str, dict[str, Any]]:
    """All checks before training, passed before the summer."""
    values = {"outcome": Outcome.PASSED, "checked_by": "Priya O'Neill", "checked_on": CHECKED_ON}
    return {kind.value: values | changes for kind in Kind}


def checked(session: Session, trainee_id: UUID, now: datetime = NOW) -> UUID:
    """The trainee with all checks passed."""
    checks.record_checks(session, now, PROVIDER, trainee_id=trainee_id, checks=five_checks())
    return trainee_id


def arranged(session: Session, trainee_id: UUID, number: int, urn: str, **changes: Any) -> View:
    """A placement with dates and a mentor."""
    given: dict[str, Any] = {
        "number": number,
        "school_urn": urn,
        "starts_on": date(2026, 9, 7),
        "ends_on": date(2026, 12, 18),
        "mentor": MENTOR,
    }
    return training.arrange_placement(session, NOW, PROVIDER, trainee_id=trainee_id, **(given | changes))


def judged(*not_met: str, of: Mapping[str, str] = STANDARDS) -> dict[str, Any]:
    """Every standard judged, all met but these."""
    return {number: {"met": number not in not_met, "evidence": "Seen"} for number in of}


def ready(session: Session, **changes: str) -> UUID:
    """A trainee who may be recommended: the training has started, as all checks are passed."""
    trainee_id = checked(session, with_trn(session, **({"employing_school_urn": "100001"} | changes)))
    arranged(session, trainee_id, 1, "123456")
    arranged(session, trainee_id, 2, "234567")
    route = changes.get("training_route", "03")
    of = EARLY_YEARS_STANDARDS if CODES[route] in EARLY_YEARS else STANDARDS
    assessments.record_final_assessment(
        session, NOW, PROVIDER, trainee_id=trainee_id, assessed_on=TODAY, standards=judged(of=of)
    )
    return trainee_id


def recommended(session: Session, **changes: str) -> UUID:
    """A trainee who is recommended."""
    trainee_id = ready(session, **changes)
    outcomes.recommend(session, NOW, PROVIDER, trainee_id=trainee_id, standards_met_on=TODAY)
    return trainee_id


def awarded(session: Session, **changes: str) -> UUID:
    """A trainee with QTS."""
    trainee_id = recommended(session, **changes)
    outcomes.award_due(session, NOW + timedelta(days=1), f"trainee/{trainee_id}")
    return trainee_id


def types(session: Session) -> list[str]:
    """The types of what was published so far."""
    return [event.TYPE for event in published(session)]


def last(session: Session) -> Event:
    """What was published last."""
    return published(session)[-1]


def due(session: Session, kind: str) -> dict[str, datetime]:
    """When deadlines of that kind are due, by subject."""
    session.flush()
    rows = session.execute(select(DUE.c.subject, DUE.c.at).where(DUE.c.kind == kind))
    return {subject: at for subject, at in rows}
