"""Who leads the course that a trainee was recruited to: its lead school reads them, with or without a URN."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from services.itt import models

Table, Application, Provider = models.Trainee, models.Application, models.Provider
# A record that names another school as the training partner is that school's to read.
_LEADS = and_(
    Application.id == Table.from_application_id,
    Provider.code == Application.provider_code,
    or_(Table.training_partner_urn.is_(None), Table.training_partner_urn == Provider.urn),
)


def lead_codes(session: Session, trainee_ids: Collection[UUID]) -> dict[UUID, str]:
    """The code of the lead school of each who was recruited here."""
    if not trainee_ids:
        return {}
    found = select(Table.id, Provider.code).where(Table.id.in_(trainee_ids), _LEADS)
    return {id_: code for id_, code in session.execute(found)}


def led_by(codes: Collection[str]) -> ColumnElement[bool]:
    """Whether the trainee was recruited to a course of one of these lead schools, for the database."""
    mine = select(Application.id).join(Provider, Provider.code == Application.provider_code)
    return mine.where(_LEADS, Provider.code.in_(codes)).correlate(Table).exists()
