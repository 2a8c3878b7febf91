"""The person sees all of it, and nobody else does (domain page, "Identify potential", consent)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.leadership.domain.policy import PERMISSIONS, relations
from services.leadership.domain.suggestions import consent_until
from services.leadership.handlers.nominations import shown
from services.leadership.models import Nomination, Signal, Suggestion
from shared.aliases import known_as
from shared.errors import NotFound
from shared.policy import Principal


def mine(session: Session, now: datetime, by: Principal) -> dict[str, Any]:
    """Everything that is held about the caller: suggestions, nominations with who proposed them, and signals.

    A signal that was taken back is still held, and shown as such.

    Raises NotFound when the caller is not a person, NotAllowed for a role that is nobody's.
    """
    ids = known_as(session, _own_id(by))
    PERMISSIONS.require(by, "own.read", relations(by, ids))
    suggestions = select(Suggestion).where(Suggestion.person_id.in_(ids)).order_by(Suggestion.id)
    nominations = select(Nomination).where(Nomination.person_id.in_(ids)).order_by(Nomination.id)
    signals = select(Signal).where(Signal.person_id.in_(ids)).order_by(Signal.on, Signal.id)
    return {
        "suggestions": [_suggestion(row) for row in session.scalars(suggestions)],
        "nominations": [shown(row) for row in session.scalars(nominations)],
        "signals": list(session.scalars(signals)),
    }


def _suggestion(row: Suggestion) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in ("made_on", "reasons", "state", "closed_on")}
    return {"suggestion_id": row.id, "open_until": consent_until(row.made_on), **values}


def _own_id(by: Principal) -> UUID:
    try:
        return UUID(by.id)
    except ValueError:
        raise NotFound("Nothing is held about you: you are not a person of the continuum.") from None
