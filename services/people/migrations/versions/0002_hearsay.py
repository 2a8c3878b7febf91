"""What somebody else has said of a person, apart from what a better source says."""

import sqlalchemy as sa
from alembic import op

from shared.database.steps import mark_compatible

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """A column for what is kept from now on; what is kept already is known by the fact that told it."""
    mark_compatible(op, revision, "0001")
    op.add_column(
        "person_detail", sa.Column("hearsay", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute(
        "UPDATE person_detail SET hearsay = true FROM person_fact"
        " WHERE person_fact.event_id = person_detail.id AND person_fact.person_id = person_detail.person_id"
        " AND person_fact.type IN ('itt.placement.arranged.v1', 'itt.accreditation.member_invited.v1')"
    )
