"""Indexes of lists and feed that hold what these filter by: a page reads from the table its own rows alone."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.database.steps import mark_compatible

revision = "0010"
down_revision = "0009"

LISTED = sa.text("sent_at IS NOT NULL")
FILTERED = ["state", "course_id", "site_code", "search_text"]
SIDES = {"lead": ("provider_code", FILTERED), "accredited": ("accredited_code", [*FILTERED, "provider_code"])}
SORTS = {"sent": "sent_at", "name": "sort_name"}


def upgrade() -> None:
    """Make them anew; code of the revisions before works with them as with those that were there."""
    older = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
    mark_compatible(op, revision, *older)
    for side, (code, held) in SIDES.items():
        for name, column in SORTS.items():
            columns = [code, "current_cycle", column, "id"]
            _again(f"ix_application_{side}_{name}", columns, held, postgresql_where=LISTED)
    _again("ix_application_lead_feed", ["provider_code", "feed_position"], ["id"])
    _again("ix_application_accredited_feed", ["accredited_code", "feed_position"], ["provider_code", "id"])


def _again(name: str, columns: list[str], held: list[str], **more: Any) -> None:
    op.drop_index(name, "application")
    op.create_index(name, "application", columns, postgresql_include=held, **more)
