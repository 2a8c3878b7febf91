"""Comparing what an application says with what it said: each difference is offered to the trainee's provider."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import corrections_offered
from services.itt.domain import details as national
from services.itt.domain.corrections_offered import TRANSITIONS, Offer, State
from services.itt.domain.details import Details
from services.itt.handlers import records
from shared.ids import new_id
from shared.messaging import publish
from shared.policy import Principal

Table = models.OfferedCorrection


def keep_up(session: Session, now: datetime, by: Principal, row: models.Trainee, said: Details) -> None:
    """Offer what the application says otherwise than before (the trainee is locked); nothing new offers nothing.

    A newer change takes the place of an open offer of the same column; a change back takes it away.
    """
    cells = corrections_offered.said(national.write(said))
    columns = corrections_offered.changed(row.application_says or {}, cells)
    if not columns:
        return
    row.application_says = dict(cells)
    _supersede(session, now, row, columns)
    known = national.write(records.details(row, None, ()))
    found = corrections_offered.offers(columns, cells, known)
    session.add_all(_row(row, offer, now) for offer in found)
    session.flush()
    if found:
        told = tuple(offer.column for offer in found)
        records.note(session, now, by, row.id, "trainee.offer_corrections", {"columns": (None, told)})
        publish(session, corrections_offered.told(records.trainee(row), told, now))


def _supersede(session: Session, now: datetime, row: models.Trainee, columns: Iterable[str]) -> None:
    still_open = select(Table).where(Table.trainee_id == row.id, Table.state == State.OFFERED)
    for each in session.scalars(still_open.where(Table.column_name.in_(columns)).order_by(Table.id)):
        each.state = TRANSITIONS.next(State(each.state), "supersede").value
        each.decided_at = now
    session.flush()


def _row(row: models.Trainee, offer: Offer, now: datetime) -> models.OfferedCorrection:
    return models.OfferedCorrection(
        id=new_id(),
        trainee_id=row.id,
        source=offer.source,
        column_name=offer.column,
        old_value=offer.old,
        new_value=offer.new,
        offered_at=now,
        state=State.OFFERED.value,
    )
