"""What ``continuum migrate`` does while services run, and while somebody else migrates."""

from collections.abc import Iterator
from contextlib import closing

import eventlet
import pytest

from shared.config import settings
from shared.database import OPERATOR, admin_url, connect, database_url, make_engine, name_of
from shared.database.equality import is_kept_apart, role_of
from shared.database.migrate import (
    WrongRevision,
    drop,
    drop_roles,
    ensure_database,
    ensure_role,
    grant_equality,
    grant_operator,
    head,
    migrate,
    upgrade,
)
from shared.database.seats import ACTIVE, RELAY, Seat
from shared.service_names import SERVICES
from shared.testing.cluster import execute

OWNER = "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'trainee_equality'"
REMOVED = (
    "SELECT 1 FROM information_schema.columns WHERE table_name = 'placement' AND column_name = 'removed_at'"
)


@pytest.fixture
def installation(databases: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A prefix of its own, without databases."""
    monkeypatch.setenv("DATABASE_PREFIX", f"{databases}_running")
    settings.cache_clear()
    yield
    for service in SERVICES:
        drop(service)
    drop_roles(SERVICES)
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def itt(installation: None) -> str:
    """The database of itt, empty."""
    with closing(connect(admin_url(), "tests")) as admin:
        admin.autocommit = True
        ensure_role(admin, name_of(OPERATOR), None)
        ensure_database(admin, "itt")
    return "itt"


def revision() -> str:
    return str(execute(database_url("itt"), "SELECT version_num FROM alembic_version")[0][0])


@pytest.mark.parametrize("seat", [RELAY, ACTIVE])
@pytest.mark.parametrize("before", ["0011", "0012"])
def test_a_schema_that_running_code_cannot_live_with_is_refused_and_nothing_changed(
    itt: str, before: str, seat: int
) -> None:
    upgrade(itt, before)
    with closing(Seat(itt, seat)) as held:
        held.take()
        with pytest.raises(WrongRevision, match=r"^itt runs, .* stop every process of itt first"):
            upgrade(itt)
    assert revision() == before
    assert execute(database_url(itt), OWNER) == [(name_of(itt),)]
    assert bool(execute(database_url(itt), REMOVED)) == (before == "0012")


def test_a_process_whose_broker_is_away_runs_as_well(itt: str) -> None:
    upgrade(itt, "0012")
    pool = make_engine(database_url(itt), itt, pool=1, overflow=0)
    with pool.connect(), pytest.raises(WrongRevision):
        upgrade(itt)
    pool.dispose()
    upgrade(itt)


def test_it_is_made_once_the_service_was_stopped(itt: str) -> None:
    upgrade(itt, "0011")
    upgrade(itt)
    assert revision() == head(itt)
    assert execute(database_url(itt), OWNER) == [(role_of(itt),)]


def test_code_that_would_count_removed_placements_does_not_run_where_they_are_kept(itt: str) -> None:
    upgrade(itt, "0011")
    with closing(Seat(itt, ACTIVE)) as held:
        held.take()
        with pytest.raises(WrongRevision):
            upgrade(itt, "0012")


def test_a_schema_that_running_code_can_live_with_is_made_while_it_runs(itt: str) -> None:
    upgrade(itt, "0010")
    with closing(Seat(itt, RELAY)) as held:
        held.take()
        upgrade(itt, "0011")
    assert revision() == "0011"


def test_where_there_is_nothing_new_the_migration_may_be_run_while_the_service_runs(
    installation: None,
) -> None:
    migrate()
    with closing(Seat("itt", RELAY)) as held:
        held.take()
        migrate()
        held.check()


def test_two_migrations_at_once_run_one_after_the_other(installation: None) -> None:
    told: list[str] = []

    def run(name: str) -> None:
        def progress(line: str) -> None:
            told.append(name)
            eventlet.sleep(0.05)

        migrate(progress=progress)

    running = [eventlet.spawn(run, name) for name in ("one", "other")]
    for each in running:
        each.wait()
    assert len(set(told[: len(SERVICES)])) == len(set(told[len(SERVICES) :])) == 1
    assert len(told) == 2 * len(SERVICES)


@pytest.mark.parametrize("grant", [grant_operator, grant_equality])
def test_what_a_restore_grants_waits_for_a_migration_of_the_same_database(itt: str, grant: object) -> None:
    upgrade(itt)
    with closing(connect(database_url(itt), "tests")) as migration, migration.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(3)")
        granting = eventlet.spawn(grant, itt)
        eventlet.sleep(0.3)
        assert not granting.dead
        migration.rollback()
        granting.wait()


def test_a_login_of_another_name_is_let_in_to_the_equality_data(
    installation: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"{name_of('itt')}_other"
    monkeypatch.setenv("ITT_DATABASE_URL", database_url("itt").replace(f"//{name_of('itt')}", f"//{other}"))
    settings.cache_clear()
    with closing(connect(admin_url(), "tests")) as admin:
        admin.autocommit = True
        for role in (name_of(OPERATOR), other):
            ensure_role(admin, role, None)
        ensure_database(admin, "itt")
        admin.cursor().execute(f"ALTER DATABASE {name_of('itt')} OWNER TO {other}")
        try:
            upgrade("itt")
            with make_engine(database_url("itt"), "tests", pool=1, overflow=0).connect() as connection:
                assert connection.exec_driver_sql("SELECT current_user").scalar() == other
                assert is_kept_apart(connection, "itt")
                connection.exec_driver_sql(f"SET LOCAL ROLE {role_of('itt')}")
                assert connection.exec_driver_sql("SELECT count(*) FROM trainee_equality").scalar() == 0
        finally:
            drop("itt")
            admin.cursor().execute(f"DROP ROLE {other}")
