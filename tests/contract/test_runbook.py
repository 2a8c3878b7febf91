"""The runbook knows every alert, names commands that exist, and drills that are tests."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
import yaml

from cli.app import app
from shared.config import PROJECT_ROOT
from shared.config.declarations import declarations

TEXT = (PROJECT_ROOT / "docs" / "runbook.md").read_text()
RULES = yaml.safe_load((PROJECT_ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())
ALERTS = [rule["alert"] for group in RULES["groups"] for rule in group["rules"]]
PART = re.compile(r"^## (.*)$", re.MULTILINE)
SECTION = re.compile(r"^### (.*)$", re.MULTILINE)
COMMANDS = sorted({" ".join(found.split()) for found in re.findall(r"`((?:\./)?continuum [^`]+)`", TEXT)})
DRILLS = re.findall(r"^- Drill: `([^`]+)`$", TEXT, re.MULTILINE)
PLACEHOLDER = re.compile(r"[A-Z][A-Z_]*|\d+|[a-z_]+")


def _cut(text: str, heading: re.Pattern[str]) -> dict[str, str]:
    """Heading -> what stands beneath it."""
    _, *pieces = heading.split(text)
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


PARTS = {name: _cut(part, SECTION) for name, part in _cut(TEXT, PART).items()}


def test_every_alert_has_a_section_and_every_section_an_alert() -> None:
    assert list(PARTS["Alerts"]) == list(dict.fromkeys(PARTS["Alerts"]))
    assert sorted(PARTS["Alerts"]) == sorted(ALERTS)


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_says_what_it_means_what_to_check_and_how_to_mend_it(alert: str) -> None:
    found = re.findall(r"^\*\*(\w+)\.\*\* \S", PARTS["Alerts"][alert], re.MULTILINE)
    assert found == ["Means", "Check", "Mend"]


@pytest.mark.parametrize("fault", PARTS["Faults"])
def test_a_fault_has_a_drill(fault: str) -> None:
    assert "- Drill: `tests/" in PARTS["Faults"][fault]


@pytest.mark.parametrize("drill", DRILLS)
def test_a_drill_is_a_test_that_exists(drill: str) -> None:
    file, _, name = drill.partition("::")
    functions = {
        node.name
        for node in ast.walk(ast.parse((PROJECT_ROOT / file).read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    assert name in functions


def test_every_mention_of_a_drill_is_one_that_is_checked() -> None:
    assert TEXT.count("Drill:") == len(DRILLS) > 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_exists_with_its_options(command: str) -> None:
    """It is resolved as the command line would, with a word for each argument."""
    words = command.split()[1:]
    found: Any = typer.main.get_command(app)
    while hasattr(found, "commands"):
        assert words and words[0] in found.commands, command
        found = found.commands[words.pop(0)]
    options = {name: option for option in found.params for name in (*option.opts, *option.secondary_opts)}
    arguments = [each for each in found.params if each.param_type_name == "argument"]
    free = list(_free(words, options))
    assert all(PLACEHOLDER.fullmatch(word) for word in free)
    most = sum(each.nargs if each.nargs > 0 else 99 for each in arguments)
    assert len(free) <= most, command


def _free(words: list[str], options: dict[str, Any]) -> Iterator[str]:
    """The words that are neither an option nor its value; an option that is not there fails."""
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            yield word
            continue
        assert word in options, word
        if not getattr(options[word], "is_flag", False):
            assert next(rest, None) is not None, f"{word} needs a value"


def test_commands_are_found() -> None:
    assert {command.split()[1] for command in COMMANDS} >= {
        "ledger",
        "parked",
        "reconcile",
        "migrate",
        "trace",
        "run",
    }


def test_links_within_the_runbook_lead_to_its_headings() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-")
        for h in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= headings


def test_links_to_files_lead_to_files() -> None:
    for link in re.findall(r"\]\((\.\./[^)#]+)\)", TEXT):
        assert (PROJECT_ROOT / "docs" / link).exists(), link


def test_settings_that_the_runbook_names_exist() -> None:
    known = {declaration.variable for declaration in declarations().values()}
    named = set(re.findall(r"`((?:DATABASE|INBOX|RELAY|RPC|RETRY|SHUTDOWN)_[A-Z_]+)`", TEXT))
    assert named <= known
    assert named
