"""The command line as users meet it: what it answers, and with which exit code."""

import json
import re
import stat
from contextlib import closing
from pathlib import Path

import pytest

from cli.demo.sample import sample, with_mistakes
from shared.database import connect, database_url
from shared.service_names import SERVICES
from tests.cli.conftest import Cli
from tests.cli.rows import CONSUMER, SOURCE, empty, execute, failed, made

COMMANDS = [
    ["demo"],
    ["import", "trainees"],
    ["import", "schools"],
    ["import", "template"],
    ["import", "codes"],
    ["import", "undo"],
    ["provider", "register"],
    ["provider", "list"],
    ["timeline"],
    ["run"],
    ["migrate"],
    ["events"],
    ["transitions"],
    ["ledger"],
    ["reconcile"],
    ["replay"],
    ["parked", "list"],
    ["parked", "show"],
    ["parked", "retry"],
    ["parked", "discard"],
    ["parked", "timers"],
    ["token"],
    ["keys", "make"],
    ["keys", "list"],
    ["keys", "rotate"],
    ["keys", "retire"],
    ["version"],
    ["test"],
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Sixty people."""
    made = tmp_path / "trainees.csv"
    made.write_bytes(sample(7))
    return made


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_examples(command: list[str], bare: Cli) -> None:
    answer = bare(*command, "--help")

    assert answer.returncode == 0
    assert re.search(r"Examples:\n +\./continuum ", answer.stdout)


def test_an_unknown_command_is_a_mistake(bare: Cli) -> None:
    assert bare("nonsense").returncode == 2


def test_mistakes_of_the_configuration_are_told_by_name_and_without_a_traceback(bare: Cli) -> None:
    answer = bare("ledger", DATABASE_POOL="many", AMQP_URI="secret-password")

    assert answer.returncode == 2
    assert "AMQP_URI" in answer.stderr
    assert "DATABASE_POOL" in answer.stderr
    assert "secret" not in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_variable_that_is_no_number_is_told_what_would_be_right(bare: Cli) -> None:
    answer = bare("ledger", HTTP_PORT="many")

    assert (answer.returncode, "HTTP_PORT: must be a whole number" in answer.stderr) == (2, True)


def test_maintenance_wants_a_reason_and_says_who_was_not_in_it(cli: Cli) -> None:
    reason = cli("maintenance", "on", "itt", "--reason", "x")
    off = cli("maintenance", "off", "itt")

    assert (reason.returncode, "say why in a few words" in reason.stderr) == (2, True)
    assert (off.returncode, off.stdout) == (0, "itt was not in maintenance\n")


def test_a_database_that_is_away_is_one_line(bare: Cli) -> None:
    answer = bare("ledger", DATABASE_URL="postgresql://nobody@127.0.0.1:1/postgres")

    assert answer.returncode == 3
    assert re.fullmatch(r"continuum: the database is away: .*refused.*\n", answer.stderr)


def test_an_installation_that_was_never_made_is_told_how_to_make_it(cli: Cli) -> None:
    answer = cli("ledger", DATABASE_PREFIX="never_made")

    assert (answer.returncode, answer.stderr) == (
        1,
        "continuum: there is no installation here yet: run 'continuum migrate' first\n",
    )


def test_migrate_again_changes_nothing(cli: Cli) -> None:
    answer = cli("migrate")

    assert answer.returncode == 0
    assert answer.stdout.endswith("everything is up to date\n")


def test_the_version_is_told_in_json_too(bare: Cli) -> None:
    assert json.loads(bare("version", "--json").stdout)["continuum"]


def test_a_file_is_checked_without_a_provider_or_a_service(bare: Cli, file: Path) -> None:
    answer = bare("import", "trainees", str(file), "--dry-run")

    assert (answer.returncode, answer.stdout) == (0, "60 trainees would be stored\n")
    assert answer.stderr == "not compared with trainees who are there; add --provider\n"


def test_a_file_with_mistakes_is_refused_with_each_of_them(bare: Cli, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(with_mistakes())

    answer = bare("import", "trainees", str(wrong), "--dry-run", "--json")

    assert answer.returncode == 1
    told = json.loads(answer.stdout)
    assert len(told["errors"]) == 6
    assert told["errors"][0] | {"message": ""} == {
        "row": 2,
        "column": "date_of_birth",
        "value": "31/02/1999",
        "message": "",
    }


def test_twins_in_a_file_are_confirmed_by_their_row(bare: Cli, tmp_path: Path) -> None:
    lines = sample().decode().splitlines(keepends=True)
    hesa_id = lines[0].split(",").index("hesa_id")
    twin = lines[1].split(",")
    twin[hesa_id] = "'" + "9" * 13
    file = tmp_path / "twins.csv"
    file.write_text("".join([*lines[:2], ",".join(twin)]))

    refused = bare("import", "trainees", str(file), "--dry-run", "--json")
    confirmed = bare("import", "trainees", str(file), "--dry-run", "--confirm-row", "3")

    assert (refused.returncode, len(json.loads(refused.stdout)["errors"])) == (1, 1)
    assert (confirmed.returncode, confirmed.stdout) == (0, "2 trainees would be stored\n")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a csv", b"name,age\nJo,3\n"])
def test_a_file_that_cannot_be_read_has_an_exit_code_of_its_own(
    bare: Cli, tmp_path: Path, content: bytes
) -> None:
    unreadable = tmp_path / "unreadable.csv"
    unreadable.write_bytes(content)

    answer = bare("import", "trainees", str(unreadable), "--dry-run")

    assert answer.returncode == 2
    assert answer.stderr.startswith("continuum: ")
    assert answer.stderr.count("\n") == 1
    assert str(unreadable) in answer.stderr


def test_the_template_is_an_empty_file_and_named_by_what_speaks_of_it(bare: Cli, tmp_path: Path) -> None:
    template = tmp_path / "template.csv"
    template.write_text(bare("import", "template").stdout)

    answer = bare("import", "trainees", str(template), "--dry-run")

    assert (answer.returncode, "no row of data" in answer.stderr) == (2, True)
    template.write_text("name,age\nJo,3\n")
    wrong = bare("import", "trainees", str(template), "--dry-run").stderr
    assert "None of the 51 columns is there; is this the right file?" in wrong
    assert "./continuum import template > trainees.csv" in wrong


def test_whoever_waits_for_a_server_is_told_that_it_is_started_and_for_whose_data(
    bare: Cli, tmp_path: Path
) -> None:
    starting = "starting an embedded database server"
    plain = bare("ledger")
    assert plain.stderr.splitlines()[0] == f"continuum: {starting} ({tmp_path}) ..."
    demo = bare("ledger", "--demo", "--json")
    line, _ = demo.stderr.splitlines()
    assert line == f"continuum: {starting} for the demonstration's data ({tmp_path / 'demo'}) ..."
    assert starting not in demo.stdout
    assert starting not in bare("import", "codes").stderr


def test_a_file_that_is_not_there_is_told_so(bare: Cli) -> None:
    answer = bare("import", "trainees", "/nowhere.csv", "--dry-run")

    assert (answer.returncode, answer.stderr) == (2, "continuum: /nowhere.csv: No such file or directory\n")


def test_to_store_a_file_the_provider_is_named(bare: Cli, file: Path) -> None:
    answer = bare("import", "trainees", str(file))

    assert answer.returncode == 2
    assert "--provider" in answer.stderr


def test_a_file_for_a_provider_that_is_not_registered_is_refused_with_how_to_register_it(
    cli: Cli, file: Path
) -> None:
    for options in ([], ["--dry-run"]):
        answer = cli("import", "trainees", str(file), "--provider", "zzz", *options)
        assert (answer.returncode, answer.stdout) == (2, "")
        assert "provider ZZZ is not registered here; check the code" in answer.stderr
        assert './continuum provider register ZZZ "ITS NAME"' in answer.stderr


def test_a_code_that_is_none_is_refused_at_once(bare: Cli, file: Path) -> None:
    for command in (["import", "trainees", str(file)], ["demo", "/nowhere.csv"]):
        answer = bare(*command, "--provider", "fourth")
        assert (answer.returncode, "'fourth' is no provider code" in answer.stderr) == (2, True)


@pytest.mark.usefixtures("provider")
def test_a_provider_is_registered_listed_and_keeps_what_is_not_said_again(cli: Cli, file: Path) -> None:
    made = cli("provider", "register", "1ls", "Alder Grove", "--kind", "lead_school", "--urn", "990101")
    named, again = (cli("provider", "register", "1LS", "Alder Grove Primary") for _ in range(2))
    refused = cli("import", "trainees", str(file), "--provider", "1LS")
    assert (refused.returncode, "1LS (Alder Grove Primary) is a lead school" in refused.stderr) == (2, True)
    changed = cli("provider", "register", "1LS", "Alder Grove Teaching School", "--kind", "both")
    assert made.stdout == "registered: 1LS Alder Grove, lead school\n"
    assert named.stdout == "changed: 1LS Alder Grove Primary, lead school\n"
    assert again.stdout == "unchanged: 1LS Alder Grove Primary, lead school\n"
    assert changed.stdout.startswith("changed: 1LS Alder Grove Teaching School, lead school and accredited")
    (known,) = json.loads(cli("provider", "list", "1ls", "--json").stdout)
    assert (known["name"], known["kind"], known["urn"]) == ("Alder Grove Teaching School", "both", "990101")
    assert {"1LS", "2A5"} <= set(cli("provider", "list").stdout.split())
    assert cli("provider", "list", "nobody of that name").stdout == "no such provider is registered\n"
    wrong = cli("provider", "register", "1LS", "x", "--urn", "12")
    assert (wrong.returncode, "--urn: " in wrong.stderr, "providers.0" in wrong.stderr) == (2, True, False)


def test_the_codes_of_a_column_are_listed_and_named_by_what_is_no_code(bare: Cli, tmp_path: Path) -> None:
    assert "160 " in bare("import", "codes", "ethnicity").stdout
    assert "ethnicity" in bare("import", "codes").stdout
    assert json.loads(bare("import", "codes", "nationality", "--json").stdout)["GB"] == "British"
    unknown = bare("import", "codes", "nationalty")
    assert (unknown.returncode, "did you mean nationality?" in unknown.stderr) == (2, True)

    rows = [line.split(",") for line in sample().decode().splitlines()[:3]]
    route = rows[0].index("training_route")
    for row in rows[1:]:
        row[route] = "Apprentice"
    file = tmp_path / "routes.csv"
    file.write_text("\n".join(map(",".join, rows)))
    told = bare("import", "trainees", str(file), "--dry-run").stdout
    assert told.count("School Direct salaried") == 1
    assert told.count("use one of those above") == 1
    assert "./continuum import codes training_route" in told


def test_the_template_says_apart_from_the_file_which_columns_are_mandatory(bare: Cli) -> None:
    (line,) = bare("import", "template").stderr.splitlines()
    assert "mandatory: hesa_id, first_names" in line
    assert "./continuum import codes COLUMN" in line
    assert bare("import", "template", "--for", "schools").stderr == ""


def asked_for(kind: str) -> bool:
    """Whether a timer of that kind is still to fire."""
    with closing(connect(database_url("itt"), "tests")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT FROM due WHERE kind = %s", (kind,))
        return cursor.fetchone() is not None


@pytest.mark.usefixtures("provider")
def test_a_file_is_stored_and_its_people_have_timelines(cli: Cli, file: Path) -> None:
    stored = cli("import", "trainees", str(file), "--provider", "2A5", "--json")
    assert stored.returncode == 0
    assert json.loads(stored.stdout)["created"] == 60
    assert "Everything that was due has happened" in stored.stderr
    assert not asked_for("request_trn")

    name = file.read_text().splitlines()[1].split(",")[3:5]
    career = cli("timeline", " ".join(name))
    assert career.returncode == 0
    assert "Registered as a trainee with Northern Hills University (2A5)" in career.stdout

    again = cli("import", "trainees", str(file), "--provider", "2a5")
    assert again.returncode == 1
    assert "60 rows match trainees who are there already" in again.stdout
    assert "2A5" in again.stdout
    assert "TRN received" in again.stdout

    ledger = cli("ledger", "--json")
    assert ledger.returncode == 0
    assert json.loads(ledger.stdout)["missing"] == 0
    assert "no event was missing" in cli("reconcile").stdout
    assert "events projected again" in cli("replay", "people").stdout

    import_id, followed = (json.loads(stored.stdout)[key] for key in ("import_id", "correlation_id"))
    swapped = cli("import", "undo", followed)
    assert (swapped.returncode, f"./continuum import undo {import_id}\n" in swapped.stderr) == (1, True)
    swapped = cli("trace", import_id)
    assert (swapped.returncode, f"./continuum trace {followed}\n" in swapped.stderr) == (1, True)
    asked = cli("import", "undo", import_id)
    assert (asked.returncode, "60 trainees of trainees.csv (provider 2A5)" in asked.stderr) == (1, True)
    undone = cli(
        "import", "undo", import_id, "--yes"
    )  # nobody has begun: the checks before training are not made
    assert undone.returncode == 0, undone.stderr


def test_whoever_is_not_known_is_not_found_and_it_is_told_where_was_looked(
    cli: Cli, installation: dict[str, str]
) -> None:
    answer = cli("timeline", "Nobody Atall")

    assert answer.returncode == 1
    assert answer.stderr.startswith("continuum: nobody is known as 'Nobody Atall' in the installation (")
    assert installation["DATABASE_PREFIX"] in answer.stderr
    assert "try a part of the name, the TRN" in answer.stderr


def test_a_timeline_without_any_installation_says_what_makes_one(bare: Cli) -> None:
    answer = bare("timeline", "Nobody Atall")

    assert answer.returncode == 1
    assert "there is no installation here" in answer.stderr
    assert "./continuum demo" in answer.stderr


def test_a_missing_event_is_found_sent_again_and_gone(cli: Cli) -> None:
    empty(SOURCE, CONSUMER)
    made()

    assert cli("ledger").returncode == 1
    assert cli("reconcile", "--dry-run").returncode == 1
    healed = cli("reconcile")
    assert healed.returncode == 0, healed.stderr
    assert "1 sent again, all have arrived" in healed.stdout
    assert cli("ledger").returncode == 0
    empty(*SERVICES)


def test_a_parked_event_is_listed_shown_and_given_up_with_a_reason(cli: Cli) -> None:
    empty(SOURCE, CONSUMER)
    id_ = made()
    failed(id_, "parked", '{"person": {"last_name": "Okafor"}}')

    assert str(id_) in cli("parked", "list").stdout
    assert "Okafor" not in cli("parked", "show", str(id_)).stdout
    assert "Okafor" in cli("parked", "show", str(id_), "--personal").stdout
    assert cli("parked", "discard", str(id_)).returncode == 2
    answer = cli("parked", "discard", str(id_), "--reason", "it was made twice")
    assert (answer.returncode, answer.stdout) == (0, "1 event was given up\n")
    assert cli("parked", "list").stdout == "nothing is parked\n"
    empty(SOURCE, CONSUMER)


def test_a_parked_timer_is_told_listed_and_fired_again(cli: Cli) -> None:
    parked = "INSERT INTO due (at, kind, subject, attempts, parked_at, error) VALUES (%s, %s, %s, 7, %s, %s)"
    execute(CONSUMER, parked, ("2099-01-01", "a_deadline", "somebody", "2026-01-01", "Conflict"))

    assert "continuum parked timers" in cli("parked", "list").stdout
    assert "a_deadline" in cli("parked", "timers").stdout
    assert json.loads(cli("parked", "timers", "--json").stdout)[0]["subject"] == "somebody"
    assert cli("parked", "timers", "--retry").stdout == "1 timer is due again\n"
    assert cli("parked", "timers").stdout == "no timer is parked\n"
    execute(CONSUMER, "DELETE FROM due")


def test_retrying_wants_to_know_what(cli: Cli) -> None:
    assert cli("parked", "retry").returncode == 2
    assert cli("parked", "retry", "--all").stdout == "0 events are tried again\n"


@pytest.mark.parametrize("command", ["replay", "run"])
def test_an_unknown_service_is_a_mistake_and_told_with_those_that_there_are(bare: Cli, command: str) -> None:
    answer = bare(command, "nobody")

    assert answer.returncode == 2
    assert "there is no service 'nobody'; there are cpd, itt" in answer.stderr


def test_a_token_speaks_for_whom_it_was_signed(bare: Cli) -> None:
    answer = bare("token", "--id", "jo", "--role", "accredited_provider", "--organisation", "provider:2A5")

    assert answer.returncode == 0
    assert answer.stdout.count(".") == 2


@pytest.mark.parametrize("role", ["service", "king"])
def test_a_role_that_nobody_may_sign_for_is_refused(bare: Cli, role: str) -> None:
    assert bare("token", "--id", "jo", "--role", role).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--role", "accredited_provider"), "provider:2A5"),
        (
            ("--role", "accredited_provider", "--organisation", "provider:2a5x"),
            "three capital letters and digits",
        ),
        (("--role", "school_leader", "--organisation", "school:12"), "six digits"),
        (("--role", "operator", "--organisation", "2A5"), "is none; write provider:2A5"),
        (("--role", "candidate"), "a UUID, not 'jo'"),
    ],
)
def test_a_principal_that_nobody_can_be_is_not_signed(
    bare: Cli, arguments: tuple[str, ...], said: str
) -> None:
    answer = bare("token", "--id", "jo", *arguments)

    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr


def test_keys_are_the_owners_alone_and_never_written_over(bare: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "keys-to-be"

    assert bare("keys", "make", str(folder)).returncode == 0
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    before = (folder / "cli.pem").read_bytes()
    assert bare("keys", "make", str(folder)).returncode == 1
    assert (folder / "cli.pem").read_bytes() == before


def test_a_token_signed_with_a_key_of_one_machine_is_refused_on_another(bare: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "keys-to-be"
    bare("keys", "make", str(folder))
    configured = {
        "SIGNING_KEY_FILE": str(folder / "service-cpd.pem"),
        "VERIFY_KEYS_FILE": str(folder / "public-keys.json"),
    }

    answer = bare("token", "--id", "jo", "--role", "operator", **configured)

    assert answer.returncode == 2
    assert "SIGNING_KEY is not the key of the command line" in answer.stderr


def test_the_catalogue_is_a_table_or_json(bare: Cli) -> None:
    assert "itt.qts.awarded.v1" in bare("events").stdout
    assert json.loads(bare("events", "--format", "json").stdout)[0]["purpose"]
