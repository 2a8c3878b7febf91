"""Who leads the course that a trainee was recruited to: its lead school reads them, with or without a URN.

Who ratifies the course itself leads nobody: that provider reads its own trainees, for as long as they are its own.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.routes import RULES

Table, Application, Provider = models.Trainee, models.Application, models.Provider
WITH_PARTNER = tuple(rules.code for rules in RULES.values() if rules.training_partner)
# The record names the training partner, and another one's trainee is that school's to read; a lead school without a URN
# cannot be named, and is meant where nobody is, on the routes that have a partner.
_NAMED = Table.training_partner_urn == Provider.urn
_UNNAMED = and_(
    Provider.urn.is_(None),
    Table.training_partner_urn.is_(None),
    Table.training_route.in_(WITH_PARTNER),
)
_LEADS = and_(
    Application.id == Table.from_application_id,
    Application.accredited_code != Application.provider_code,
    Provider.code == Application.provider_code,
    or_(_NAMED, _UNNAMED),
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
