"""A lead school applies for accreditation: begun, written section by section, sent, withdrawn."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import accreditation, policy
from services.itt.domain.accreditation import LIVE, Grade, Partner, State
from services.itt.domain.policy.accreditation import accreditation_relations
from services.itt.handlers import accreditation_records as records
from services.itt.handlers.accreditation_views import View, view
from services.itt.handlers.catalogue import ACCREDITED
from services.itt.models import Accreditation as Row
from shared.audit import audit
from shared.errors import Conflict, NotFound
from shared.ids import new_id
from shared.policy import Principal


def begin_accreditation(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    provider_code: str,
    accreditation_id: UUID | None = None,
) -> View:
    """A draft; asked again with the same ``accreditation_id`` it gives that application.

    Raises NotAllowed, NotFound (provider), Conflict: it is accredited, or has an application that is not decided.
    """
    policy.PERMISSIONS.require(
        by, "accreditation.begin", accreditation_relations(by, provider_code, (), (), sent=False)
    )
    provider = _provider(session, provider_code)
    if accreditation_id and (known := session.get(Row, accreditation_id)):
        if known.provider_code != provider_code:
            raise Conflict(f"The application {accreditation_id} is of another provider")
        return view(session, now, by, known)
    _refuse_another(session, provider)
    row = Row(id=accreditation_id or new_id(), provider_code=provider_code, created_at=now)
    row.state, row.partners, row.conditions = State.DRAFT.value, [], []
    session.add(row)
    session.flush()
    changes = {"provider_code": provider_code}
    subject = records.subject(row.id)
    audit(session, by, now, action="accreditation.begin", subject=subject, changes=changes)
    return view(session, now, by, row)


def _provider(session: Session, code: str) -> models.Provider:
    """The provider, locked, so that two applications begun at once are seen by each other. Raises NotFound."""
    found = session.get(models.Provider, code, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"There is no provider {code}")
    return found


def _refuse_another(session: Session, provider: models.Provider) -> None:
    """One application at a time, and none of who is accredited, or will be on a day that is settled."""
    if provider.kind in ACCREDITED:
        raise Conflict(f"Provider {provider.code} is accredited already")
    known = select(Row).where(Row.provider_code == provider.code)
    for row in session.scalars(known.order_by(Row.created_at)):
        if row.state in LIVE:
            said = {"accreditation_id": str(row.id), "state": row.state}
            raise Conflict(f"Provider {provider.code} has an application that is {row.state}", **said)
        if row.state == State.ACCREDITED and row.in_force_at is None:
            raise Conflict(f"Provider {provider.code} is accredited from {row.accredited_from}")


def save_accreditation(
    session: Session, now: datetime, by: Principal, *, accreditation_id: UUID, sections: Mapping[str, Any]
) -> View:
    """Write sections of a draft, whole or in part; null clears, what is not named stays. Raises Conflict once sent."""
    row, known = records.locked(session, by, "accreditation.save", accreditation_id)
    given = dict(sections)
    if given.get("ofsted_grade"):
        given["ofsted_grade"] = Grade(given["ofsted_grade"])
    if "partners" in given:
        given["partners"] = tuple(Partner(**each) for each in given["partners"] or ())
    after, _ = accreditation.save(known, replace(known.content, **given))
    records.changed(session, now, by, row, after, action="accreditation.save")
    return view(session, now, by, row)


def submit_accreditation(session: Session, now: datetime, by: Principal, *, accreditation_id: UUID) -> View:
    """Send it. Raises Invalid with all that is missing or wrong, by section."""
    row, known = records.locked(session, by, "accreditation.submit", accreditation_id)
    after, events = accreditation.submit(known, now)
    records.changed(session, now, by, row, after, events, action="accreditation.submit")
    return view(session, now, by, row)


def withdraw_accreditation(
    session: Session, now: datetime, by: Principal, *, accreditation_id: UUID, reason: str
) -> View:
    """Take it back before the decision; a new one may be begun. Raises TransitionNotAllowed, Invalid."""
    row, known = records.locked(session, by, "accreditation.withdraw", accreditation_id)
    after, events = accreditation.withdraw(known, reason, now)
    records.changed(session, now, by, row, after, events, action="accreditation.withdraw")
    return view(session, now, by, row)
