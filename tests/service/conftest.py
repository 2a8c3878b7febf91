"""Service tests: the service named by the folder, its database migrated and empty, everything rolled back."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from shared.config import settings
from shared.database import OPERATOR, admin_url, connect, dispose, engine, name_of
from shared.database.migrate import drop, drop_roles, ensure_database, ensure_role, upgrade
from shared.messaging.outbox import OutboxSession


@pytest.fixture(scope="session")
def databases(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Settings that point at a prefix of this run alone; every database made under it is dropped at the end."""
    patch = pytest.MonkeyPatch()
    prefix = f"ct_{tmp_path_factory.getbasetemp().stat().st_ino % 10**8}"
    patch.setenv("DATABASE_URL", database_server)
    patch.setenv("DATABASE_PREFIX", prefix)
    patch.setenv("CONTINUUM_DATA_DIR", str(tmp_path_factory.mktemp("data")))
    patch.delenv("AMQP_URI", raising=False)
    settings.cache_clear()
    made = _made.setdefault(prefix, [])
    with closing(connect(admin_url(), "tests")) as admin:
        admin.autocommit = True
        ensure_role(admin, name_of(OPERATOR), None)
    yield prefix
    dispose()
    for service in made:
        drop(service)
    drop_roles(made)
    patch.undo()
    settings.cache_clear()


_made: dict[str, list[str]] = {}


@pytest.fixture(scope="session")
def migrated(databases: str) -> dict[str, bool]:
    """Which services have their database already."""
    return {}


@pytest.fixture
def service_name(request: pytest.FixtureRequest) -> str:
    """The service under test: the name of the test's folder."""
    return Path(str(request.path)).parent.name


@pytest.fixture
def service_database(service_name: str, databases: str, migrated: dict[str, bool]) -> str:
    """The service's database, migrated; gives the service's name."""
    if service_name not in migrated:
        with closing(connect(admin_url(), "tests")) as admin:
            admin.autocommit = True
            ensure_database(admin, service_name)
        _made[databases].append(service_name)
        upgrade(service_name)
        migrated[service_name] = True
    return service_name


@pytest.fixture
def session(service_database: str) -> Iterator[Session]:
    """A session in a transaction of its own; everything is rolled back at the end."""
    connection = engine(service_database).connect()
    outer = connection.begin()
    made = OutboxSession(
        connection,
        join_transaction_mode="create_savepoint",
        expire_on_commit=False,
        info={"service": service_database},
    )
    made.begin()
    yield made
    made.close()
    outer.rollback()
    connection.close()
