"""Funding, beside what is there, so that code of the revisions before works with it.

The table begins with the postgraduate bursaries of 2026 to 2027; what changes later comes by a file
(``continuum import funding``).
"""

from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.database.steps import mark_compatible

revision = "0007"
down_revision = "0006"

ROUTES = ["provider_led_postgrad", "school_direct_tuition_fee"]
SOURCE = "Funding initial teacher training (ITT): academic year 2026 to 2027"
ANCIENT = ["101117", "101126", "101420"]
MODERN = "100321 100323 100326 100329 100330 100332 100333 101109 101142 101165 101169 101192".split()
DESIGN = "100048 100050 100150 100184 100202 100209 100214 100225 100891 101017".split()
# The subject as the table calls it, the codes of the national record that belong to it (Register service, allocation
# subjects), and pounds.
BURSARIES: tuple[tuple[str, list[str], int], ...] = (
    ("Chemistry", ["100417", "101038"], 29_000),
    ("Computing", ["100358", "100366", "100372"], 29_000),
    ("Mathematics", ["100403", "100406"], 29_000),
    ("Physics", ["100425", "101060"], 29_000),
    ("Ancient languages", ANCIENT, 20_000),
    ("Modern languages", MODERN, 20_000),
    ("Design and technology", DESIGN, 20_000),
    ("Biology", ["100343", "100346", "100381", "100390"], 5_000),
    ("Geography", ["100409"], 5_000),
)


def upgrade() -> None:
    """Create the table, with what is known."""
    mark_compatible(op, revision, "0001", "0002", "0003", "0004", "0005", "0006")
    table = op.create_table(
        "funding_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("academic_year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("routes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("amount_pence", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_funding_rate_amount")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_funding_rate_ends_after_it_begins")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_rate")),
    )
    op.create_index(
        "ix_funding_rate_current",
        "funding_rate",
        ["academic_year", "kind", "subject", "id"],
        unique=False,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    for subject, codes, pounds in BURSARIES:
        op.execute(table.insert().values(_row(subject, codes, pounds)))


def _row(subject: str, codes: list[str], pounds: int) -> dict[str, object]:
    return {
        "id": sa.func.gen_random_uuid(),
        "academic_year": 2026,
        "kind": "bursary",
        "subject": subject,
        "subject_codes": codes,
        "routes": ROUTES,
        "amount_pence": pounds * 100,
        "valid_from": date(2026, 8, 1),
        "valid_until": date(2027, 7, 31),
        "source": SOURCE,
        "recorded_at": sa.func.clock_timestamp(),
    }
