"""Where a timeline is looked for, and what is said when nobody is found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import careers
from cli.errors import Refused
from shared.config import settings
from shared.errors import NotFound, Unavailable
from tests.cli.conftest import Cli


@pytest.fixture
def demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with an installation and a demonstration on the embedded database, of which nothing is started."""
    for folder in (tmp_path, tmp_path / "demo"):
        (folder / "postgresql").mkdir(parents=True)
    (tmp_path / "demo" / "played").touch()
    monkeypatch.setenv("CONTINUUM_DATA_DIR", str(tmp_path))
    for name in ("DATABASE_URL", "AMQP_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(careers, "_from_demo", lambda *_: (_ for _ in ()).throw(Refused("the demonstration")))
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


def answers(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
    """What the installation says when it is asked."""

    def ask(who: str, *, in_names: bool) -> None:
        if error:
            raise error

    monkeypatch.setattr(careers, "_ask", ask)


def test_an_outage_is_told_and_not_hidden_behind_the_demonstration(
    demonstration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, Unavailable("people is away"))

    with pytest.raises(Unavailable):
        careers.show("Jo", json=False, demo=False)


@pytest.mark.parametrize(
    "server", [("DATABASE_URL", "postgresql://x@127.0.0.1/x"), ("AMQP_URI", "amqp://127.0.0.1//")]
)
def test_whoever_has_servers_is_never_answered_by_the_embedded_demonstration(
    demonstration: Path, monkeypatch: pytest.MonkeyPatch, server: tuple[str, str]
) -> None:
    monkeypatch.setenv(*server)
    settings.cache_clear()
    answers(monkeypatch, None)

    with pytest.raises(NotFound, match="in the installation"):
        careers.show("Jo", json=False, demo=False)


def test_whom_an_installation_that_answered_does_not_know_is_looked_for_in_the_demonstration(
    demonstration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, None)

    with pytest.raises(Refused, match="the demonstration"):
        careers.show("Jo", json=False, demo=False)


def test_a_miss_in_both_says_that_both_were_searched(
    demonstration: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, None)

    with pytest.raises(NotFound, match=r"nobody is known as 'Jo' here \(.*\), nor in the demonstration"):
        careers.show("Jo", json=False, demo=True, after_own=True)


def organisations(known: dict[str, dict[str, str]] | Exception) -> tuple[list[dict[str, str]], list[Any]]:
    """Entries after itt was asked for the names, and what it was asked."""
    entries = [
        {"text": "Placement 1 arranged at school 990106", "recorded_by": "provider 2A5"},
        {"text": "Left the school during induction at school 100000", "recorded_by": "automatically"},
    ]
    asked = list[Any]()

    def call(service: str, method: str, arguments: Any = None, /) -> Any:
        asked.append((service, method, arguments))
        if isinstance(known, Exception):
            raise known
        return known

    careers.name_organisations(entries, call)
    return entries, asked


def test_schools_and_providers_are_told_by_name_with_the_code_in_brackets() -> None:
    known = {"providers": {"2A5": "North Tyne University"}, "schools": {"990106": "Fountains Lane Primary"}}
    entries, asked = organisations(known)

    assert [(entry["text"], entry["recorded_by"]) for entry in entries] == [
        ("Placement 1 arranged at Fountains Lane Primary (990106)", "North Tyne University (2A5)"),
        ("Left the school during induction at school 100000", "automatically"),
    ]
    assert asked == [("itt", "names_of", {"provider_codes": ["2A5"], "urns": ["100000", "990106"]})]


def test_a_timeline_is_told_in_codes_while_itt_is_away() -> None:
    entries, _ = organisations(Unavailable("away"))

    assert entries[0]["text"] == "Placement 1 arranged at school 990106"


@pytest.mark.parametrize("name", [("",), (" ", "")])
def test_nobody_at_all_is_a_mistake_in_what_was_asked(bare: Cli, name: tuple[str, ...]) -> None:
    answer = bare("timeline", *name)

    assert (answer.returncode, "say whom" in answer.stderr) == (2, True)


def test_a_name_needs_no_quotation_marks(bare: Cli) -> None:
    assert "nobody is known as 'Yasmin Abbott'" in bare("timeline", "Yasmin", "Abbott").stderr
