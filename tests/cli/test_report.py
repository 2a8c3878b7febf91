"""``continuum report`` as a user meets it."""

import json

from tests.cli.conftest import Cli


def test_a_report_without_anything_says_so_and_is_no_failure(cli: Cli) -> None:
    told = cli("report", "funnel", "--cycle", "2027")
    assert (told.returncode, told.stdout) == (0, "No applications were sent in cycle 2027\n")
    text = cli("report", "census", "--year", "2020", "--by", "region", "--format", "csv")
    assert text.stdout.replace("\r\n", "\n") == "code,name,trainees,new_entrants\n"
    assert "Nobody was training on 2020-10-14" in text.stderr
    answer = json.loads(cli("report", "equality-of-trainees", "--year", "2020", "--format", "json").stdout)
    assert (answer["report"], answer["rows"]) == ("equality-trainees", [])


def test_a_provider_that_nobody_registered_is_bad_input(cli: Cli) -> None:
    for name in ("recruitment", "decisions", "census", "equality-of-trainees"):
        told = cli("report", name, "--provider", "9ZZ")
        assert (told.returncode, told.stdout) == (2, "")
        assert "--provider: 9ZZ is no provider that is registered here" in told.stderr


def test_json_has_a_short_form(cli: Cli) -> None:
    answer = json.loads(cli("report", "funnel", "--cycle", "2027", "--json").stdout)
    assert answer["empty"] == "No applications were sent in cycle 2027"
    assert "leave out it or --format csv" in cli("report", "funnel", "--json", "--format", "csv").stderr


def test_a_wrong_heading_is_named(cli: Cli) -> None:
    told = cli("report", "census", "--by", "postcode")
    assert told.returncode != 0
    assert "study_mode" in told.stderr


def test_options_that_do_not_fit_a_report_are_named_as_options(cli: Cli) -> None:
    told = cli("report", "census", "--cycle", "2027")
    assert (told.returncode, told.stderr) == (
        2,
        "continuum: report census goes by --year, not by --cycle\n",
    )
    assert "report funnel has one heading alone" in cli("report", "funnel", "--by", "route").stderr
    assert "--cycle: 2090 has no timetable" in cli("report", "funnel", "--cycle", "2090").stderr
