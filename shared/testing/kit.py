"""Builders for tests of handlers."""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from shared.events import Event
from shared.ids import new_id
from shared.messaging.envelope import Fact
from shared.policy import Principal, Role

E = TypeVar("E", bound=Event)


def fact(event: E, *, now: datetime | None = None, **overrides: Any) -> Fact[E]:
    """The fact that a handler would get of this event, as the first of its subject and in time."""
    values: dict[str, Any] = {
        "event": event,
        "id": new_id(),
        "source": event.TYPE.split(".", 1)[0],
        "type": event.TYPE,
        "subject": event.subject,
        "sequence": 1,
        "occurred_at": event.occurred_at,
        "actor": None,
        "correlation_id": "test",
        "late": False,
        "now": now or event.occurred_at,
    }
    return Fact(**(values | overrides))


def principal(*roles_and_organisations: Role | str, id: str | None = None, **more: Any) -> Principal:
    """Somebody with these roles and organisations: ``principal(Role.SCHOOL_LEADER, "school:123456")``."""
    return Principal(
        id=id or str(new_id()),
        roles=frozenset(r for r in roles_and_organisations if isinstance(r, Role)),
        organisations=frozenset(o for o in roles_and_organisations if not isinstance(o, Role)),
        **more,
    )


def published(session: Session) -> list[Event]:
    """What was published in the present transaction, in order."""
    return list(session.info.get("published", []))
