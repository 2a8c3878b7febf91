"""What happened to a subject is found in the log by it."""

from alembic import op

from shared.database.steps import index_event_log_by_subject, mark_compatible

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """An index; code of the revisions before works with it."""
    older = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
    mark_compatible(op, revision, *older)
    index_event_log_by_subject(op)
