"""One service goes back to a copy while the others go on: what is set right, what is listed, what comes again."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from cli.importing import provider_of
from shared.keys import CLI, kept_ring
from shared.rpc import RpcClient
from shared.rpc.asking import AmqpTransport
from shared.service_names import SERVICES
from shared.testing.servers import PrivatePostgres
from tests.integration.operations.installation import Installation, import_trainees, ledger

pytestmark = pytest.mark.timeout(600)
SUBJECTS = "SELECT id FROM trainee ORDER BY id LIMIT 1"
INBOX = "SELECT message_id::text FROM inbox"
MADE = "SELECT event_id::text, type FROM event_log UNION SELECT event_id::text, type FROM outbox"


@pytest.fixture
def client(installation: Installation) -> Iterator[RpcClient]:
    made = RpcClient(AmqpTransport(installation.rabbit.uri, "tests"), "tests")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def programs(installation: Installation) -> None:
    """The programs that fit the server."""
    installation.variables["PATH"] = f"{PrivatePostgres.programs()}:{os.environ['PATH']}"


def change(installation: Installation, client: RpcClient, trainee_id: str, **changes: str) -> None:
    """The provider changes the trainee's record: one more event of an old subject."""
    token = kept_ring(installation.folder).token(provider_of("2A5"), CLI)
    asked = {"trainee_id": trainee_id, "changes": changes}
    client.call("itt", "change_trainee", asked, principal_token=token, timeout=30)


def stop(installation: Installation, number: int) -> None:
    installation.processes[number].terminate()
    assert installation.processes[number].wait(60) == 0


def settle(installation: Installation) -> dict[str, Any]:
    """Wait until everything that is committed is handled; gives the ledger."""

    def settled() -> bool:
        lines = [line for line in ledger(installation)["lines"] if line["consumer"] and line["committed"]]
        return bool(lines) and all(line["handled"] == line["committed"] for line in lines)

    installation.until(settled, "all is handled")
    return ledger(installation)


def events(installation: Installation, service: str) -> dict[str, str]:
    return {row[0]: row[1] for row in installation.sql(service, MADE)}


def late(installation: Installation, source: str) -> int:
    return sum(line["late"] for line in ledger(installation)["lines"] if line["source"] == source)


def test_a_restored_source_lists_what_others_hold_and_goes_on_with_numbers_beyond_it(
    installation: Installation, client: RpcClient
) -> None:
    """Training goes back to its copy: one trainee was changed since then, and sixty more were imported."""
    installation.run("itt")
    installation.run(*(service for service in SERVICES if service != "itt"))
    import_trainees(installation, 1)
    settle(installation)
    trainee_id = str(installation.sql("itt", SUBJECTS)[0][0])
    copy = installation.folder / "copy"
    installation.command("backup", str(copy))
    kept = events(installation, "itt")

    for number in range(3):
        change(installation, client, trainee_id, first_names=f"Anna {'abc'[number]}")
    import_trainees(installation, 2)
    settle(installation)
    heard = {row[0] for service in SERVICES for row in installation.sql(service, INBOX)}
    expected = {id_ for id_ in events(installation, "itt") if id_ not in kept and id_ in heard}

    running = installation.asked("restored", "itt")
    assert running.returncode == 1
    assert "itt runs" in running.stderr
    stop(installation, 0)
    installation.command("restore", str(copy), "itt", "--yes")
    assert events(installation, "itt") == kept
    first = installation.asked("restored", "itt", "--json")
    told = json.loads(first.stdout)
    assert first.returncode == 1
    assert {each["event_id"] for each in told["lost"]} == expected
    assert Counter(each["type"] for each in told["lost"])["itt.trainee.changed.v1"] == 3
    assert told["jumped"] == len({each["subject"] for each in told["lost"]})
    again = json.loads(installation.asked("restored", "itt", "--json").stdout)
    assert again == told | {"jumped": 0, "asks": []}

    before = late(installation, "itt")
    installation.run("itt")
    installation.until(lambda: "/ready tells more" in installation.logs(), "it runs")
    change(installation, client, trainee_id, first_names="Anna d")
    settle(installation)
    assert late(installation, "itt") == before
    assert ledger(installation)["missing"] == 0


def test_a_restored_consumer_asks_for_what_it_missed_and_handles_it_in_order(
    installation: Installation, client: RpcClient
) -> None:
    """People goes back to its copy, and hears again of the sixty trainees that were imported since then."""
    installation.run("people")
    installation.run(*(service for service in SERVICES if service != "people"))
    import_trainees(installation, 1)
    settle(installation)
    copy = installation.folder / "copy"
    installation.command("backup", str(copy))
    handled = "SELECT count(*) FROM inbox"
    at_the_copy = installation.sql("people", handled)

    import_trainees(installation, 2)
    settle(installation)
    all_of_it = installation.sql("people", handled)
    people = installation.sql("people", "SELECT count(*) FROM person")
    stop(installation, 0)
    installation.command("restore", str(copy), "people", "--yes")
    assert installation.sql("people", handled) == at_the_copy != all_of_it
    told = json.loads(installation.asked("restored", "people", "--json").stdout)
    assert "itt" in told["asks"]

    installation.run("people")
    installation.until(lambda: installation.sql("people", handled) == all_of_it, "it caught up")
    settle(installation)
    assert installation.sql("people", "SELECT count(*) FROM person") == people
    assert late(installation, "itt") == 0
    assert installation.sql(
        "people", "SELECT count(*) FROM subscription WHERE catch_up_from IS NOT NULL"
    ) == [(0,)]
