"""The census and the performance profile as providers sign them off: the counts of that moment are kept."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import returns
from services.itt.domain.census import NUMBERS
from services.itt.domain.dates import today
from services.itt.domain.reports import summed
from services.itt.domain.returns import Kind, Return, State
from services.itt.handlers import report_counts, return_rows
from services.itt.handlers.report_scope import located
from services.itt.handlers.return_facts import due, reopened, signed_off
from shared.audit import audit
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging import publish
from shared.paging import page
from shared.policy import Principal
from shared.timers import cancel, schedule

View = dict[str, Any]
Table = models.StatutoryReturn
OPENS, REMINDER = "returns_open", "return_reminder"


def get_return(
    session: Session, now: datetime, by: Principal, *, kind: str, provider_code: str, academic_year: int
) -> View:
    """A provider's census or performance profile of a year: its window, its state, and the counts that were signed off.

    Raises NotFound, also for whoever may not read it.
    """
    return_rows.check_reader(session, by, provider_code)
    row = session.scalar(return_rows.of(Kind(kind), provider_code, academic_year))
    if row is not None:
        return return_rows.view(session, now, return_rows.to_domain(row))
    return return_rows.view(session, now, return_rows.new(Kind(kind), provider_code, academic_year))


SORTS = {
    "provider": (Table.provider_code, Table.id),
    "state": (Table.state, Table.provider_code, Table.id),
}


def _named(search: str) -> Select[Any]:
    """The providers of that name or code."""
    table = models.Provider
    named = table.name.icontains(search, autoescape=True) | (table.code == search.upper())
    return select(table.code).where(named)


def list_returns(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    kind: str,
    academic_year: int | None = None,
    state: str | None = None,
    search: str | None = None,
    sort: str = "provider",
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """The returns of a year (by default the latest) that the principal may read, by provider. Raises NotAllowed.

    ``search``: part of the provider's name, or its code.
    """
    year = academic_year or returns.current_year(Kind(kind), now)
    known = located(select(Table), Table.provider_code).where(Table.kind == kind, Table.academic_year == year)
    known = known.where(return_rows.readable(by))
    if state is not None:
        known = known.where(Table.state == state)
    if search:
        known = known.where(Table.provider_code.in_(_named(search)))
    found = page(session, known, order=SORTS[sort], limit=limit, after=after, descending=descending)
    return {
        "items": [return_rows.summary(return_rows.to_domain(row), now) for row in found["items"]],
        "next": found["next"],
    }


def sign_off_return(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    kind: str,
    provider_code: str,
    academic_year: int,
    on: date | None = None,
    sign_off_id: UUID | None = None,
) -> View:
    """Sign the counts of this moment off; ``sign_off_id`` said again changes nothing. ``on``: the day of the census.

    Raises NotFound, NotAllowed, Invalid (``on``), TransitionNotAllowed when it is signed off, Conflict outside the
    window.
    """
    return_rows.check_may(session, by, "return.sign_off", provider_code)
    row = return_rows.locked(session, Kind(kind), provider_code, academic_year)
    if sign_off_id is not None and _is_known(session, row, sign_off_id):
        return return_rows.view(session, now, return_rows.to_domain(row))
    after = returns.sign_off(return_rows.to_domain(row), now)
    counted_on, counts = _counts(session, after, on, now)
    return_rows.store(row, after)
    session.add(
        models.SignOff(
            id=sign_off_id or new_id(),
            return_id=after.id,
            number=after.sign_offs,
            counted_on=counted_on,
            signed_at=now,
            signed_by=by.actor,
            counts=counts,
        )
    )
    session.flush()
    said = {"number": after.sign_offs, "counted_on": counted_on}
    audit(session, by, now, action=f"{kind}.sign_off", subject=return_rows.subject(after), changes=said)
    cancel(session, REMINDER, return_rows.subject(after))
    publish(session, signed_off(after, counted_on, summed(counts, NUMBERS[after.kind]), now))
    return return_rows.view(session, now, after)


def _is_known(session: Session, row: models.StatutoryReturn, sign_off_id: UUID) -> bool:
    """Whether this return was signed off by that id. Raises Conflict when another one was."""
    known = session.get(models.SignOff, sign_off_id)
    if known is not None and known.return_id != row.id:
        raise Conflict(f"The sign-off {sign_off_id} is of another return")
    return known is not None


def _counts(session: Session, known: Return, on: date | None, now: datetime) -> tuple[date, list[View]]:
    """The counts of a provider by all headings, and the day that they are of."""
    year, own = known.academic_year, report_counts.Table.provider_code == known.provider_code
    if known.kind is Kind.PERFORMANCE_PROFILE:
        return today(now), report_counts.profile(session, year, own)
    day = on or returns.census_day(year, now)
    returns.check_census_day(year, day, now)
    return day, report_counts.census(session, year, day, own)


def reopen_return(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    kind: str,
    provider_code: str,
    academic_year: int,
    reason: str,
    until: date | None = None,
) -> View:
    """Let a provider sign off (again), for a reason; the counts that were signed off before stay as they are.

    Raises NotFound, NotAllowed, Invalid (``reason``, ``until``), Conflict while it can be signed off anyway.
    """
    return_rows.check_may(session, by, "return.reopen", provider_code)
    row = return_rows.locked(session, Kind(kind), provider_code, academic_year)
    after = returns.reopen(return_rows.to_domain(row), reason, until, now)
    return_rows.store(row, after)
    session.flush()
    said = {"until": after.reopened_until}
    audit(
        session,
        by,
        now,
        action=f"{kind}.reopen",
        subject=return_rows.subject(after),
        why=reason,
        changes=said,
    )
    _remind_next(session, after, now)
    publish(session, reopened(after, now))
    return return_rows.view(session, now, after)


# --- deadlines


def open_returns(session: Session, now: datetime, subject: str) -> None:
    """Timer: a window opens. Every provider with trainees has its return, with reminders; the next year's is set."""
    kind, year = _kind_and_year(subject)
    opens = returns.opens_at(kind, year)
    if now < opens:
        schedule(session, opens, OPENS, subject)
        return
    schedule(session, returns.opens_at(kind, year + 1), OPENS, f"{kind.value}/{year + 1}")
    for code in _providers(session, kind, year, now):
        _remind_next(session, return_rows.to_domain(return_rows.locked(session, kind, code, year)), now)


def _providers(session: Session, kind: Kind, year: int, now: datetime) -> Sequence[str]:
    """Who has somebody to count, by code."""
    trainee = report_counts.Table
    who = report_counts.ending_in(year)
    if kind is Kind.CENSUS:
        open_ = returns.window(kind, year)
        who = report_counts.REGISTERED & (trainee.itt_start_date <= open_.last)
        who &= trainee.itt_end_date >= open_.first
        who &= trainee.withdrawn_on.is_(None) & trainee.awarded_on.is_(None)
    return session.scalars(
        select(trainee.provider_code).where(who).distinct().order_by(trainee.provider_code)
    ).all()


def remind(session: Session, now: datetime, subject: str) -> None:
    """Timer: a provider has not signed off, and so many days are left."""
    row = session.get(Table, UUID(subject.partition("/")[2]), with_for_update=True, populate_existing=True)
    if row is None or row.state == State.SIGNED_OFF:
        return
    known = return_rows.to_domain(row)
    if returns.days_left(known, now) >= 0:
        publish(session, due(known, returns.days_left(known, now), now))
    _remind_next(session, known, now)


def _remind_next(session: Session, known: Return, now: datetime) -> None:
    """Set the next reminder of a return that is open, if there is one to come."""
    if (at := next(returns.reminders(known, now), None)) is not None:
        schedule(session, at, REMINDER, return_rows.subject(known))


def _kind_and_year(subject: str) -> tuple[Kind, int]:
    kind, _, year = subject.partition("/")
    return Kind(kind), int(year)
