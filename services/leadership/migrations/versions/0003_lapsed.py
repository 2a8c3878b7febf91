"""A suggestion may have lapsed, and a signal been taken back: code of the revisions before can read neither."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """No table changes; the revision is not marked compatible."""
