"""What the demonstration shows at its end."""

from io import StringIO
from random import Random
from typing import cast

import pytest
from rich.console import Console

from cli.demo.applicants import Applicant, Way
from cli.demo.names import in_names
from cli.demo.report import MAILED, tell_ledger, whole_career
from cli.demo.stage import Fate, Player, Stage
from cli.installation import Caller
from services.notifications.domain.messages import State
from shared.operations.ledger import Line

SOUND = Line("itt.qts.awarded.v1", "itt", "cpd", 3, 3, handled=3)
UNHEARD = Line("itt.trainee.moved.v1", "itt", None, 2, 2)


def told(*lines: Line) -> str:
    screen = Console(file=StringIO(), width=200)
    tell_ledger(list(lines), screen, " --demo")
    return cast(StringIO, screen.file).getvalue()


def test_a_ledger_in_which_all_is_right_is_shown_as_its_sums() -> None:
    heads, sums, *rest = told(SOUND, UNHEARD).splitlines()

    assert heads.split() == ["committed", "published", "handled", "waiting", "parked", "missing", "late"]
    assert sums.split() == ["3", "3", "3", "0", "0", "0", "0"]
    assert rest == [
        "An event counts once for each service that listens to it; 2 more concern no other service.",
        "Nothing is missing.",
        "Every type of event, row by row: ./continuum ledger --demo",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        Line("cpd.booking.made.v1", "cpd", "people", 2, 2, handled=1, waiting=1),
        Line("cpd.booking.made.v1", "cpd", "people", 2, 2, handled=1, parked=1),
        Line("cpd.booking.made.v1", "cpd", "people", 2, 2, handled=1, missing=1),
        Line("cpd.booking.made.v1", "cpd", "people", 2, 2, handled=2, late=1),
        Line("cpd.booking.made.v1", "cpd", "people", 2, 2, handled=1, discarded=1),
        Line("cpd.booking.made.v1", "cpd", "people", 2, 2, handled=1),
    ],
)
def test_what_is_not_right_is_shown_row_by_row_and_nothing_else(wrong: Line) -> None:
    text = told(SOUND, wrong)

    assert "These are not as they should be:" in text
    assert wrong.type in text
    assert SOUND.type not in text


def test_every_state_of_a_message_is_said_in_words() -> None:
    assert {State(state) for state in MAILED} == set(State)
    assert not any("_" in words for words in MAILED.values())


def player(number: int, *, nominated: bool) -> Player:
    made = Player(number, f"Nobody {number}", f"person {number}", {}, Fate.STRAIGHT, Random(1))
    made.nominated = nominated
    return made


def test_the_career_that_is_shown_is_that_of_somebody_who_applied() -> None:
    stage = Stage(cast(Caller, None), "2A5", seed=1)
    stage.players = [player(0, nominated=True), player(1, nominated=False), player(2, nominated=True)]
    assert whole_career(stage) is stage.players[0]

    stage.applicants = [
        Applicant(n, "Nobody", f"{n}", "10", Way.RECRUITED, f"person {n}", []) for n in (1, 2)
    ]
    assert whole_career(stage) is stage.players[2]


def test_without_anybody_no_career_is_shown() -> None:
    assert whole_career(Stage(cast(Caller, None), "2A5", seed=1)) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Provider 2A5 withdrew its offer", "North Tyne University withdrew its offer"),
        ("lead school 2LS", "Alder Grove Teaching School"),
        ("head of school 990102", "head of Beacon Hill Academy"),
        ("provider 9ZZ, at school 100000", "provider 9ZZ, at school 100000"),
    ],
)
def test_schools_and_providers_have_their_names_where_they_are_known(text: str, named: str) -> None:
    assert in_names(text, {"2A5": "North Tyne University", "2LS": "Alder Grove Teaching School"}) == named
