"""Projection: what providers are called."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.handlers.contacts import order_of
from services.notifications.models import Provider
from shared.events.courses import ProviderNamed
from shared.messaging import Fact


def provider_named(session: Session, fact: Fact[ProviderNamed]) -> None:
    """Keep the latest name, in whatever order the facts arrive."""
    row = {"name": fact.event.name, "as_of": order_of(fact)}
    statement = insert(Provider).values(code=fact.event.provider_code, **row)
    newer = statement.excluded.as_of > Provider.as_of
    session.execute(statement.on_conflict_do_update(index_elements=[Provider.code], set_=row, where=newer))


def names_of(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Code -> name, of those whose name is known."""
    if not codes:
        return {}
    return {
        code: name
        for code, name in session.execute(
            select(Provider.code, Provider.name).where(Provider.code.in_(codes))
        )
    }
