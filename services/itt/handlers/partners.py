"""A lead school gets its URN: the records of those whom it leads name it as training partner from then on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import leading, records
from services.itt.handlers.edits import changed_fact
from shared.policy import Principal

PARTNER = "training_partner_urn"


def to_be_named(session: Session, urns: Mapping[str, str]) -> Sequence[models.Trainee]:
    """Whom providers lead who have no URN yet and get these, by their codes; locked."""
    providers, trainees = models.Provider, models.Trainee
    without = select(providers.code).where(providers.code.in_(urns), providers.urn.is_(None))
    codes = session.scalars(without.order_by(providers.code).with_for_update()).all()
    if not codes:
        return []
    led = select(trainees).where(leading.led_by(codes), trainees.discarded_at.is_(None))
    return session.scalars(led.order_by(trainees.id).with_for_update()).all()


def name(
    session: Session,
    now: datetime,
    by: Principal,
    rows: Sequence[models.Trainee],
    codes: Mapping[UUID, str],
    urns: Mapping[str, str],
) -> None:
    """Write the URN of the lead school, whose code is known by the trainee's id, into each record."""
    for row in rows:
        changes = records.assign(row, {PARTNER: urns[codes[row.id]]})
        after = records.trainee(row)
        event = changed_fact(after, [PARTNER], now)
        records.changed(session, now, by, row, after, [event], action="trainee.partner_named", more=changes)
