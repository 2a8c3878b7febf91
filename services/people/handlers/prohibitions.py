"""Prohibitions, recorded from the Department's list by an operator."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.people.domain import prohibitions as domain
from services.people.domain.policy import PERMISSIONS
from services.people.domain.words import london
from services.people.handlers.persons import one_locked
from services.people.models import Prohibition
from shared.aliases import known_as, resolve
from shared.audit import audit
from shared.errors import Invalid, NotFound
from shared.events.people import ProhibitionImposed, ProhibitionLifted
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal


def record_prohibition(
    session: Session, now: datetime, by: Principal, *, person_id: UUID, imposed_on: date, reason: str
) -> Prohibition:
    """The person may not teach from now on. Asked again while one stands, it is so already.

    Raises NotFound, NotAllowed, Invalid (a date to come).
    """
    PERMISSIONS.require(by, "prohibition.record")
    if imposed_on > london(now):
        raise Invalid.field("imposed_on", "must not be in the future")
    person = one_locked(session, resolve(session, person_id))
    if (standing := _standing(session, person.id)) is not None:
        return standing
    row = Prohibition(
        id=new_id(), person_id=person.id, imposed_on=imposed_on, state=domain.ProhibitionState.IMPOSED
    )
    session.add(row)
    publish(
        session,
        ProhibitionImposed(
            occurred_at=now, person_id=person.id, prohibition_id=row.id, imposed_on=imposed_on
        ),
    )
    audit(session, by, now, action="prohibition.record", subject=f"person/{person.id}", why=reason)
    return row


def lift_prohibition(
    session: Session, now: datetime, by: Principal, *, prohibition_id: UUID, lifted_on: date, reason: str
) -> Prohibition:
    """The prohibition is over. Asked again for the same day, it is so already.

    Raises NotFound, NotAllowed, Invalid (before it was imposed, or to come), TransitionNotAllowed.
    """
    PERMISSIONS.require(by, "prohibition.record")
    row = session.get(Prohibition, prohibition_id, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no prohibition {prohibition_id}.")
    if row.lifted_on == lifted_on:
        return row
    if lifted_on > london(now):
        raise Invalid.field("lifted_on", "must not be in the future")
    lifted = _to_domain(row).lift(lifted_on)
    row.state, row.lifted_on = lifted.state, lifted.lifted_on
    person_id = resolve(session, row.person_id)
    publish(
        session,
        ProhibitionLifted(occurred_at=now, person_id=person_id, prohibition_id=row.id, lifted_on=lifted_on),
    )
    audit(session, by, now, action="prohibition.lift", subject=f"person/{person_id}", why=reason)
    return row


def _standing(session: Session, person_id: UUID) -> Prohibition | None:
    statement = select(Prohibition).where(
        Prohibition.person_id.in_(known_as(session, person_id)),
        Prohibition.state == domain.ProhibitionState.IMPOSED,
    )
    return session.scalars(statement.order_by(Prohibition.id)).first()


def _to_domain(row: Prohibition) -> domain.Prohibition:
    return domain.Prohibition(
        row.id, row.person_id, row.imposed_on, domain.ProhibitionState(row.state), row.lifted_on
    )
