"""The checks of many trainees: recorded in one call, and listed with what is missing."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import policy
from services.itt.domain.checks import PASSING, Check, Kind, missing
from services.itt.domain.dates import today
from services.itt.domain.duplicates import fold
from services.itt.handlers import checks, leading, records, training_rows
from services.itt.handlers.training_views import check_view
from shared.errors import Invalid
from shared.paging import page
from shared.policy import Principal, Role

Table = models.Trainee
View = dict[str, Any]
SORTS: dict[str, list[Any]] = {
    "name": [Table.sort_name, Table.id],
    "start": [Table.itt_start_date, Table.sort_name, Table.id],
}
IN_TRAINING = ("draft", "submitted_for_trn", "trn_received", "deferred", "recommended_for_award")


def record_checks_of_many(
    session: Session, now: datetime, by: Principal, *, trainees: Sequence[dict[str, Any]]
) -> View:
    """Record the checks of up to 1,000 trainees, or of none when anything is wrong.

    Raises Invalid: ``fields`` maps the id of a trainee to what is wrong, by ``kind.field``.
    """
    asked = {each["trainee_id"]: checks.given(each["checks"]) for each in trainees}
    if len(asked) < len(trainees):
        raise Invalid.field("trainees", "names somebody twice; give all checks of a trainee together")
    rows = _locked(session, by, list(asked))
    known = training_rows.checks_of(session, list(rows))
    wrong = {str(id_): found for id_ in asked if (found := _problems(rows, known, id_, asked[id_], now))}
    if wrong:
        raise Invalid(f"The checks of {len(wrong)} trainees cannot be recorded", fields=wrong)
    started = checks.store(session, now, by, [(row, known[id_], asked[id_]) for id_, row in rows.items()])
    return {"trainees": len(rows), "started": started}


def _locked(session: Session, by: Principal, ids: list[UUID]) -> dict[UUID, models.Trainee]:
    """The trainees whose checks the principal may record, locked in the order of their ids."""
    known = select(Table).where(Table.id.in_(ids), Table.discarded_at.is_(None)).order_by(Table.id)
    statement = known.with_for_update().execution_options(populate_existing=True)
    rows = session.scalars(statement).all()
    leads = leading.lead_codes(session, [row.id for row in rows])
    return {row.id: row for row in rows if _may(by, row, leads.get(row.id))}


def _may(by: Principal, row: models.Trainee, lead: str | None) -> bool:
    relations = policy.relations(by, records.trainee(row), (), (), row.training_partner_urn, lead)
    return policy.PERMISSIONS.allows(by, "trainee.record_checks", relations)


def _problems(
    rows: dict[UUID, models.Trainee],
    known: dict[UUID, list[Check]],
    id_: UUID,
    new: list[Check],
    now: datetime,
) -> dict[str, list[str]]:
    if id_ not in rows:
        return {"trainee_id": ["is no trainee whose checks you may record"]}
    return checks.problems(known[id_], new, now)


def list_checks(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    search: str | None = None,
    missing: bool | None = None,
    starts_by: date | None = None,
    sort: str = "name",
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
    **filters: Any,
) -> View:
    """The checks of the trainees whose checks the principal records: who checked, when, and what is missing.

    ``filters``: provider_code, kind (with ``missing``, whether that very check is missing), start of the course by day.
    """
    known = select(Table).where(Table.discarded_at.is_(None), Table.state.in_(IN_TRAINING), _scope(by))
    for word in fold(search or "").split():
        known = known.where(Table.search_text.contains(word, autoescape=True))
    if filters.get("provider_code"):
        known = known.where(Table.provider_code == filters["provider_code"])
    if starts_by is not None:
        known = known.where(func.coalesce(Table.trainee_start_date, Table.itt_start_date) <= starts_by)
    if missing is not None:
        cleared = _cleared(filters.get("kind"), today(now))
        known = known.where(~cleared if missing else cleared)
    found = page(session, known, order=SORTS[sort], limit=limit, after=after, descending=descending)
    made = training_rows.checks_of(session, [row.id for row in found["items"]])
    items = [_item(row, made[row.id], today(now)) for row in found["items"]]
    return {"items": items, "next": found["next"]}


def _scope(by: Principal) -> ColumnElement[bool]:
    """Whose checks the principal may see as a list. Raises NotAllowed when that is nobody's ever."""
    if not by.has(Role.ACCREDITED_PROVIDER, Role.LEAD_SCHOOL):
        policy.PERMISSIONS.require(by, "trainee.list_checks")
    clauses: list[ColumnElement[bool]] = []
    if by.has(Role.ACCREDITED_PROVIDER):
        clauses.append(Table.provider_code.in_(policy.codes(by, "provider")))
    if by.has(Role.LEAD_SCHOOL):
        clauses.append(Table.training_partner_urn.in_(policy.codes(by, "school")))
        clauses.append(leading.led_by(policy.codes(by, "provider")))
    return or_(false(), *clauses)


def _cleared(kind: Kind | None, on: date) -> ColumnElement[bool]:
    """The rule of ``domain.checks.missing`` for the database."""
    check = models.training.SuitabilityCheck
    holds = and_(
        check.trainee_id == Table.id,
        check.outcome.in_(PASSING),
        or_(check.expires_on.is_(None), check.expires_on >= on),
    )
    wanted = [kind] if kind else list(Kind)
    held = select(func.count()).where(holds, check.kind.in_(wanted)).scalar_subquery()
    return held == len(wanted)


def _item(row: models.Trainee, made: list[Check], on: date) -> View:
    return {
        "trainee_id": row.id,
        "provider_code": row.provider_code,
        "state": row.state,
        "first_names": row.first_names,
        "last_name": row.last_name,
        "starts_on": records.trainee(row).starts_on,
        "started_on": row.started_on,
        "checks": [check_view(check, on) for check in made],
        "checks_missing": list(missing(made, on)),
    }
