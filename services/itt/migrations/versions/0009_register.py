"""What the teacher register was asked, beside what is there, so that code of the revisions before works with it."""

import sqlalchemy as sa
from alembic import op

from shared.database.steps import mark_compatible
from shared.database.tables import Instant

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "trn_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainee_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("answers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("asked_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_trn_request"),
        sa.UniqueConstraint("trainee_id", name="uq_trn_request_trainee_id"),
        sa.ForeignKeyConstraint(
            ["trainee_id"], ["trainee.id"], name="fk_trn_request_trainee_id_trainee", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_trn_request_state", "trn_request", ["state", "opened_at", "id"])
    mark_compatible(op, revision, "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
