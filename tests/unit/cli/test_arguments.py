"""What is wrong with an argument is told by its name, with the value and what would be right."""

import pytest

from cli.app import main
from cli.errors import WRONG


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("rpc --format x", "'--format': 'x' is not one of 'table', 'json', 'markdown'."),
        ("report nope", "'NAME': 'nope' is not one of 'recruitment', 'funnel', 'decisions', "),
        (
            "import undo 123",
            "'ID': '123' is not an id; it looks like 01890000-0000-7000-8000-000000000001",
        ),
        ("import trainees x --confirm-row a", "'--confirm-row': 'a' is not a whole number"),
        ("reconcile --grace abc", "'--grace': 'abc' is not a number"),
        ("reconcile --grace -3", "'--grace': '-3' is too small; it must be at least 0"),
        ("token --id a --lifetime 86401", "'--lifetime': '86401' is too large; it must be at most 86400"),
        (
            "replay itt --since yesterday",
            "'--since': 'yesterday' is no date; write it as 2026-09-01 or 2026-09-01T09:00:00",
        ),
    ],
)
def test_a_wrong_argument_is_told_with_its_value_and_what_would_be_right(
    command: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.split()) == WRONG
    said = capsys.readouterr().err
    assert f"Error: Invalid value for {told}" in said
    assert "Value error" not in said


def test_what_is_missing_is_told_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report"]) == WRONG
    assert "Missing argument 'NAME'. Choose from:" in capsys.readouterr().err
