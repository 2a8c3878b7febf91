"""``continuum import schools`` as a user meets it."""

import json
from pathlib import Path

import pytest

from shared.database import connect, database_url
from tests.cli.conftest import Cli

HEADER = (
    "URN,EstablishmentName,PhaseOfEducation (name),EstablishmentStatus (name),Postcode,Easting,Northing,"
    "GOR (name),LA (name),UKPRN,Town\n"
)
RIGHT = (
    "990101,St Bede’s Primary,Primary,Open,NE5 3RN,420000,565000,North East,Newcastle,10000001,Newcastle\n"
)
WRONG = "99010,Beacon Hill,Primary,Open,NE5 3RN,420000,,North East,Newcastle upon Tyne,,Newcastle\n"


def _stored(urn: str) -> str | None:
    connection = connect(database_url("itt"), "tests")
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM school WHERE urn = %s", (urn,))
        row = cursor.fetchone()
    connection.close()
    return row[0] if row else None


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_a_register_in_either_encoding_is_stored_and_may_come_again(
    cli: Cli, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "schools.csv"
    file.write_bytes((HEADER + RIGHT).encode(encoding))
    assert cli("import", "schools", str(file)).stdout == "1 school stored\n"
    file.write_bytes((HEADER + RIGHT.replace("Bede’s", "Aidan’s")).encode(encoding))
    assert cli("import", "schools", str(file)).returncode == 0
    assert _stored("990101") == "St Aidan’s Primary"


def test_rows_that_are_wrong_are_listed_and_the_others_stored(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "schools.csv"
    file.write_text(HEADER + WRONG + RIGHT.replace("990101", "990102"))
    answer = cli("import", "schools", str(file), "--json")
    assert answer.returncode == 1
    told = json.loads(answer.stdout)
    assert (told["rows"], told["stored"]) == (2, 1)
    assert [(error["row"], error["column"]) for error in told["errors"]] == [(2, "URN"), (2, "Northing")]
    assert _stored("990102") is not None


def test_a_check_stores_nothing(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "schools.csv"
    file.write_text(HEADER + RIGHT.replace("990101", "990103"))
    assert "1 school would be stored" in cli("import", "schools", str(file), "--dry-run").stdout
    assert _stored("990103") is None


def test_another_file_is_no_register(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "schools.csv"
    file.write_text("name,town\nA,B\n")
    answer = cli("import", "schools", str(file))
    assert answer.returncode == 2
    assert "no extract of the register" in answer.stderr
    assert "./continuum import template --for schools > schools.csv" in answer.stderr


def test_the_example_of_the_template_is_refused_until_it_is_replaced(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "schools.csv"
    file.write_text(cli("import", "template", "--for", "schools").stdout)
    answer = cli("import", "schools", str(file))
    assert (answer.returncode, "is that of the template's example" in answer.stdout) == (1, True)
    assert _stored("999999") is None
    file.write_text(file.read_text().replace("Example Primary School", "Elm Road"))
    assert cli("import", "schools", str(file)).stdout == "1 school stored\n"
