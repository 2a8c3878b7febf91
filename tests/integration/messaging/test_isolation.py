"""On a server, each service has a role of its own that no other service's database lets in."""

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
import pytest

from shared.config import settings
from shared.database import OPERATOR, admin_url, connect, database_url, name_of, operator_url
from shared.database.migrate import drop, drop_roles, ensure_database, ensure_role, grant_operator
from shared.testing.cluster import execute, make_tables
from shared.testing.servers import PrivatePostgres

pytestmark = pytest.mark.timeout(60)
SERVICES = ("itt", "cpd")


@pytest.fixture
def two_services(private_postgres: PrivatePostgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The databases of two services, with the roles and rights that the migration gives."""
    private_postgres.start()
    monkeypatch.setenv("DATABASE_URL", private_postgres.uri)
    monkeypatch.setenv("DATABASE_PREFIX", "isolated")
    settings.cache_clear()
    with closing(connect(admin_url(), "tests")) as admin:
        admin.autocommit = True
        ensure_role(admin, name_of(OPERATOR), None)
        for service in SERVICES:
            ensure_database(admin, service)
            make_tables(database_url(service))
            grant_operator(service)
    yield
    for service in SERVICES:
        drop(service)
    drop_roles(SERVICES)
    monkeypatch.undo()
    settings.cache_clear()


def _as(role: str, database: str) -> str:
    parts = urlsplit(admin_url())
    return f"postgresql://{name_of(role)}@{parts.hostname}:{parts.port}/{name_of(database)}"


@pytest.mark.usefixtures("two_services")
def test_a_service_reads_its_own_tables() -> None:
    assert execute(_as("itt", "itt"), "SELECT count(*) FROM inbox") == [(0,)]


@pytest.mark.usefixtures("two_services")
@pytest.mark.parametrize("other", ["itt", "cpd"])
def test_a_service_may_not_even_enter_the_database_of_another(other: str) -> None:
    mine = next(service for service in SERVICES if service != other)
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        execute(_as(mine, other), "SELECT 1")


@pytest.mark.usefixtures("two_services")
def test_an_operator_reads_what_the_ledger_needs_and_nothing_else() -> None:
    assert execute(_as(OPERATOR, "itt"), "SELECT count(*) FROM event_log") == [(0,)]
    assert operator_url("itt").startswith("postgresql://isolated_operator")
    assert execute(_as(OPERATOR, "itt"), "SELECT who, action, subject, correlation_id FROM audit") == []
    forbidden_columns = [f"SELECT {column} FROM audit" for column in ("why", "changes", "personal", "*")]
    for forbidden in (*forbidden_columns, "SELECT * FROM person_alias", "DELETE FROM outbox"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            execute(_as(OPERATOR, "itt"), forbidden)


@pytest.mark.usefixtures("two_services")
def test_the_role_of_a_service_may_not_make_databases_or_roles() -> None:
    for forbidden in ("CREATE DATABASE more", "CREATE ROLE more"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            execute(_as("itt", "itt"), forbidden)
