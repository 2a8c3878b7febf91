"""The migrations make what the models say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

from services.cpd.models import Base
from shared.database.tables import SHARED


def test_the_migrated_schema_is_the_one_of_the_models(session: Session) -> None:
    own = Base.metadata.tables.keys()

    def ours(name: str | None, type_: str, parents: object) -> bool:
        return type_ != "table" or name in own

    context = MigrationContext.configure(
        session.connection(), opts={"include_name": ours, "compare_type": True}
    )
    assert compare_metadata(context, Base.metadata) == []
    assert not own & SHARED.tables.keys()
