"""Returns between the table and the domain: found, made and locked, stored, shown; and who may do what to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import policy, returns
from services.itt.domain.census import NUMBERS
from services.itt.domain.policy.reports import OWN_REGION, regions, relations_somewhere
from services.itt.domain.policy.trainees import OWN_PROVIDER
from services.itt.domain.reports import summed
from services.itt.domain.returns import Kind, Return, State
from services.itt.handlers.report_scope import REGION, relations_to
from shared.errors import NotFound
from shared.ids import new_id
from shared.policy import ANY, Principal

View = dict[str, Any]
Table = models.StatutoryReturn
COLUMNS = ("state", "sign_offs", "signed_off_at", "reopened_at", "reopened_until", "reopen_reason")


def of(kind: Kind, provider_code: str, year: int) -> Any:
    """The statement that finds one return."""
    return select(Table).where(
        Table.kind == kind.value, Table.provider_code == provider_code, Table.academic_year == year
    )


def new(kind: Kind, provider_code: str, year: int) -> Return:
    """A return that nobody has touched yet."""
    return Return(id=new_id(), provider_code=provider_code, kind=kind, academic_year=year)


def locked(session: Session, kind: Kind, provider_code: str, year: int) -> models.StatutoryReturn:
    """The row, locked; made when there is none."""
    one = new(kind, provider_code, year)
    made = insert(Table).values(
        id=one.id, provider_code=provider_code, kind=kind.value, academic_year=year, state=one.state.value
    )
    session.execute(made.on_conflict_do_nothing())
    mine = of(kind, provider_code, year).with_for_update()
    row: models.StatutoryReturn = session.scalars(mine.execution_options(populate_existing=True)).one()
    return row


def to_domain(row: models.StatutoryReturn) -> Return:
    """The domain's return of a row."""
    known = {name: getattr(row, name) for name in COLUMNS} | {"state": State(row.state)}
    return Return(
        id=row.id,
        provider_code=row.provider_code,
        kind=Kind(row.kind),
        academic_year=row.academic_year,
        **known,
    )


def store(row: models.StatutoryReturn, after: Return) -> None:
    """Write what became of a return."""
    for name in COLUMNS:
        setattr(row, name, getattr(after, name))


def subject(known: Return) -> str:
    """The name of a return in audit and timers."""
    return f"{known.kind.value}/{known.id}"


def check_reader(session: Session, by: Principal, provider_code: str) -> set[str]:
    """How the principal stands to the provider. Raises NotFound to who may not read its returns."""
    relations = relations_to(session, by, provider_code)
    if not policy.PERMISSIONS.allows(by, "return.read", relations) or not _is_there(session, provider_code):
        raise NotFound(f"There is no return of the provider {provider_code}")
    return relations


def _is_there(session: Session, provider_code: str) -> bool:
    trainees = select(models.Trainee.id).where(models.Trainee.provider_code == provider_code).limit(1)
    return session.get(models.Provider, provider_code) is not None or session.scalar(trainees) is not None


def check_may(session: Session, by: Principal, action: str, provider_code: str) -> None:
    """Raises NotFound, NotAllowed to who may only read it."""
    policy.PERMISSIONS.require(by, action, check_reader(session, by, provider_code))


def readable(by: Principal) -> ColumnElement[bool]:
    """Whose returns the principal may read. Raises NotAllowed when those are nobody's."""
    policy.PERMISSIONS.require(by, "return.read", relations_somewhere(by))
    holds = {row.relation for row in policy.PERMISSIONS if row.action == "return.read" and by.has(row.role)}
    if ANY in holds:
        return true()
    clauses = {
        OWN_PROVIDER: Table.provider_code.in_(policy.codes(by, "provider")),
        OWN_REGION: REGION.in_(regions(by)),
    }
    return or_(false(), *(clauses[relation] for relation in sorted(holds)))


def summary(known: Return, now: datetime) -> View:
    """A return as lists show it; ``days_left`` counts down to the last day on which it may be signed off."""
    return {
        "return_id": known.id,
        "kind": known.kind.value,
        "provider_code": known.provider_code,
        "academic_year": known.academic_year,
        "state": known.state.value,
        "opens_on": known.window.first,
        "last_day": known.last_day(),
        "days_left": None if known.state is State.SIGNED_OFF else returns.days_left(known, now),
        "signed_off_at": known.signed_off_at,
        "sign_offs": known.sign_offs,
        "reopened_at": known.reopened_at,
        "reopen_reason": known.reopen_reason,
    }


def view(session: Session, now: datetime, known: Return) -> View:
    """A return with everything that was signed off, the latest at the end."""
    table = models.SignOff
    signed = session.scalars(select(table).where(table.return_id == known.id).order_by(table.number)).all()
    return summary(known, now) | {"signed": [_signed(each, known.kind) for each in signed]}


def _signed(row: models.SignOff, kind: Kind) -> View:
    return {
        "sign_off_id": row.id,
        "number": row.number,
        "counted_on": row.counted_on,
        "signed_at": row.signed_at,
        "signed_by": row.signed_by,
        "counts": row.counts,
        "totals": summed(row.counts, NUMBERS[kind]),
    }
