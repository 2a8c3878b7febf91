"""Which kinds of messages somebody wants by e-mail."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.domain.messages import leaving, target
from services.notifications.domain.policy import PERMISSIONS, relations
from services.notifications.domain.quiet_hours import BEGIN, END
from services.notifications.domain.telling import Kind
from services.notifications.models import Message, Preference
from shared.aliases import known_as, resolve
from shared.audit import audit
from shared.policy import Principal

QUIET_HOURS = f"{BEGIN:%H:%M} to {END:%H:%M}, London time"


def preferences(session: Session, by: Principal, *, person_id: UUID) -> dict[str, Any]:
    """Every kind with whether it comes by e-mail. Raises NotAllowed (neither the person nor an operator)."""
    ids = known_as(session, person_id)
    PERMISSIONS.require(by, "preferences.read", relations(by, ids))
    return _shown(person_id, _chosen(session, ids))


def change_preferences(
    session: Session,
    now: datetime,
    by: Principal,
    *,
    person_id: UUID,
    email: dict[str, bool],
    digest: str = "none",
) -> dict[str, Any]:
    """Switch kinds on or off for e-mail; what is not sent yet stays in the app. Raises NotAllowed (not the person)."""
    ids = known_as(session, person_id)
    PERMISSIONS.require(by, "preferences.change", relations(by, ids))
    before = _chosen(session, ids)
    changed = {kind: wanted for kind, wanted in sorted(email.items()) if before[kind] != wanted}
    for kind, wanted in changed.items():
        _store(session, now, resolve(session, person_id), kind, wanted)
    if changed:
        _keep_in_app(session, ids, [kind for kind, wanted in changed.items() if not wanted])
        audit(session, by, now, action="preferences.change", subject=f"person/{person_id}", changes=changed)
    return _shown(person_id, before | changed)


def wants_mail(session: Session, person_ids: Collection[UUID], kind: Kind) -> bool:
    """Whether messages of the kind go by e-mail to somebody with these ids."""
    return _chosen(session, person_ids)[kind]


def _chosen(session: Session, person_ids: Collection[UUID]) -> dict[str, bool]:
    """The latest choice for each kind; without one it is yes."""
    statement = select(Preference.kind, Preference.email).where(Preference.person_id.in_(person_ids))
    rows = session.execute(statement.order_by(Preference.updated_at, Preference.person_id))
    return {kind.value: True for kind in Kind} | {kind: email for kind, email in rows}


def _shown(person_id: UUID, email: dict[str, bool]) -> dict[str, Any]:
    return {"person_id": person_id, "email": email, "digest": "none", "quiet_hours": QUIET_HOURS}


def _store(session: Session, now: datetime, person_id: UUID, kind: str, wanted: bool) -> None:
    row = {"email": wanted, "updated_at": now}
    statement = insert(Preference).values(person_id=person_id, kind=kind, **row)
    session.execute(statement.on_conflict_do_update(index_elements=["person_id", "kind"], set_=row))


def _keep_in_app(session: Session, person_ids: Collection[UUID], kinds: list[str]) -> None:
    """What waits to be sent of these kinds is not sent any more; notices are."""
    which = (
        Message.recipient_id.in_(person_ids),
        Message.kind.in_(kinds),
        Message.notice.is_(False),
        Message.state.in_(leaving("switched_off")),
    )
    locked = list(session.scalars(select(Message.id).where(*which).order_by(Message.id).with_for_update()))
    if locked:
        change = {"state": target("switched_off").value, "held_until": None}
        session.execute(update(Message).where(Message.id.in_(locked)).values(change))
