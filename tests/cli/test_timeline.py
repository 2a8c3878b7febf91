"""Where a timeline is looked for, and what is said when nobody is found."""

from collections.abc import Iterator
from pathlib import Path

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

    def ask(who: str) -> None:
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


@pytest.mark.parametrize("name", [("",), (" ", "")])
def test_nobody_at_all_is_a_mistake_in_what_was_asked(bare: Cli, name: tuple[str, ...]) -> None:
    answer = bare("timeline", *name)

    assert (answer.returncode, "say whom" in answer.stderr) == (2, True)


def test_a_name_needs_no_quotation_marks(bare: Cli) -> None:
    assert "nobody is known as 'Yasmin Abbott'" in bare("timeline", "Yasmin", "Abbott").stderr
