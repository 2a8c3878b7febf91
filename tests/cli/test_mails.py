"""``continuum mails``: what failed is listed, and sent once more."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest

from shared.ids import new_id
from tests.cli.conftest import Cli
from tests.cli.rows import execute

pytestmark = pytest.mark.usefixtures("installation")
MESSAGE = """
INSERT INTO message (id, event_id, event_type, recipient_id, template, kind, notice, subject, body, occurred_at,
created_at, state, reason)
VALUES (%s, %s, 'x', %s, 'trn_received', 'training', false, 'x', 'x', now(), now(), %s, 'why')
"""
CONTACT = """
INSERT INTO contact (person_id, first_names, last_name, names_as_of, email, email_as_of)
VALUES (%s, 'Ann', 'O''Neill', '1', 'ann@example.org', '1')
"""


@pytest.fixture(autouse=True)
def fresh(installation: dict[str, str]) -> Iterator[None]:
    yield
    execute("notifications", "TRUNCATE message, contact, audit")


def message(state: str, *, address: bool = True) -> UUID:
    id_, person_id = new_id(), new_id()
    execute("notifications", MESSAGE, (str(id_), str(new_id()), str(person_id), state))
    if address:
        execute("notifications", CONTACT, (str(person_id),))
    return id_


def test_mails_that_failed_or_got_lost_are_listed(cli: Cli) -> None:
    failed, unknown, _ = message("failed"), message("unknown"), message("sent")
    listed = json.loads(cli("mails", "list", "--json").stdout)
    assert [(m["id"], m["state"]) for m in listed] == [(str(failed), "failed"), (str(unknown), "unknown")]
    shown = cli("mails", "list", "--state", "unknown", COLUMNS="80").stdout
    assert shown.startswith(
        f"{unknown}  trn_received\n  for person {listed[1]['recipient_id']}\n  unknown since "
    )
    assert cli("mails", "list", "--state", "held").stdout == (
        "no mail is held until the morning; 1 mail sent so far\n"
    )


def test_that_no_mail_failed_is_said_in_plain_words_and_a_state_that_is_none_is_refused(cli: Cli) -> None:
    message("sent"), message("sent")
    told = "no mail has failed and of no mail it is unknown whether it arrived; 2 mails sent so far\n"
    assert cli("mails", "list").stdout == told
    wrong = cli("mails", "list", "--state", "lost")
    assert (wrong.returncode, "'lost' is none; there are failed, unknown" in wrong.stderr) == (2, True)


def test_one_mail_is_sent_again(cli: Cli) -> None:
    answer = cli("mails", "retry", str(message("unknown")), "--reason", "it was lost")
    assert (answer.returncode, answer.stdout) == (0, "1 mail is sent again\n")


def test_all_that_failed_are_sent_again_and_what_stays_is_told(cli: Cli) -> None:
    message("failed"), message("failed"), message("failed", address=False), message("unknown")
    answer = cli("mails", "retry", "--all", "--reason", "the server is back")
    assert answer.stdout == (
        "2 mails are sent again\n1 stay as they are: no address is known of the recipient\n"
    )
    assert len(json.loads(cli("mails", "list", "--state", "unknown", "--json").stdout)) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--reason"),
        (("--reason", "because"), "name a message, or say --all"),
        (("--all", "--state", "sent", "--reason", "because"), "state"),
        (("nonsense", "--reason", "because"), "message_id"),
    ],
)
def test_what_cannot_be_done_is_told(cli: Cli, arguments: tuple[str, ...], told: str) -> None:
    answer = cli("mails", "retry", *arguments)
    assert answer.returncode == 2
    assert told in answer.stderr
