"""The table of funding: loaded from a file, listed, and asked for by what computes an amount."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.itt.domain import csv_files, funding, funding_table, policy
from services.itt.domain.funding import Kind, Rate
from services.itt.domain.funding_table import Table
from services.itt.domain.routes import Route
from services.itt.models import FundingRate as Row
from shared.audit import audit
from shared.events import funding as events
from shared.ids import new_id
from shared.messaging import publish
from shared.paging import page
from shared.policy import Principal

View = dict[str, Any]
NAMES = tuple(field.name for field in fields(Rate))
TOLD = tuple(field.name for field in fields(events.FundingRate))
# Two files at once are stored one after the other; who reads is not held up.
LOCK = text("LOCK TABLE funding_rate IN SHARE ROW EXCLUSIVE MODE")


def load_funding(
    session: Session, now: datetime, by: Principal, *, content: str, dry_run: bool = False
) -> View:
    """The whole table of each academic year that stands in the file: all rows, or none and every error.

    Rows that are no longer there end, and are kept. A file that changes nothing leaves no trace. Raises NotAllowed,
    FileUnreadable, TooLarge.
    """
    policy.PERMISSIONS.require(by, "funding.load")
    table = funding_table.parse(csv_files.unpack(content))
    if table.errors:
        return _answer(table, [], [], 0)
    if not dry_run:
        session.execute(LOCK)
    known = current_rows(session, {rate.academic_year for rate in table.rates})
    rates = {rate_of(row): row for row in known}
    added, ended = funding.difference(rates, table.rates)
    if not dry_run:
        _store(session, now, by, [rates[rate] for rate in ended], added)
        _tell(session, now, table.rates, added, ended)
    return _answer(table, added, ended, len(table.rates) - len(added))


def _answer(table: Table, added: list[Rate], ended: list[Rate], unchanged: int) -> View:
    said = [
        {"row": e.row, "column": e.column, "value": e.value[:100], "message": e.message} for e in table.errors
    ]
    counts = {"added": len(added), "ended": len(ended), "unchanged": unchanged}
    return {"rows": table.row_count, "error_count": len(said), "errors": said[:1000]} | counts


def _store(
    session: Session, now: datetime, by: Principal, ended: Iterable[Row], added: Iterable[Rate]
) -> None:
    changes: View = {"added": [], "ended": []}
    for row in ended:
        row.superseded_at = now
        changes["ended"].append(_said(rate_of(row)))
    for rate in added:
        row = Row(id=new_id(), recorded_at=now)
        for name, value in _columns(rate).items():
            setattr(row, name, value)
        session.add(row)
        changes["added"].append(_said(rate))
    session.flush()
    if any(changes.values()):
        audit(session, by, now, action="funding.load", subject="funding/rates", changes=changes)


def _columns(rate: Rate) -> View:
    lists = {"subject_codes": list(rate.subject_codes), "routes": [route.value for route in rate.routes]}
    return {name: getattr(rate, name) for name in NAMES} | lists | {"kind": rate.kind.value}


def _said(rate: Rate) -> View:
    return _columns(rate)


def _tell(
    session: Session, now: datetime, rates: Iterable[Rate], added: list[Rate], ended: list[Rate]
) -> None:
    """One fact for each year whose table is another one now."""
    new, gone = (Counter(rate.academic_year for rate in each) for each in (added, ended))
    for year in sorted(new.keys() | gone.keys()):
        table = tuple(_told(rate) for rate in rates if rate.academic_year == year)
        publish(
            session,
            events.FundingRatesChanged(
                occurred_at=now, academic_year=year, added=new[year], ended=gone[year], rates=table
            ),
        )


def _told(rate: Rate) -> events.FundingRate:
    values = asdict(rate) | {"kind": rate.kind.value, "routes": tuple(route.value for route in rate.routes)}
    return events.FundingRate(**{name: values[name] for name in TOLD})


def current_rows(session: Session, years: Collection[int]) -> list[Row]:
    """The rows of these academic years that are in the table now."""
    known = select(Row).where(Row.superseded_at.is_(None), Row.academic_year.in_(years))
    return list(session.scalars(known.order_by(Row.academic_year, Row.kind, Row.subject, Row.id)))


def rates_of(session: Session, years: Collection[int]) -> list[Rate]:
    """The table of these academic years."""
    return [rate_of(row) for row in current_rows(session, years)]


def rate_of(row: Row) -> Rate:
    """The domain's rate of a row."""
    values = {name: getattr(row, name) for name in NAMES}
    values |= {"kind": Kind(row.kind), "subject_codes": tuple(sorted(row.subject_codes))}
    return Rate(**values | {"routes": tuple(sorted(Route(name) for name in row.routes))})


def list_funding_rates(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    academic_year: int | None = None,
    kind: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """The rates that are in the table now, by year, kind and subject: what the nation pays is public."""
    known = select(Row).where(Row.superseded_at.is_(None))
    if academic_year is not None:
        known = known.where(Row.academic_year == academic_year)
    if kind is not None:
        known = known.where(Row.kind == kind)
    order = (Row.academic_year, Row.kind, Row.subject, Row.id)
    found = page(session, known, order=order, limit=limit, after=after)
    return found | {"items": [_view(row) for row in found["items"]]}


def _view(row: Row) -> View:
    return {name: getattr(row, name) for name in (*NAMES, "recorded_at")} | {"rate_id": row.id}
