"""The list of commands: each has its sentence, none is cut."""

from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from cli.app import app
from cli.summaries import LONGEST, PANELS, WITHIN

COMMANDS: Any = get_command(app)
GROUPS = {name: command for name, command in COMMANDS.commands.items() if hasattr(command, "commands")}


def test_every_command_has_a_sentence_under_one_heading() -> None:
    told = [name for panel in PANELS.values() for name in panel]
    assert sorted(told) == sorted(COMMANDS.commands)
    assert {name: set(group.commands) for name, group in GROUPS.items()} == {
        name: set(panel) for name, panel in WITHIN.items()
    }


@pytest.mark.parametrize("panel", [*PANELS.values(), *WITHIN.values()])
def test_a_sentence_fits_and_ends(panel: dict[str, str]) -> None:
    for name, said in panel.items():
        assert said.endswith("."), name
        assert len(said) <= LONGEST, name


@pytest.mark.parametrize("command", [[], *([name] for name in GROUPS)])
def test_the_list_cuts_nothing_on_80_columns(command: list[str]) -> None:
    lines = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "80"}).stdout.splitlines()
    assert not any(line.endswith("...") for line in lines if not line.startswith("Usage"))
    titles = PANELS if not command else ["Commands"]
    assert {f"{title}:" for title in titles} <= set(lines)
    assert max(map(len, lines)) <= 80
