"""``continuum keys``: keys are made, listed, changed and retired, in a folder and in the data folder."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.app import main
from shared.config import settings
from shared.errors import Unauthenticated
from shared.keys import CLI, KeyRing, kept, verify
from shared.keys.ring import signing_keys
from shared.policy import Principal, Role

OPERATOR = Principal("jo", frozenset({Role.OPERATOR}))
Said = Callable[..., str]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """What a command says; it must succeed."""
    monkeypatch.setenv("CONTINUUM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(kept, "LOOK_EVERY_S", 0.0)
    settings.cache_clear()

    def run(*arguments: str, code: int = 0) -> str:
        assert main(arguments) == code
        told = capsys.readouterr()
        return told.out if code == 0 else told.err

    return run


def ring_of(folder: Path) -> KeyRing:
    jwks = json.loads((folder / "public-keys.json").read_text())
    return KeyRing(jwks, signing_keys((folder / "cli.pem").read_text(), jwks))


def test_keys_of_a_folder_change_and_the_old_ones_are_retired(said: Said, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    said("keys", "make", str(folder))
    old = ring_of(folder).token(OPERATOR, CLI)
    inodes = {file.name: file.stat().st_ino for file in folder.iterdir()}

    assert "cli#2 signs from now on" in said("keys", "rotate", str(folder))
    both = ring_of(folder)
    assert [verify(token, both) for token in (old, both.token(OPERATOR, CLI))] == [OPERATOR] * 2
    listed = {key["kid"]: key["signs"] for key in json.loads(said("keys", "list", str(folder), "--json"))}
    assert (listed["cli"], listed["cli#2"]) == (False, True)

    assert "wait 1" in said("keys", "retire", str(folder), code=1)
    assert "service:cpd is refused from now on" in said("keys", "retire", str(folder), "--yes")
    with pytest.raises(Unauthenticated):
        verify(old, ring_of(folder))
    assert "no key is there" in said("keys", "retire", str(folder))
    assert "service:cpd#2" in said("keys", "list", str(folder))
    assert {file.name: file.stat().st_ino for file in folder.iterdir()} == inodes
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_one_issuer_may_change_alone(said: Said, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    said("keys", "make", str(folder))
    before = (folder / "gateway.pem").read_text()
    assert said("keys", "rotate", str(folder), "--issuer", "cli").startswith("cli#2 signs from now on\n")
    assert (folder / "gateway.pem").read_text() == before
    assert "'x' has no key here" in said("keys", "rotate", str(folder), "--issuer", "x", code=2)


def test_keys_of_the_data_folder_change(said: Said) -> None:
    assert "no keys here yet" in said("keys", "rotate", code=1)
    old = said("token", "--id", "jo", "--role", "operator").strip()
    told = said("keys", "rotate")
    assert told.startswith("cli#2 signs from now on\nin two minutes: continuum keys retire")
    new = said("token", "--id", "jo", "--role", "operator").strip()
    ring = KeyRing.from_settings(settings())
    assert [verify(token, ring) for token in (old, new)] == [OPERATOR] * 2
    assert said("keys", "retire", "--yes") == "cli is refused from now on\n"
    with pytest.raises(Unauthenticated):
        verify(old, ring)


def test_keys_are_never_made_over_others(said: Said, tmp_path: Path) -> None:
    said("keys", "make", str(tmp_path / "keys"))
    assert "never written over" in said("keys", "make", str(tmp_path / "keys"), code=1)
    assert "holds no public-keys.json" in said("keys", "list", str(tmp_path), code=2)
