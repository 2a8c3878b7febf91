"""A report on a screen of 80, 100 and 140 columns: nothing of it is cut off."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from cli.report_table import LEGEND, print_report
from cli.reporting import KINDS
from services.itt.schemas import reports as schemas

NUMBERS = ("allocated", "sent", "offered", "accepted", "recruited", "deferred", "accepted_percent")


def shown(answer: dict[str, Any], width: int) -> str:
    screen = Console(file=StringIO(), width=width)
    print_report(answer, screen)
    assert isinstance(screen.file, StringIO)
    return screen.file.getvalue()


def recruitment() -> dict[str, Any]:
    row = {"code": "2A5", "name": "The Shire Partnership for Schools"} | dict.fromkeys(NUMBERS, 1234)
    total = row | {"code": "total", "name": "Total"}
    columns = ["code", "name", *NUMBERS]
    return {
        "title": "Recruitment in cycle 2027",
        "columns": columns,
        "rows": [row],
        "totals": [total],
        "notes": [],
    }


@pytest.mark.parametrize("width", [40, 60, 80, 100, 140])
def test_every_name_heading_and_number_is_there_at_every_width(width: int) -> None:
    text = shown(recruitment(), width)
    words = text.replace("\u00a0", " ").split()
    assert text.startswith("Recruitment in cycle 2027")
    assert {"2A5", "Shire", "Partnership", "allocated", "recruited", "percent", "Total"} <= set(words)
    assert sum(word.strip(",") == "1234" for word in words) == 2 * len(NUMBERS)
    assert max(map(len, text.splitlines())) <= width


def test_notes_stand_beneath_and_headings_are_plain_words() -> None:
    columns = ["code", "p90_working_days"]
    answer = {"title": "Time", "columns": columns, "rows": [{"code": "2A5", "p90_working_days": 3.0}]}
    text = shown(answer | {"totals": [], "notes": ["So it is counted."]}, 100)
    assert "nine in ten working days" in text
    assert text.rstrip().endswith("So it is counted.")


def test_what_is_not_shown_is_explained() -> None:
    row = {"by": "total", "code": "total", "name": "Total"}
    rows: list[dict[str, Any]] = [
        row | {"characteristic": "sex", "category": "female", "people": 12},
        row | {"characteristic": "sex", "category": "male", "people": "c"},
        row | {"characteristic": "age", "category": "under_25", "people": "c"},
        row | {"characteristic": "age", "category": "50_and_over", "people": 0},
    ]
    answer = {"title": "Trainees", "columns": [*row, "characteristic", "category", "people"], "rows": rows}
    text = shown(answer | {"totals": [], "notes": []}, 80)
    assert "Nothing is shown by age" in text
    assert "under" not in text
    assert LEGEND.split() == text.split()[-len(LEGEND.split()) :]


@pytest.mark.parametrize(
    ("name", "schema"),
    [
        ("recruitment", schemas.RecruitmentReport),
        ("census", schemas.CensusReport),
        ("performance-profile", schemas.ProfileReport),
    ],
)
def test_the_headings_that_a_report_takes_are_those_of_the_call(name: str, schema: Any) -> None:
    field = schema().fields["by_what"]
    assert set(KINDS[name].by) == set(field.validators[0].choices)
