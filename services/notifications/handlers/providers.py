"""Projection: what providers are called."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.handlers.contacts import order_of
from services.notifications.models import Provider
from shared.events.courses import ProviderNamed
from shared.messaging import Fact


def provider_named(session: Session, fact: Fact[ProviderNamed]) -> None:
    """Keep the latest name, in whatever order the facts arrive: a provider's are of one subject, which counts them."""
    row = {"name": fact.event.name, "as_of": order_of(fact)}
    statement = insert(Provider).values(code=fact.event.provider_code, **row)
    told, known = (_sequence(column) for column in (statement.excluded.as_of, Provider.__table__.c.as_of))
    session.execute(
        statement.on_conflict_do_update(index_elements=[Provider.code], set_=row, where=told > known)
    )


def _sequence(as_of: ColumnElement[str]) -> ColumnElement[str]:
    """The part of ``order_of`` that counts the facts of one subject; it sorts as text."""
    return func.split_part(as_of, "|", 2)


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
