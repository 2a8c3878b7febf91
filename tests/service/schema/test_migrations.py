"""The migrations of every service lead to the tables that its models describe, and may be run again."""

from collections.abc import Iterator
from contextlib import closing
from runpy import run_path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import MetaData

from shared.config import PROJECT_ROOT, settings
from shared.database import OPERATOR, admin_url, connect, database_url, make_engine, name_of
from shared.database.migrate import (
    WrongRevision,
    check_revision,
    drop,
    drop_roles,
    ensure_database,
    ensure_role,
    grant_operator,
    head,
    upgrade,
)
from shared.database.tables import SHARED, service_base
from shared.service_names import SERVICES, service_class

MANY_FACTS = """
INSERT INTO event_log (id, event_id, type, subject, sequence, headers, payload, created_at)
SELECT n, gen_random_uuid(), 'thing.done.v1', 'thing/' || n % 500, n, '{}', '{}', now()
FROM generate_series(1, 5000) AS n
"""


@pytest.fixture
def migrated_service(
    databases: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A service whose database was migrated from nothing, under a prefix of its own."""
    service: str = request.param
    monkeypatch.setenv("DATABASE_PREFIX", f"{databases}_fresh")
    settings.cache_clear()
    with closing(connect(admin_url(), "tests")) as admin:
        admin.autocommit = True
        ensure_role(admin, name_of(OPERATOR), None)
        ensure_database(admin, service)
    upgrade(service)
    yield service
    drop(service)
    drop_roles([service])
    monkeypatch.undo()
    settings.cache_clear()


def _described(service: str) -> MetaData:
    """The shared tables and the service's own, as one."""
    whole = MetaData()
    for metadata in (SHARED, service_base(service).metadata):
        for table in metadata.sorted_tables:
            table.to_metadata(whole)
    return whole


@pytest.mark.parametrize("migrated_service", SERVICES, indirect=True)
def test_the_migrations_make_the_tables_that_the_models_describe(migrated_service: str) -> None:
    service_class(migrated_service)
    engine = make_engine(database_url(migrated_service), "tests", pool=1, overflow=0)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})
        differences = compare_metadata(context, _described(migrated_service))
    engine.dispose()
    assert differences == []


@pytest.mark.parametrize("migrated_service", SERVICES, indirect=True)
def test_what_happened_to_a_subject_is_found_in_the_log_by_an_index(migrated_service: str) -> None:
    with (
        closing(connect(database_url(migrated_service), "tests")) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(MANY_FACTS)
        cursor.execute("ANALYZE event_log")
        cursor.execute(
            "EXPLAIN SELECT event_id, type, headers, payload FROM event_log WHERE subject = 'thing/7'"
        )
        plan = "\n".join(line for (line,) in cursor)
    assert "ix_event_log_subject" in plan


@pytest.mark.parametrize("migrated_service", SERVICES, indirect=True)
def test_a_log_that_is_older_than_the_index_gets_it(migrated_service: str) -> None:
    (file,) = (PROJECT_ROOT / "services" / migrated_service / "migrations" / "versions").glob(
        "*_log_by_subject.py"
    )
    migration = run_path(str(file))
    with make_engine(database_url(migrated_service), "tests", pool=1, overflow=0).begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_event_log_subject")
        connection.exec_driver_sql("DELETE FROM schema_mark WHERE revision = %s", (migration["revision"],))
        with Operations.context(MigrationContext.configure(connection)):
            migration["upgrade"]()
        found = connection.exec_driver_sql(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_event_log_subject'"
        )
        assert found.scalar_one().endswith("ON public.event_log USING btree (subject)")


@pytest.mark.parametrize("migrated_service", ["itt"], indirect=True)
@pytest.mark.parametrize("providers", [0, 1])
def test_names_of_providers_that_were_there_before_are_told_soon(
    migrated_service: str, providers: int
) -> None:
    (file,) = (PROJECT_ROOT / "services/itt/migrations/versions").glob("*_told_names.py")
    migration = run_path(str(file))
    with make_engine(database_url("itt"), "tests", pool=1, overflow=0).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE provider DROP COLUMN told_name")
        connection.exec_driver_sql("DELETE FROM schema_mark WHERE revision = %s", (migration["revision"],))
        row = "INSERT INTO provider (code, name, kind) VALUES ('2A5', 'A University', 'accredited_provider')"
        for _ in range(providers):
            connection.exec_driver_sql(row)
        with Operations.context(MigrationContext.configure(connection)):
            migration["upgrade"]()
        due = connection.exec_driver_sql(
            "SELECT count(*) FROM due WHERE kind = 'tell_providers' AND at <= now()"
        )
        assert due.scalar_one() == providers


@pytest.mark.parametrize("migrated_service", SERVICES[:1], indirect=True)
def test_a_migration_may_be_run_again(migrated_service: str) -> None:
    upgrade(migrated_service)
    grant_operator(migrated_service)
    grant_operator(migrated_service)
    check_revision(migrated_service)


@pytest.mark.parametrize("migrated_service", SERVICES[:1], indirect=True)
def test_a_service_does_not_start_on_a_revision_that_it_does_not_know(migrated_service: str) -> None:
    with (
        closing(connect(database_url(migrated_service), "tests")) as connection,
        connection,
        connection.cursor() as c,
    ):
        c.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WrongRevision, match="9999"):
        check_revision(migrated_service)


@pytest.mark.parametrize("migrated_service", SERVICES[:1], indirect=True)
def test_a_service_starts_on_a_newer_revision_that_is_marked_compatible(migrated_service: str) -> None:
    with (
        closing(connect(database_url(migrated_service), "tests")) as connection,
        connection,
        connection.cursor() as c,
    ):
        c.execute("UPDATE alembic_version SET version_num = '9999'")
        c.execute("INSERT INTO schema_mark VALUES ('9999', %s)", (head(migrated_service),))
    check_revision(migrated_service)
