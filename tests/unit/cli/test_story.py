"""How a story looks."""

import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from rich.console import Console

from cli.story import show, tree
from shared.operations.tracing import Command, Reaction, Story, Told

BEGAN = datetime(2026, 9, 1, 12, tzinfo=UTC)


def event(number: int, type_: str = "itt.qts.awarded.v1", *reactions: Reaction) -> Told:
    at = BEGAN + timedelta(milliseconds=number)
    return Told(UUID(int=number), "itt", type_, "trainee/[1]", 1, at, at, None, None, None, list(reactions))


def shown(*events: Told, every: bool = False) -> str:
    command = Command("itt", BEGAN, "itt", "provider 2A5", "trainee.award", "trainee/1")
    story = Story("c-1", BEGAN, BEGAN + timedelta(seconds=3), [command], list(events))
    stream = io.StringIO()
    Console(file=stream, width=200).print(tree(story, every=every))
    return stream.getvalue()


def test_who_asked_comes_first() -> None:
    lines = shown(event(2)).splitlines()

    assert lines[0] == "c-1: 2026-09-01 12:00:00 UTC, 3.000 s in all"
    assert "itt: trainee.award trainee/1 by itt on behalf of provider 2A5" in lines[1]
    assert "+   0.002 itt.qts.awarded.v1 trainee/[1]" in lines[2]


def test_a_reaction_says_when_and_what_became_of_it() -> None:
    parked = Reaction("cpd", "parked", BEGAN + timedelta(seconds=1), 0.998, 7, "Conflict - [early]")

    assert "+   1.000 cpd parked, 0.998 s after it was made, 7 attempts: Conflict - [early]" in shown(
        event(2, "itt.qts.awarded.v1", parked)
    )


def test_a_reaction_that_is_tried_again_says_when() -> None:
    retrying = Reaction("cpd", "retrying", BEGAN, 0.0, 2, None, BEGAN + timedelta(minutes=2))

    assert "2 attempts, again at 12:02:00 UTC" in shown(event(0, "itt.qts.awarded.v1", retrying))


def test_whoever_has_not_got_it_is_named() -> None:
    assert "people has not got it yet" in shown(event(2, "itt.qts.awarded.v1", Reaction("people", "open")))


def test_what_an_event_led_to_stands_beneath_it() -> None:
    reaction = Reaction("cpd", "handled", BEGAN, 0.0, events=[event(9, "cpd.induction.due.v1")])

    lines = shown(event(2, "itt.qts.awarded.v1", reaction)).splitlines()
    assert [line.index("+") for line in lines[2:5]] == [4, 8, 12]


def test_of_many_of_a_type_three_are_shown_and_the_rest_is_counted() -> None:
    several = [event(n, f"itt.{'qts' if n % 2 else 'eyts'}.awarded.v1") for n in range(20)]

    text = shown(*several)
    assert text.count("itt.qts.awarded.v1 trainee") == 3
    assert "... and 7 more of itt.qts.awarded.v1; --all shows them" in text
    assert shown(*several, every=True).count("itt.qts.awarded.v1 trainee") == 10


def test_four_of_a_type_are_shown_as_they_are() -> None:
    assert "more of" not in shown(*map(event, range(4)))


def test_on_a_narrow_screen_nothing_is_cut(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    command = Command("itt", BEGAN, "itt", "provider 2A5", "trainee.award", "trainee/1")
    show(Story("c-1", BEGAN, BEGAN, [command], [event(2)]), as_json=False)

    told = capsys.readouterr().out
    assert str(UUID(int=2)) in told
    assert {"2A5", "itt.qts.awarded.v1"} <= set(told.split())
    assert max(map(len, told.splitlines())) <= 60
