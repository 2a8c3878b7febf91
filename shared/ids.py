"""Ids: UUIDv7 from the wall clock, so that they sort by the moment they were made."""

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A fresh UUIDv7. Never made from an injected clock: the id says when it was really made."""
    return UUID(int=uuid_utils.uuid7().int)


def made_at(id_: UUID) -> datetime:
    """When the id was made, UTC, to the millisecond."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, UTC)
