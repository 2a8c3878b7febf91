"""Every failure is one line and an exit code."""

from pathlib import Path

import psycopg2
import pytest
from amqp.exceptions import AccessRefused
from sqlalchemy.exc import OperationalError

from cli.errors import AWAY, FAULT, NO, STOPPED, WRONG, Refused, explained, guarded
from shared.config import ConfigurationError, settings
from shared.database.migrate import WrongRevision
from shared.errors import Conflict, DeadlineExceeded, Fault, Invalid, NotFound, Unavailable
from shared.runner.startup import CannotStart


@pytest.mark.parametrize(
    ("error", "line", "exit_code"),
    [
        (Refused("no"), "no", NO),
        (Refused("name one", WRONG), "name one", WRONG),
        (NotFound("there is no such person"), "there is no such person", NO),
        (Conflict("too late"), "too late", NO),
        (Invalid("row 3"), "row 3", WRONG),
        (
            Fault("itt could not do it: a fault of ours", correlation_id="c-1"),
            "itt could not do it: a fault of ours; its log lines have correlation_id c-1",
            FAULT,
        ),
        (Unavailable("nobody answers for itt"), "nobody answers for itt", AWAY),
        (DeadlineExceeded("too slow"), "too slow", AWAY),
        (WrongRevision("run 'continuum migrate'"), "run 'continuum migrate'", NO),
        (CannotStart("away", 3), "away", AWAY),
        (psycopg2.OperationalError("no route\nmore"), "the database is away: no route", AWAY),
        (
            OperationalError("SELECT 1", {}, psycopg2.OperationalError("gone")),
            "the database is away: gone",
            AWAY,
        ),
        (AccessRefused("wrong password"), "the broker is away: wrong password", AWAY),
        (
            ConnectionRefusedError(111, "Connection refused"),
            "the broker is away: [Errno 111] Connection refused",
            AWAY,
        ),
        (FileNotFoundError(2, "No such file", "x.csv"), "No such file: x.csv", WRONG),
    ],
)
def test_an_error_is_explained(error: Exception, line: str, exit_code: int) -> None:
    assert explained(error) == (line, exit_code)


def test_an_installation_that_was_never_made_is_told_how_to_make_it() -> None:
    missing = psycopg2.OperationalError('FATAL:  database "continuum_itt" does not exist')

    assert explained(missing) == ("there is no installation here yet: run 'continuum migrate' first", NO)


def test_mistakes_of_the_configuration_are_told_all_at_once() -> None:
    line, exit_code = explained(
        ConfigurationError({"AMQP_URI": ["must be a URL"], "HTTP_PORT": ["too large"]})
    )

    assert exit_code == WRONG
    assert "AMQP_URI" in line
    assert "HTTP_PORT" in line


def test_a_fault_of_ours_has_no_traceback_but_a_file_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONTINUUM_DATA_DIR", str(tmp_path))
    settings.cache_clear()

    def broken() -> None:
        raise KeyError("secret")

    exit_code = guarded(broken)
    settings.cache_clear()

    said = capsys.readouterr().err
    assert exit_code == FAULT
    assert said == f"continuum: a fault of ours: KeyError; the details are in {tmp_path}/fault.txt\n"
    assert "Traceback" in (tmp_path / "fault.txt").read_text()


def test_control_c_ends_a_command_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert guarded(interrupted) == STOPPED
    assert capsys.readouterr().err == "continuum: stopped\n"


def test_a_command_without_an_exit_code_has_succeeded() -> None:
    assert guarded(lambda: None) == 0
