"""Logs: what a line says, and what can never get into one."""

import ast
import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from shared.config import PROJECT_ROOT
from shared.context import bound
from shared.logs import configure, get_logger
from shared.logs.privacy import ALLOWED

NAME, EMAIL, BORN, INSURANCE = "Siobhan O'Neill", "siobhan@example.org", "1999-12-31", "QQ 12 34 56 C"
SECRETS = (NAME, EMAIL, INSURANCE)


class Log(io.StringIO):
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def line(self) -> dict[str, Any]:
        (only,) = self.lines()
        return only


@pytest.fixture
def log() -> Iterator[Log]:
    before = structlog.get_config()
    handlers, level, hook = logging.getLogger().handlers[:], logging.getLogger().level, sys.excepthook
    stream = Log()
    configure("itt", version="1.2.3", stream=stream)
    yield stream
    structlog.configure(**before)
    logging.getLogger().handlers[:], sys.excepthook = handlers, hook
    logging.getLogger().setLevel(level)


def test_a_line_is_one_json_object_with_service_and_correlation(log: Log) -> None:
    with bound(correlation_id="c-1", actor="a-1"):
        get_logger("services.itt").info("events relayed", count=500)
    line = log.line()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "events relayed",
        "count": 500,
        "level": "info",
        "logger": "services.itt",
        "service": "itt",
        "version": "1.2.3",
        "correlation_id": "c-1",
        "actor": "a-1",
    }


def test_what_is_less_than_the_level_is_not_logged(log: Log) -> None:
    get_logger("x").debug("detail")
    assert log.lines() == []


class Kind(StrEnum):
    TIMER = "timer"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Kind.TIMER, "timer"),
        (date(2026, 1, 2), "2026-01-02"),
        (None, None),
        (1.5, 1.5),
        (["a", "b"], ["a", "b"]),
    ],
)
def test_ids_numbers_dates_and_states_are_shown(log: Log, value: object, shown: object) -> None:
    get_logger("x").info("done", subject=value)
    assert log.line()["subject"] == shown


@pytest.mark.parametrize(
    "key", ["first_names", "last_name", "email", "date_of_birth", "ni", "payload", "person"]
)
def test_a_key_that_is_not_listed_is_dropped_and_named(log: Log, key: str) -> None:
    get_logger("x").info("done", **{key: NAME})
    assert log.line()["dropped"] == [key]
    assert NAME not in log.getvalue()


@pytest.mark.parametrize(
    "value",
    [
        EMAIL,
        f"to {EMAIL}",
        INSURANCE,
        "qq123456c",
        {"last_name": NAME},
        [EMAIL],
        object(),
        "x" * 301,
        b"bytes",
    ],
)
def test_a_personal_value_under_a_listed_key_is_withheld(log: Log, value: object) -> None:
    get_logger("x").info("done", subject=value)
    assert log.line()["subject"] in ("[withheld]", ["[withheld]"])


@pytest.mark.parametrize(
    ("error", "shown"), [("KeyError", "KeyError"), (NAME, "[withheld]"), (1, "[withheld]")]
)
def test_an_error_is_shown_by_the_name_of_its_type_alone(log: Log, error: object, shown: str) -> None:
    get_logger("x").warning("it failed", error=error)
    assert log.line()["error"] == shown


def test_a_line_can_say_which_of_several_services_it_is_about(log: Log) -> None:
    get_logger("x").info("done", service="cpd")
    assert log.line()["service"] == "cpd"


def test_an_exception_is_told_by_type_and_place_and_not_by_its_message(log: Log) -> None:
    try:
        raise ValueError(NAME)
    except ValueError:
        get_logger("x").exception("it failed")
    told = log.line()["exception"]
    assert told["type"] == "builtins.ValueError"
    assert told["at"][-1].startswith("tests/unit/shared/test_logs.py:")
    assert NAME not in log.getvalue()


def test_a_database_error_is_logged_without_its_parameters(log: Log) -> None:
    try:
        with create_engine("sqlite://").connect() as connection:
            connection.execute(
                text("insert into nowhere values (:name, :born)"), {"name": NAME, "born": BORN}
            )
    except SQLAlchemyError as error:
        get_logger("x").error("it failed", exc_info=error)
    assert log.line()["exception"]["type"] == "sqlalchemy.exc.OperationalError"
    assert log.line()["exception"]["cause"]["type"] == "sqlite3.OperationalError"
    assert NAME not in log.getvalue()
    assert BORN not in log.getvalue()


def test_the_causes_of_an_exception_are_told_too(log: Log) -> None:
    try:
        try:
            raise KeyError(EMAIL)
        except KeyError as error:
            raise RuntimeError(NAME) from error
    except RuntimeError:
        get_logger("x").exception("it failed")
    assert log.line()["exception"]["cause"]["type"] == "builtins.KeyError"
    assert not any(secret in log.getvalue() for secret in SECRETS)


def test_libraries_log_their_template_without_its_arguments(log: Log) -> None:
    logging.getLogger("nameko.containers").warning("worker of %s failed: %s", "itt", NAME)
    line = log.line()
    assert (line["event"], line["logger"], line["level"]) == (
        "worker of %s failed: %s",
        "nameko.containers",
        "warning",
    )


def test_a_library_that_puts_values_into_its_messages_is_told_by_name_alone(log: Log) -> None:
    logging.getLogger("somewhere.else").error(f"no such person: {NAME}")
    assert (log.line()["event"], log.line()["logger"]) == ("a message of a library", "somewhere.else")


def test_a_library_that_logs_an_exception_object_does_not_tell_its_message(log: Log) -> None:
    try:
        raise ValueError(NAME)
    except ValueError as error:
        logging.getLogger("kombu").exception(error)  # noqa: TRY401 - libraries do it
    assert log.line()["exception"]["type"] == "builtins.ValueError"
    assert NAME not in log.getvalue()


def test_libraries_do_not_chatter_below_a_warning(log: Log) -> None:
    logging.getLogger("kombu").info("connected")
    assert log.lines() == []


def test_what_nobody_caught_is_logged_like_any_failure(log: Log) -> None:
    sys.excepthook(ValueError, ValueError(NAME), None)
    assert log.line()["exception"] == {"type": "builtins.ValueError", "at": []}


def test_before_any_configuration_the_same_rules_hold(capsys: pytest.CaptureFixture[str]) -> None:
    get_logger("x").warning("it happened", name=NAME)
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["dropped"] == ["name"]


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in ("services", "shared", "cli"):
        for file in (PROJECT_ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _logs(node.func):
                    yield f"{file.relative_to(PROJECT_ROOT)}:{node.lineno}", node


def _logs(called: ast.Attribute) -> bool:
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    return called.attr in levels and isinstance(called.value, ast.Name) and called.value.id in {"log", "_log"}


def test_every_line_that_the_code_logs_is_a_constant_sentence() -> None:
    loose = [place for place, call in _calls() if not (call.args and isinstance(call.args[0], ast.Constant))]
    assert loose == []


def test_every_key_that_the_code_logs_is_listed() -> None:
    known = ALLOWED | {"exc_info"}
    loose = [
        (place, k.arg) for place, call in _calls() for k in call.keywords if k.arg and k.arg not in known
    ]
    assert loose == []
