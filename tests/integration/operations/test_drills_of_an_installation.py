"""Drills of docs/runbook.md on an installation of all services: commands as an operator types them."""

import shutil
from typing import Any

import pytest

from shared.database.migrate import head
from shared.service_names import SERVICES
from tests.integration.operations.installation import WITHIN_S, Installation, import_trainees, ledger, page

pytestmark = pytest.mark.timeout(400)


def test_a_broker_that_lost_its_disk_is_declared_again_and_refilled(installation: Installation) -> None:
    """Sixty trainees lie in queues that nobody has read, and more are imported, when the broker loses everything."""
    installation.run("itt")
    import_trainees(installation, 1)
    installation.until(
        lambda: installation.sql("itt", "SELECT count(*) FROM outbox") == [(0,)], "all is published"
    )
    published = installation.sql("itt", "SELECT count(*) FROM event_log")[0][0]
    assert installation.sql("people", "SELECT count(*) FROM inbox") == [(0,)]

    installation.rabbit.kill()
    shutil.rmtree(installation.rabbit.folder / "data")
    installation.rabbit.start()
    installation.command("migrate")
    installation.run(*(service for service in SERVICES if service != "itt"))
    import_trainees(installation, 2)
    installation.until(
        lambda: installation.sql("people", "SELECT count(*) FROM inbox")[0][0] > 0, "events flow"
    )
    installation.until(lambda: ledger(installation)["missing"] >= published, "what was lost is missing")

    installation.command("reconcile", "--grace", "0")
    installation.until(lambda: _is_whole(ledger(installation)), "everything is handled")
    again = installation.asked("reconcile", "--dry-run", "--grace", "0")
    assert again.returncode == 0, again.stdout


def _is_whole(told: dict[str, Any]) -> bool:
    lines = [line for line in told["lines"] if line["consumer"]]
    return all(line["handled"] == line["committed"] for line in lines)


def test_a_service_does_not_start_on_a_wrong_revision_and_starts_when_it_fits(
    installation: Installation,
) -> None:
    """A newer version has migrated: the older one says so, at its start and when it is told to migrate."""
    installation.sql("cpd", "UPDATE alembic_version SET version_num = 'ffff'")
    refused, _ = installation.run("cpd")
    assert refused.wait(WITHIN_S) == 1
    assert "which this version does not know: deploy the version that made it" in installation.logs()
    migrating = installation.asked("migrate")
    assert migrating.returncode == 1
    assert "deploy the version that made it" in migrating.stderr

    installation.sql("cpd", f"UPDATE alembic_version SET version_num = '{head('cpd')}'")
    process, _ = installation.run("cpd")
    installation.until(lambda: "/ready tells more" in installation.logs(), "it runs")
    assert process.poll() is None


def test_a_running_process_tells_prometheus_that_the_revision_does_not_fit(
    installation: Installation,
) -> None:
    _, address = installation.run("cpd")
    fits = 'continuum_schema_fits{service="cpd"} '
    installation.until(lambda: f"{fits}1.0" in page(f"{address}/metrics"), "it runs, and fits")

    installation.sql("cpd", "UPDATE alembic_version SET version_num = 'ffff'")

    assert f"{fits}0.0" in page(f"{address}/metrics")
    installation.sql("cpd", "INSERT INTO schema_mark VALUES ('ffff', '" + head("cpd") + "')")
    assert f"{fits}1.0" in page(f"{address}/metrics")
