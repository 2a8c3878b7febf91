"""A lead school gets its URN: the records of those whom it leads name it as training partner from then on."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.handlers import leading, records
from services.itt.handlers.edits import changed_fact
from shared.policy import Principal

PARTNER = "training_partner_urn"


def to_be_named(session: Session, urns: Mapping[str, str]) -> list[tuple[models.Trainee, str]]:
    """Whom providers lead who have no URN yet and get these, by their codes; locked, each with the URN."""
    providers, trainees = models.Provider, models.Trainee
    without = select(providers.code).where(providers.code.in_(urns), providers.urn.is_(None))
    codes = session.scalars(without.order_by(providers.code).with_for_update()).all()
    if not codes:
        return []
    led = select(trainees).where(leading.led_by(codes), trainees.discarded_at.is_(None))
    rows = session.scalars(led.order_by(trainees.id).with_for_update()).all()
    leads = leading.lead_codes(session, [row.id for row in rows])
    return [(row, urns[leads[row.id]]) for row in rows]


def name(
    session: Session,
    now: datetime,
    by: Principal,
    led: Sequence[tuple[models.Trainee, str]],
) -> None:
    """Write the URN of the lead school into each record."""
    for row, urn in led:
        changes = records.assign(row, {PARTNER: urn})
        after = records.trainee(row)
        event = changed_fact(after, [PARTNER], now)
        records.changed(session, now, by, row, after, [event], action="trainee.partner_named", more=changes)
