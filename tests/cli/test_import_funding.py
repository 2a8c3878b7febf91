"""``continuum import funding`` as a user meets it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

HEADER = "academic_year,kind,routes,subject,subject_codes,amount_pounds,valid_from,valid_until,source\n"
RIGHT = "2031/32,bursary,provider_led_postgrad,Physics,100425 101060,31000,,,The table of 2031\n"
WRONG = "2031,gift,fee,Physics,100425,none,,,The table of 2031\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rates.csv"


def test_a_table_is_checked_stored_and_comes_again_without_a_change(cli: Cli, file: Path) -> None:
    file.write_text(HEADER + RIGHT)
    checked = cli("import", "funding", str(file), "--dry-run")
    assert checked.stdout == "1 rate: 1 would be added, 0 would be ended, 0 as they were\n"
    assert cli("import", "funding", str(file)).stdout == "1 rate: 1 added, 0 ended, 0 as they were\n"
    told = json.loads(cli("import", "funding", str(file), "--json").stdout)
    assert (told["added"], told["ended"], told["unchanged"], told["refused"]) == (0, 0, 1, False)


def test_every_error_is_listed_by_row_and_column_and_nothing_is_stored(cli: Cli, file: Path) -> None:
    file.write_text(HEADER + RIGHT.replace("2031", "2032").replace("/32", "/33") + WRONG)
    answer = cli("import", "funding", str(file), "--json")
    assert answer.returncode == 1
    told = json.loads(answer.stdout)
    assert [(e["row"], e["column"]) for e in told["errors"]] == [
        (3, "amount_pounds"),
        (3, "kind"),
        (3, "routes"),
    ]
    shown = cli("import", "funding", str(file))
    assert (shown.returncode, "Nothing was stored: 3 errors in 2 rows" in shown.stdout) == (1, True)


def test_another_file_is_no_table(cli: Cli, file: Path) -> None:
    file.write_text("name,town\nA,B\n")
    answer = cli("import", "funding", str(file))
    assert answer.returncode == 2
    assert "not those of the template" in answer.stderr
    assert str(file) in answer.stderr
    assert "./continuum import template --for funding > funding.csv" in answer.stderr


def test_the_example_of_the_template_is_refused_until_it_is_replaced(cli: Cli, file: Path) -> None:
    file.write_text(cli("import", "template", "--for", "funding").stdout)
    refused = cli("import", "funding", str(file))
    assert (refused.returncode, "is that of the template's example" in refused.stdout) == (1, True)
    file.write_text(file.read_text().replace("An example, to be replaced", "The table of 2036"))
    answer = cli("import", "funding", str(file))
    assert (answer.returncode, answer.stdout) == (0, "1 rate: 1 added, 0 ended, 0 as they were\n")
