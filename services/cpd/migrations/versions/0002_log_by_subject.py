"""What happened to a subject is found in the log by it."""

from alembic import op

from shared.database.steps import index_event_log_by_subject, mark_compatible

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """An index; code of the revisions before works with it."""
    mark_compatible(op, revision, "0001")
    index_event_log_by_subject(op)
