"""What a trainee gets, what a course promises, and what a provider's trainees get together: each with why."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import csv_files, policy
from services.itt.domain.codes import labels
from services.itt.domain.courses import Funding
from services.itt.domain.dates import academic_year as academic_year_of
from services.itt.domain.dates import today
from services.itt.domain.funding import Entitlement, Rate, Studied, entitlement
from services.itt.domain.routes import CODES, Route
from services.itt.domain.trainees import State
from services.itt.handlers import catalogue, records, search
from services.itt.handlers.finding import words
from services.itt.handlers.funding_rates import View, rates_of
from shared.audit import audit
from shared.errors import Conflict
from shared.paging import page
from shared.policy import Principal

Table = models.Trainee
STARTS = func.coalesce(Table.trainee_start_date, Table.itt_start_date)
EXPORTED = (
    "Trainee ID",
    "Provider trainee ID",
    "HESA ID",
    "TRN",
    "Last names",
    "First names",
    "State",
    "Academic year",
    "Route",
    "Subject",
    "Kind",
    "Amount in pounds",
    "Amount of a whole course in pounds",
    "Why",
    "To check",
)
Found = tuple[models.Trainee, Entitlement]


def trainee_funding(session: Session, now: datetime, by: Principal, *, trainee_id: UUID) -> View:
    """What the table gives a trainee, and why. Raises NotFound, also for who may not read it."""
    row = records.readable(session, by, "funding.trainee", trainee_id)
    ((_, given),) = _entitled(session, [row])
    return {"trainee_id": row.id, "state": row.state} | _view(given)


def course_funding(session: Session, now: datetime, by: Principal, *, course_id: UUID) -> View:
    """What a trainee on a course would get, for candidates who can find it and who may read it otherwise.

    Raises NotFound, Conflict while find is closed, or when a draft does not say its route, subjects or start.
    """
    row = catalogue.find(session, course_id)
    options = catalogue.options_of(session, [row.id])[row.id]
    if not policy.PERMISSIONS.allows(by, "course.read", catalogue.relations_of(by, row, options)):
        search.show_course(session, now, by, course_id=course_id)
    starts_on = row.starts_on or row.start_month
    missing = {"route": row.route, "subjects": row.subjects, "start_month": starts_on}
    if starts_on is None or row.route is None or not row.subjects:
        said = ", ".join(name for name, value in missing.items() if not value)
        raise Conflict(f"The course does not say yet: {said}; its funding follows from these")
    studied = Studied(
        route=Route(row.route),
        subjects=tuple(row.subjects),
        starts_on=starts_on,
        course_name=row.name,
        funding=Funding(row.funding) if row.funding else None,
    )
    table = rates_of(session, [academic_year_of(starts_on)])
    return {"course_id": row.id} | _view(entitlement(studied, table))


SORTS = {
    "name": (Table.sort_name, Table.id),
    "start": (Table.itt_start_date, Table.sort_name, Table.id),
}


def funding_list(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str,
    academic_year: int | None = None,
    state: str | None = None,
    search: str | None = None,
    sort: str = "name",
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """What a provider's trainees who start in an academic year (by default this one) get, by name, with totals.

    Totals are of all that are found, not of the page; ``unsettled`` are those for whom the table tells no amount.
    """
    year = _asked(by, now, provider_code, academic_year)
    known = _trainees(provider_code, year, state).where(*words(Table.search_text, search))
    found = page(session, known, order=SORTS[sort], limit=limit, after=after, descending=descending)
    items = [_summary(row, given) for row, given in _entitled(session, found["items"])]
    totals = _totals(given for _, given in _entitled(session, session.scalars(known).all()))
    return {"items": items, "next": found["next"], "academic_year": year} | totals


def export_funding(
    session: Session, now: datetime, by: Principal, *, provider_code: str, academic_year: int | None = None
) -> View:
    """The same as a CSV file, packed, with why in words; audited."""
    year = _asked(by, now, provider_code, academic_year)
    known = _trainees(provider_code, year, None).order_by(Table.sort_name, Table.id)
    found = _entitled(session, session.scalars(known).all())
    content = csv_files.write(EXPORTED, (_cells(row, given) for row, given in found))
    said = {"rows": len(found), "academic_year": year}
    audit(session, by, now, action="funding.export", subject=f"provider/{provider_code}", changes=said)
    name = f"funding-{provider_code}-{year}.csv"
    return {"file_name": name, "rows": len(found), "content": csv_files.pack(content.encode())}


def _asked(by: Principal, now: datetime, provider_code: str, year: int | None) -> int:
    policy.PERMISSIONS.require(by, "funding.list", policy.provider_relations(by, provider_code))
    return academic_year_of(today(now)) if year is None else year


def _trainees(provider_code: str, year: int, state: str | None) -> Select[Any]:
    clauses: list[ColumnElement[bool]] = [
        Table.provider_code == provider_code,
        Table.discarded_at.is_(None),
        STARTS.between(date(year, 8, 1), date(year + 1, 7, 31)),
    ]
    return select(Table).where(*clauses, *([Table.state == state] if state else []))


def _entitled(session: Session, rows: Sequence[models.Trainee]) -> list[Found]:
    """What each gets, by two queries for all: their courses, and the table of their years."""
    names, years = _course_names(session, rows), {academic_year_of(_starts_on(row)) for row in rows}
    table = rates_of(session, years)
    return [(row, _one(row, names.get(row.application_id or ""), table)) for row in rows]


def _one(row: models.Trainee, course: models.Course | None, table: Sequence[Rate]) -> Entitlement:
    subjects = records.trainee(row).course_subjects
    fits = course is not None and set(course.subjects) == set(subjects)
    studied = Studied(
        route=CODES[row.training_route],
        subjects=subjects,
        starts_on=_starts_on(row),
        course_name=course.name if course and fits else None,
        state=State(row.state),
        method=row.funding_method,
        fund_code=row.fund_code,
    )
    return entitlement(studied, table)


def _starts_on(row: models.Trainee) -> date:
    """The first start: a reinstatement does not move a trainee to another year's table."""
    return row.trainee_start_date or row.itt_start_date


def _course_names(session: Session, rows: Iterable[models.Trainee]) -> dict[str, models.Course]:
    """The course of each application that a trainee came from, by the application as the record writes it."""
    ids = {id_ for row in rows if (id_ := _uuid(row.application_id))}
    application = models.Application
    joined = select(application.id, models.Course).join(
        models.Course, models.Course.id == application.course_id
    )
    return {str(id_): course for id_, course in session.execute(joined.where(application.id.in_(ids)))}


def _uuid(written: str | None) -> UUID | None:
    try:
        return UUID(written or "")
    except ValueError:
        return None


def _view(given: Entitlement) -> View:
    rate = given.rate
    return {
        "academic_year": given.academic_year,
        "amount_pence": given.amount_pence,
        "full_amount_pence": given.full_amount_pence,
        "kind": rate.kind.value if rate else None,
        "subject_code": given.subject_code,
        "subject": labels("course_subject").get(given.subject_code or ""),
        "explanation": list(given.sentences),
        "to_check": list(given.to_check),
    }


def _summary(row: models.Trainee, given: Entitlement) -> View:
    said = {
        "trainee_id": row.id,
        "first_names": row.first_names,
        "last_name": row.last_name,
        "state": row.state,
        "route": CODES[row.training_route].value,
    }
    return said | _view(given)


def _totals(all_: Iterable[Entitlement]) -> View:
    given = list(all_)
    unsettled = [each for each in given if each.amount_pence is None]
    return {
        "trainees": len(given),
        "total_pence": sum(each.amount_pence or 0 for each in given),
        "unsettled": len(unsettled),
        "unsettled_full_pence": sum(each.full_amount_pence for each in unsettled),
    }


def _cells(row: models.Trainee, given: Entitlement) -> dict[str, str]:
    said = _view(given)
    values = (
        str(row.id),
        row.provider_trainee_id or "",
        row.hesa_id or "",
        row.trn or "",
        row.last_name,
        row.first_names,
        row.state,
        f"{given.academic_year}/{(given.academic_year + 1) % 100:02}",
        labels("training_route")[row.training_route],
        said["subject"] or "",
        said["kind"] or "",
        _pounds(given.amount_pence),
        _pounds(given.full_amount_pence),
        " ".join(given.sentences),
        " ".join(given.to_check),
    )
    return dict(zip(EXPORTED, values, strict=True))


def _pounds(pence: int | None) -> str:
    """Pounds as a spreadsheet adds them up; blank where the table cannot tell."""
    if pence is None:
        return ""
    return f"{pence // 100}.{pence % 100:02}" if pence % 100 else str(pence // 100)
