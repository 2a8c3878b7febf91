"""Who offers courses, who ratifies them, and the schools that they take place in."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, true, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import gias, policy
from services.itt.domain.geography import outward
from services.itt.domain.policy.courses import course_relations
from services.itt.handlers import partners
from services.itt.handlers.catalogue import ACCREDITED
from services.itt.handlers.course_views import View
from shared.audit import audit
from shared.errors import Conflict, Invalid, NotFound
from shared.events.courses import ProviderNamed
from shared.messaging import publish
from shared.paging import page
from shared.policy import Principal

LEADS = ("lead_school", "both")
SHOWN = ("code", "name", "kind", "urn", "ukprn", "postcode", "region")


SORTS = {"code": (models.Provider.code,), "name": (models.Provider.name, models.Provider.code)}


def register_providers(
    session: Session, now: datetime, by: Principal, *, providers: Sequence[Mapping[str, Any]]
) -> View:
    """Providers by their codes, new ones and known ones with other values.

    Raises NotAllowed, Invalid (twice), Conflict (an accreditation that stands).
    """
    policy.PERMISSIONS.require(by, "provider.register")
    rows = sorted((dict(provider) for provider in providers), key=lambda row: str(row["code"]))
    if len({row["code"] for row in rows}) < len(rows):
        raise Invalid.field("providers", "a code stands there twice")
    _stay_accredited(session, [row["code"] for row in rows if row["kind"] not in ACCREDITED])
    urns = {row["code"]: row["urn"] for row in rows if row.get("urn")}
    led = partners.to_be_named(session, urns)
    _upsert(session, models.Provider, "code", rows)
    partners.name(session, now, by, led)
    _tell_names(session, now, models.Provider.code.in_([row["code"] for row in rows]))
    for row in rows:
        audit(session, by, now, action="provider.register", subject=f"provider/{row['code']}", changes=row)
    return {"stored": len(rows)}


def _stay_accredited(session: Session, codes: Sequence[str]) -> None:
    """Whom a panel accredited ratifies until its decision is annulled. The providers are locked by code."""
    table = models.Provider
    known = select(table).where(table.code.in_(codes), table.kind.in_(ACCREDITED)).order_by(table.code)
    by_kind = [row.code for row in session.scalars(known.with_for_update())]
    granted = models.Accreditation
    by_panel = select(granted.provider_code).where(
        granted.provider_code.in_(by_kind), granted.state == "accredited"
    )
    if standing := sorted(session.scalars(by_panel)):
        raise Conflict(f"{', '.join(standing)} was accredited by a panel; annul that decision first")


def tell_providers(session: Session, now: datetime, subject: str) -> None:
    """Timer, once: names of providers that were registered before names were told."""
    _tell_names(session, now, true())


def _tell_names(session: Session, now: datetime, which: ColumnElement[bool]) -> None:
    """Tell the names that the others have not been told, one after the other: the providers are locked by code."""
    table = models.Provider
    untold = select(table).where(which, table.name.is_distinct_from(table.told_name)).order_by(table.code)
    for row in session.scalars(untold.with_for_update().execution_options(populate_existing=True)):
        row.told_name = row.name
        publish(session, ProviderNamed(occurred_at=now, provider_code=row.code, name=row.name))


def load_schools(
    session: Session, now: datetime, by: Principal, *, schools: Sequence[Mapping[str, Any]]
) -> View:
    """Schools of the register, new ones and known ones with other values; what is not named stays.

    Raises NotAllowed, Invalid (twice).
    """
    policy.PERMISSIONS.require(by, "school.load")
    rows = sorted((_with_outward(school) for school in schools), key=lambda row: str(row["urn"]))
    if len({row["urn"] for row in rows}) < len(rows):
        raise Invalid.field("schools", "a URN stands there twice")
    _upsert(session, models.School, "urn", rows)
    audit(session, by, now, action="school.load", subject="register/schools", changes={"schools": len(rows)})
    return {"stored": len(rows)}


def _with_outward(school: Mapping[str, Any]) -> dict[str, Any]:
    row = asdict(gias.School(**school))
    return row | {"outward": outward(row["postcode"]) if row["postcode"] else None}


def _upsert(session: Session, table: type[Any], key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """All rows by one statement, in the order of their keys, so that two of these at once do not deadlock."""
    if rows:
        statement = insert(table).values([dict(row) for row in rows])
        others = {name: statement.excluded[name] for name in rows[0] if name != key}
        session.execute(statement.on_conflict_do_update(index_elements=[key], set_=others))
        session.expire_all()


def list_providers(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    search: str | None = None,
    kind: str | None = None,
    sort: str = "code",
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """Providers by code; ``search`` is a code or a part of a name. Who they are is public."""
    known = select(models.Provider)
    if search:
        named = models.Provider.name.icontains(search, autoescape=True)
        known = known.where(named | (models.Provider.code == search.upper()))
    if kind:
        known = known.where(models.Provider.kind == kind)
    found = page(session, known, order=SORTS[sort], limit=limit, after=after, descending=descending)
    return found | {"items": [{name: getattr(row, name) for name in SHOWN} for row in found["items"]]}


def names_of(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_codes: Sequence[str] = (),
    urns: Sequence[str] = (),
) -> View:
    """What providers and schools are called, by their codes: it is public. Who is not known is left out."""
    provider, school = models.Provider, models.School
    providers = select(provider.code, provider.name).where(provider.code.in_(provider_codes))
    schools = select(school.urn, school.name).where(school.urn.in_(urns))
    return {
        "providers": {code: name for code, name in session.execute(providers.order_by(provider.code))},
        "schools": {urn: name for urn, name in session.execute(schools.order_by(school.urn))},
    }


def agree_partnership(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    lead_code: str,
    accredited_code: str,
    from_on: date,
    until_on: date | None = None,
) -> View:
    """An accredited provider ratifies a lead school's courses from a day on.

    Raises NotAllowed, NotFound, Invalid (not these kinds, ends before it begins), Conflict (they have one then).
    """
    policy.PERMISSIONS.require(by, "partnership.agree", course_relations(by, lead_code, accredited_code))
    _of_kind(session, "lead_code", lead_code, LEADS)
    _of_kind(session, "accredited_code", accredited_code, ACCREDITED)
    if until_on is not None and until_on < from_on:
        raise Invalid.field("until_on", "is before it begins")
    for other in _partnerships(session, lead_code, accredited_code):
        if (until_on is None or other.from_on <= until_on) and (
            other.until_on is None or other.until_on >= from_on
        ):
            raise Conflict(
                f"{lead_code} and {accredited_code} have a partnership from {other.from_on} already"
            )
    row = models.Partnership(
        lead_code=lead_code, accredited_code=accredited_code, from_on=from_on, until_on=until_on
    )
    session.add(row)
    session.flush()
    return _noted(session, now, by, "partnership.agree", row)


def end_partnership(
    session: Session, now: datetime, by: Principal, *, lead_code: str, accredited_code: str, until_on: date
) -> View:
    """The last day of a partnership; courses that are published stay. Raises NotAllowed, NotFound, Invalid."""
    policy.PERMISSIONS.require(by, "partnership.end", course_relations(by, lead_code, accredited_code))
    known = _partnerships(session, lead_code, accredited_code)
    running = [row for row in known if row.until_on is None or row.until_on >= until_on]
    if not running:
        raise NotFound(f"{lead_code} and {accredited_code} have no partnership on {until_on}")
    row = running[0]
    if until_on < row.from_on:
        raise Invalid.field("until_on", f"is before it begins, {row.from_on}")
    row.until_on = until_on
    session.flush()
    return _noted(session, now, by, "partnership.end", row)


def list_partnerships(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str,
    descending: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> View:
    """The partnerships of a provider on either side, earliest first: who ratifies what is public."""
    table = models.Partnership
    mine = (table.lead_code == provider_code) | (table.accredited_code == provider_code)
    order = (table.from_on, table.lead_code, table.accredited_code)
    known = select(table).where(mine)
    found = page(session, known, order=order, limit=limit, after=after, descending=descending)
    return {"items": [_plain(row) for row in found["items"]], "next": found["next"]}


def _of_kind(session: Session, field: str, code: str, kinds: tuple[str, ...]) -> None:
    found = session.get(models.Provider, code)
    if found is None:
        raise NotFound(f"There is no provider {code}")
    if found.kind not in kinds:
        raise Invalid.field(field, f"{code} is a {found.kind.replace('_', ' ')}")


def _partnerships(session: Session, lead_code: str, accredited_code: str) -> Sequence[models.Partnership]:
    """Those of the two, earliest first; both providers are locked, so that two at once are seen."""
    codes = select(models.Provider.code).where(models.Provider.code.in_((lead_code, accredited_code)))
    session.execute(codes.order_by(models.Provider.code).with_for_update())
    table = models.Partnership
    known = select(table).where(
        tuple_(table.lead_code, table.accredited_code) == (lead_code, accredited_code)
    )
    return session.scalars(known.order_by(table.from_on)).all()


def _noted(session: Session, now: datetime, by: Principal, action: str, row: models.Partnership) -> View:
    said = _plain(row)
    subject = f"partnership/{row.lead_code}-{row.accredited_code}"
    audit(session, by, now, action=action, subject=subject, changes=said)
    return said


def _plain(row: models.Partnership) -> View:
    return {name: getattr(row, name) for name in ("lead_code", "accredited_code", "from_on", "until_on")}
