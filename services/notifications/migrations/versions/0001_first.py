"""Messages, contacts, activities and preferences."""

import sqlalchemy as sa
from alembic import op

from shared.database.steps import create_shared_tables
from shared.database.tables import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_shared_tables(op)
    op.create_table(
        "contact",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("first_names", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("names_as_of", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("email_as_of", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_contact"),
    )
    op.create_table(
        "activity",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", name="pk_activity"),
    )
    op.create_table(
        "preference",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("email", sa.Boolean(), nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_preference"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("notice", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("occurred_at", Instant, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("read_at", Instant),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("held_until", Instant),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", Instant),
        sa.Column("claimed_at", Instant),
        sa.Column("channel", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("sent_at", Instant),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint(
            "event_id", "recipient_id", "template", name="uq_message_event_id_recipient_id_template"
        ),
    )
    op.create_index("ix_message_inbox", "message", ["recipient_id", "created_at", "id"])
    op.create_index("ix_message_state", "message", ["state", "created_at", "id"])
    op.create_index(
        "ix_message_open",
        "message",
        ["state", "id"],
        postgresql_where=sa.text("state IN ('waiting', 'held', 'ready', 'sending')"),
    )
