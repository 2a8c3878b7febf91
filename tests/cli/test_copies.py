"""Copies of the databases: what they are, what refuses, and what follows a restore, on the rows of known events."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from psycopg2.errors import InsufficientPrivilege

from shared.database import database_url
from shared.database.equality import role_of
from shared.database.seats import ACTIVE, Seat
from shared.operations import restored
from shared.service_names import SERVICES
from shared.testing.cluster import execute as rows
from tests.cli.conftest import Cli
from tests.cli.rows import CONSUMER, SOURCE, empty, execute, failed, handled, made

BOTH = (SOURCE, CONSUMER)
WHO = UUID(int=1)
ENTERS = "SELECT set_config('role', %s, true)"
pytestmark = pytest.mark.usefixtures("installation")


@pytest.fixture(scope="module", autouse=True)
def pg_dump() -> None:
    """Without it there are no copies to test: a failure where the database must be there, else a skip."""
    if shutil.which("pg_dump") is None:
        if os.environ.get("CONTINUUM_REQUIRE_POSTGRES") == "1":
            pytest.fail("no pg_dump on PATH", pytrace=False)
        pytest.skip("no pg_dump on PATH")


@pytest.fixture(autouse=True)
def fresh(installation: dict[str, str]) -> Iterator[None]:
    empty(*BOTH)
    yield
    empty(*BOTH)


def test_a_backup_holds_each_database_for_its_owner_alone_and_is_never_overwritten(
    cli: Cli, tmp_path: Path
) -> None:
    made()
    folder = tmp_path / "copy"
    assert cli("backup", str(folder)).returncode == 0
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["services"]) == set(SERVICES)
    assert manifest["services"][SOURCE]["highest_event"] > 0
    assert {file.name for file in folder.iterdir()} == {"manifest.json", *(f"{s}.dump" for s in SERVICES)}
    assert {file.stat().st_mode & 0o077 for file in (folder, *folder.iterdir())} == {0}

    again = cli("backup", str(folder))
    assert again.returncode == 1
    assert "is not empty" in again.stderr


def test_a_restore_asks_first_refuses_while_the_service_runs_and_then_puts_everything_back(
    cli: Cli, tmp_path: Path
) -> None:
    made()
    folder = str(tmp_path / "copy")
    assert cli("backup", folder).returncode == 0
    made()
    asked = cli("restore", folder, SOURCE)
    assert (asked.returncode, "say --yes" in asked.stderr) == (1, True)
    seat = Seat(SOURCE, ACTIVE)
    assert seat.take()
    runs = cli("restore", folder, SOURCE, "--yes")
    seat.close()
    assert (runs.returncode, f"{SOURCE} runs" in runs.stderr) == (1, True)
    assert rows(database_url(SOURCE), "SELECT count(*) FROM event_log") == [(2,)]

    assert cli("restore", folder, SOURCE, "--yes").returncode == 0
    assert rows(database_url(SOURCE), "SELECT count(*) FROM event_log") == [(1,)]
    assert cli("ledger").returncode == 1  # the operator may read it again, and one event was never handled


def test_equality_data_is_in_the_copy_and_kept_apart_again_when_it_is_put_back(
    cli: Cli, tmp_path: Path
) -> None:
    person = "INSERT INTO candidate (id, person_id, created_at, email, first_names, last_name) VALUES"
    execute("itt", f"{person} (%s, gen_random_uuid(), now(), 'a@example.com', 'A', 'Okafor')", (str(WHO),))
    apart = "INSERT INTO candidate_equality (candidate_id, ethnicity) VALUES (%s, '120')"
    execute("itt", f"{ENTERS}; {apart}", (role_of("itt"), str(WHO)))
    folder = str(tmp_path / "copy")
    assert cli("backup", folder).returncode == 0
    execute("itt", "DELETE FROM candidate WHERE id = %s", (str(WHO),))

    restored = cli("restore", folder, "itt", "--yes")
    assert restored.returncode == 0, restored.stderr
    assert cli("restored", "itt").returncode == 0
    with pytest.raises(InsufficientPrivilege):
        execute("itt", "SELECT ethnicity FROM candidate_equality")
    execute("itt", f"{ENTERS}; SELECT 1 / count(*) FROM candidate_equality", (role_of("itt"),))
    execute("itt", "DELETE FROM candidate WHERE id = %s", (str(WHO),))
    execute("itt", f"{ENTERS}; SELECT 1 / (1 - count(*)) FROM candidate_equality", (role_of("itt"),))


def test_a_restored_service_starts_only_after_it_was_set_right(cli: Cli, tmp_path: Path) -> None:
    folder = str(tmp_path / "copy")
    assert cli("backup", folder).returncode == 0
    never = cli("restored", SOURCE)
    assert (never.returncode, "was never restored" in never.stderr) == (1, True)
    assert cli("restore", folder, SOURCE, "--yes").returncode == 0

    runs, asks = cli("run"), cli("timeline", "Nobody Atall")
    assert (runs.returncode, asks.returncode) == (2, 2), runs.stderr + asks.stderr
    assert f"run 'continuum restored {SOURCE}' first" in runs.stderr
    assert f"{SOURCE} was restored" in cli("ledger").stderr

    assert cli("restored", SOURCE).returncode == 0
    assert "was restored" not in cli("ledger").stderr
    assert cli("restored", SOURCE).returncode == 0
    assert "nobody is known" in cli("timeline", "Nobody Atall").stderr


def test_a_database_that_was_put_back_by_another_way_is_set_right_when_it_is_said(cli: Cli) -> None:
    assert cli("restored", CONSUMER).returncode == 1
    assert rows(database_url(CONSUMER), "SELECT FROM audit") == []

    assert cli("restored", CONSUMER, "--anyway").returncode == 0


def test_a_folder_without_a_manifest_is_no_backup(cli: Cli, tmp_path: Path) -> None:
    refused = cli("restore", str(tmp_path), SOURCE, "--yes")
    assert refused.returncode == 1
    assert "no manifest.json" in refused.stderr


def test_what_a_consumer_holds_and_the_log_lacks_is_lost_and_what_both_have_is_not() -> None:
    handled(made())
    gone, parked = made(), made()
    handled(gone)
    failed(parked, "parked")
    execute(SOURCE, "DELETE FROM event_log WHERE event_id IN (%s, %s)", (str(gone), str(parked)))

    assert {each.event_id: each.held for each in restored.lost(SOURCE, BOTH)} == {
        gone: {CONSUMER: "handled"},
        parked: {CONSUMER: "parked"},
    }
