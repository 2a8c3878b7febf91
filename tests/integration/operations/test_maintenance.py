"""Maintenance on an installation: refused, read, waited for, survived, and gone on with."""

import json

import pytest

from tests.integration.operations.installation import Installation, import_trainees, ledger, page

pytestmark = pytest.mark.timeout(400)
IMPORT = ("import", "trainees")


def handled(installation: Installation) -> int:
    return int(installation.sql("people", "SELECT count(*) FROM inbox")[0][0])


def test_in_maintenance_nothing_changes_and_afterwards_what_waited_is_handled(
    installation: Installation,
) -> None:
    """People rests while trainees are imported; then training rests, and nobody can import."""
    _, address = installation.run()
    installation.until(lambda: '"ready": true' in page(f"{address}/ready"), "it runs")
    installation.command("maintenance", "on", "people", "--reason", "a new disk")
    resting = 'continuum_maintenance{service="people"} 1.0'
    installation.until(lambda: resting in page(f"{address}/metrics"), "people rests")
    installation.sql("people", "SELECT pg_sleep(2)")

    import_trainees(installation, 1)
    outbox = "SELECT count(*) FROM outbox"
    installation.until(lambda: installation.sql("itt", outbox) == [(0,)], "all is published")
    assert handled(installation) == 0
    assert "people is in maintenance" in refusal(f"{address}/ready")
    assert '"alive"' in page(f"{address}/health")
    assert installation.asked("timeline", "nobody of that name").returncode != 3

    installation.processes[0].kill()
    installation.processes[0].wait()
    _, address = installation.run()
    installation.until(lambda: resting in page(f"{address}/metrics"), "it still rests")
    installation.command("maintenance", "off", "people")
    installation.until(lambda: _is_handled(ledger(installation)), "what waited is handled")

    installation.command("maintenance", "on", "itt", "--reason", "a new disk")
    installation.sql("itt", "SELECT pg_sleep(2)")
    file = installation.folder / "trainees-1.csv"
    refused = installation.asked(*IMPORT, str(file), "--provider", "2A5")
    assert refused.returncode == 3, refused.stdout
    assert "itt is in maintenance" in refused.stderr
    told = json.loads(installation.command("maintenance", "status", "--json"))
    assert {row["service"]: row["why"] for row in told if row["on"]} == {"itt": "a new disk"}
    audited = "SELECT action, why FROM audit WHERE action LIKE 'maintenance%' ORDER BY recorded_at"
    assert installation.sql("people", audited) == [
        ("maintenance.begin", "a new disk"),
        ("maintenance.end", None),
    ]


def refusal(address: str) -> str:
    """What the page says though it answers 503."""
    from urllib.error import HTTPError
    from urllib.request import urlopen

    with pytest.raises(HTTPError) as refused:
        urlopen(address, timeout=30)
    return refused.value.read().decode()


def _is_handled(told: dict[str, list[dict[str, int]]]) -> bool:
    lines = [line for line in told["lines"] if line["consumer"] and line["committed"]]
    return bool(lines) and all(line["handled"] == line["committed"] for line in lines)
