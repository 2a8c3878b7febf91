"""State machines as they are printed and drawn: all of them, and as the code runs them."""

import ast
import json

import pytest

from cli.errors import Refused
from cli.states import diagram, machines, markdown, show
from shared.config import PROJECT_ROOT
from shared.service_names import SERVICES


def _declared() -> int:
    """How many tables of transitions the services' code makes."""
    found = 0
    for service in SERVICES:
        for file in (PROJECT_ROOT / "services" / service).rglob("*.py"):
            calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
            found += sum(isinstance(c.func, ast.Name) and c.func.id == "Transitions" for c in calls)
    return found


def test_every_table_of_transitions_is_among_the_machines() -> None:
    assert len(machines()) == _declared()


def test_the_drawing_of_all_states_is_up_to_date() -> None:
    assert (PROJECT_ROOT / "docs" / "states.md").read_text() == markdown(machines().values()), (
        "run: make docs"
    )


def test_a_machine_is_printed_as_states_transitions_and_corrections(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show("itt.course", "json")
    assert json.loads(capsys.readouterr().out) == {
        "itt.course": {
            "states": ["draft", "published", "withdrawn"],
            "transitions": [["draft", "publish", "published"], ["published", "withdraw", "withdrawn"]],
            "corrections": [],
        }
    }


def test_all_machines_are_printed_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    show(None, "json")
    told = json.loads(capsys.readouterr().out)
    assert list(told) == sorted(machines())
    assert len(told["itt.trainee"]["transitions"]) == 12
    assert told["itt.trainee"]["corrections"]


def test_a_machine_is_drawn_from_where_it_begins_to_where_it_ends() -> None:
    drawn = diagram(machines()["itt.course"]).splitlines()
    assert drawn[2:] == [
        "    [*] --> draft",
        "    draft --> published: publish",
        "    published --> withdrawn: withdraw",
        "    withdrawn --> [*]",
    ]


@pytest.mark.parametrize("format", ["mermaid", "table"])
def test_every_transition_is_shown_in_every_format(format: str, capsys: pytest.CaptureFixture[str]) -> None:
    show(None, format)
    told = capsys.readouterr().out
    for machine in machines().values():
        assert machine.name in told
        assert all(event in told for _, event, _ in machine)


def test_a_machine_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(Refused, match=r"itt\.course"):
        show("itt.nothing", "json")
