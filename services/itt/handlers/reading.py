"""Reading trainees: one, lists, history, the provider's file, and somebody's own equality data."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, extract, false, func, or_, select, true
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import bulk_file, csv_files, policy
from services.itt.domain.codes import labels
from services.itt.domain.dates import today
from services.itt.domain.details import DISABILITIES
from services.itt.domain.duplicates import fold
from services.itt.domain.routes import RULES, Route
from services.itt.domain.trainees import (
    OCTOBER,
    TRN_MISSING_DAYS,
    TRN_MISSING_DAYS_OCTOBER,
    State,
)
from services.itt.handlers import histories, records
from services.itt.handlers.leading import led_by
from services.itt.handlers.sheets import placements_of
from services.itt.handlers.views import View, observation_view, summary, view
from shared.aliases import known_as
from shared.audit import audit
from shared.database.equality import equality_role
from shared.errors import NotAllowed
from shared.paging import page
from shared.policy import ANY, Principal

Table = models.Trainee


def get_trainee(session: Session, now: datetime, by: Principal, *, trainee_id: UUID) -> View:
    """Everything about one trainee. Raises NotFound, also for who may not read it."""
    return view(session, now, by, records.readable(session, by, "trainee.read", trainee_id))


SORTS: dict[str, list[Any]] = {
    "name": [Table.sort_name, Table.id],
    "start": [Table.itt_start_date, Table.sort_name, Table.id],
    "end": [Table.itt_end_date, Table.sort_name, Table.id],
    "state": [Table.state, Table.sort_name, Table.id],
    "registered": [Table.created_at, Table.id],
}


def list_trainees(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    search: str | None = None,
    sort: str = "name",
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
    **filters: Any,
) -> View:
    """The trainees that the principal may read: searched by name, e-mail, TRN, HESA or provider's id.

    ``filters``: provider_code, state, route, academic_year, import_id, trn_still_missing, from_application,
    has_matches (may be registered already).
    """
    known = select(Table).where(Table.discarded_at.is_(None), _scope(session, by))
    for word in fold(search or "").split():
        known = known.where(Table.search_text.contains(word, autoescape=True))
    for name, value in filters.items():
        if value is not None:
            known = known.where(FILTERS[name](value, today(now)))
    found = page(session, known, order=SORTS[sort], limit=limit, after=after, descending=descending)
    return {"items": [summary(row, today(now)) for row in found["items"]], "next": found["next"]}


def _scope(session: Session, by: Principal) -> ColumnElement[bool]:
    """Whom the principal may read, by the table of permissions. Raises NotAllowed when that is nobody ever."""
    relations = {
        row.relation for row in policy.PERMISSIONS if row.action == "trainee.read" and by.has(row.role)
    }
    if not relations:
        policy.PERMISSIONS.require(by, "trainee.read")
    clauses = {
        ANY: true(),
        policy.OWN_PROVIDER: Table.provider_code.in_(_codes(by, "provider:")),
        policy.PARTNER: or_(
            Table.training_partner_urn.in_(_codes(by, "school:")), led_by(_codes(by, "provider:"))
        ),
        policy.SELF: Table.person_id.in_(_ids(session, by)),
        policy.MENTORS: Table.id.in_(
            select(models.Placement.trainee_id).where(
                models.Placement.mentor_id.in_(_ids(session, by)), models.Placement.removed_at.is_(None)
            )
        ),
    }
    return or_(false(), *(clauses[relation] for relation in relations))


def _codes(by: Principal, kind: str) -> list[str]:
    return [name.removeprefix(kind) for name in by.organisations if name.startswith(kind)]


def _ids(session: Session, by: Principal) -> set[UUID]:
    try:
        return known_as(session, UUID(by.id)) | {UUID(by.id)}
    except ValueError:
        return set()


def _route(value: str, on: date) -> ColumnElement[bool]:
    return Table.training_route == RULES[Route(value)].code


def _in_academic_year(value: int, on: date) -> ColumnElement[bool]:
    return Table.itt_start_date.between(date(value, 8, 1), date(value + 1, 7, 31))


def _missing(value: bool, on: date) -> ColumnElement[bool]:
    """The rule of ``trn_still_missing`` for the database."""
    in_october = extract("month", Table.submitted_on) == OCTOBER
    patience = case((in_october, TRN_MISSING_DAYS_OCTOBER), else_=TRN_MISSING_DAYS)
    asked = (Table.state == State.SUBMITTED_FOR_TRN) & Table.trn.is_(None) & Table.submitted_on.is_not(None)
    late = asked & (Table.submitted_on + patience <= on)
    return late if value else ~late


FILTERS: dict[str, Callable[[Any, date], ColumnElement[bool]]] = {
    "provider_code": lambda value, on: Table.provider_code == value,
    "state": lambda value, on: Table.state == value,
    "import_id": lambda value, on: Table.import_id == value,
    "route": _route,
    "academic_year": _in_academic_year,
    "trn_still_missing": _missing,
    "from_application": lambda value, on: Table.from_application_id.is_not(None) == value,
    "has_matches": lambda value, on: (func.jsonb_array_length(Table.matches) > 0) == value,
}


def list_observations(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    trainee_id: UUID,
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """The observed lessons of a trainee in pages, oldest first; without what was removed. Raises NotFound."""
    row, table = records.readable(session, by, "trainee.read", trainee_id), models.Observation
    known = select(table).where(table.trainee_id == row.id, table.removed_at.is_(None))
    order = [table.observed_on, table.id]
    found = page(session, known, order=order, limit=limit, after=after, descending=descending)
    return {"items": [observation_view(each) for each in found["items"]], "next": found["next"]}


def trainee_history(session: Session, now: datetime, by: Principal, *, trainee_id: UUID) -> View:
    """What was done and what happened, oldest first: commands from the audit, facts as they were published."""
    row = records.readable(session, by, "trainee.history", trainee_id)
    name = records.subject(row.id)
    items = [*_commands(session, name), *histories.facts(session, name)]
    return {"trainee_id": row.id, "items": histories.in_order(items)}


def _commands(session: Session, name: str) -> list[View]:
    known = histories.commands(session, name)
    return [one | {"details": _told(one["details"] | one["personal"])} for one in known]


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a command without those that nobody reads by name: the NI number and equality data."""
    return {name: pair for name, pair in values.items() if name not in ("ni_number", records.EQUALITY_NOTE)}


def export_trainees(
    session: Session, now: datetime, by: Principal, *, provider_code: str, academic_year: int | None = None
) -> View:
    """The national file of a provider's trainees, packed: the statutory return, with equality data; audited."""
    policy.PERMISSIONS.require(by, "trainee.export", policy.provider_relations(by, provider_code))
    known = select(Table, models.TraineeEquality).outerjoin(models.TraineeEquality)
    known = known.where(Table.provider_code == provider_code, Table.discarded_at.is_(None))
    if academic_year is not None:
        known = known.where(_in_academic_year(academic_year, today(now)))
    with equality_role(session):
        rows = session.execute(known.order_by(Table.import_id, Table.import_row, Table.id)).all()
    placed = placements_of(session, [row.id for row, _ in rows])
    text = bulk_file.export(records.details(row, equality, placed.get(row.id, [])) for row, equality in rows)
    said = {"rows": len(rows), "academic_year": academic_year}
    audit(session, by, now, action="trainee.export", subject=f"provider/{provider_code}", changes=said)
    name = f"trainees-{provider_code}.csv"
    return {"file_name": name, "rows": len(rows), "content": csv_files.pack(text.encode())}


def template(session: Session, now: datetime, by: Principal) -> View:
    """The empty national file, packed."""
    return {"file_name": "trainees.csv", "rows": 0, "content": csv_files.pack(bulk_file.template().encode())}


def equality_data(session: Session, now: datetime, by: Principal, *, trainee_id: UUID) -> View:
    """Somebody's own equality data; reading it is audited. Raises NotFound to everybody else."""
    row = records.readable(session, by, "trainee.equality", trainee_id)
    with equality_role(session):
        known = session.get(models.TraineeEquality, row.id)
    audit(session, by, now, action="trainee.equality", subject=records.subject(row.id))
    given = [getattr(known, name) for name in DISABILITIES] if known else []
    return {
        "trainee_id": row.id,
        "ethnicity": labels("ethnicity").get(known.ethnicity or "") if known else None,
        "disabilities": [labels("disability")[code] for code in given if code],
    }


def count_trainees(session: Session, now: datetime, by: Principal, *, provider_code: str) -> View:
    """How many trainees of a provider are in each state."""
    relations = policy.provider_relations(by, provider_code)
    if not policy.PERMISSIONS.allows(by, "trainee.list", relations):
        raise NotAllowed("This is for the provider itself")
    known = select(Table.state, func.count()).where(
        Table.provider_code == provider_code, Table.discarded_at.is_(None)
    )
    found = {state: count for state, count in session.execute(known.group_by(Table.state))}
    return {"provider_code": provider_code, "states": {state.value: found.get(state, 0) for state in State}}
