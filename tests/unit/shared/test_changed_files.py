"""Secrets in files change while a process runs: what it takes over, and what it keeps."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.config import current, settings
from shared.config.declarations import declarations
from shared.logs import configure


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file with the password of the broker's user. Files are looked at each time."""
    for told in declarations().values():
        monkeypatch.delenv(told.variable, raising=False)
        monkeypatch.delenv(f"{told.variable}_FILE", raising=False)
    monkeypatch.setattr(current, "LOOK_EVERY_S", 0.0)
    file = tmp_path / "amqp_password"
    file.write_text("first\n")
    monkeypatch.setenv("AMQP_URI", "amqp://me@broker//")
    monkeypatch.setenv("AMQP_PASSWORD_FILE", str(file))
    settings.cache_clear()
    yield file
    settings.cache_clear()


def test_a_changed_file_is_read_again(file: Path) -> None:
    assert settings().amqp_uri == "amqp://me:first@broker//"
    file.write_text("second one\n")
    assert settings().amqp_uri == "amqp://me:second%20one@broker//"


def test_a_file_that_takes_another_s_place_is_read_again(file: Path) -> None:
    settings()
    beside = file.with_suffix(".new")
    beside.write_text("other\n")
    os.utime(beside, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    beside.replace(file)
    assert settings().amqp_password == "other"


def test_what_has_not_changed_stays_the_same(file: Path) -> None:
    first = settings()
    assert settings() is first
    assert settings.before() is None


def test_files_are_looked_at_once_a_second(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "LOOK_EVERY_S", 3600.0)
    settings()
    file.write_text("second\n")
    assert settings().amqp_password == "first"
    assert settings.look().amqp_password == "second"


def test_what_held_before_is_known_for_a_while(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings()
    file.write_text("second\n")
    settings()
    before = settings.before()
    assert before is not None
    assert before.amqp_password == "first"
    monkeypatch.setattr(current, "BEFORE_HOLDS_S", 0.0)
    assert settings.before() is None


@pytest.mark.parametrize("wrong", ["", None, b"\xff\xfe"])
def test_a_file_that_is_being_written_changes_nothing(
    file: Path, capsys: pytest.CaptureFixture[str], wrong: bytes | str | None
) -> None:
    configure("test")
    settings()
    if wrong is None:
        file.unlink()
    else:
        file.write_bytes(wrong if isinstance(wrong, bytes) else wrong.encode())
    assert [settings().amqp_password for _ in range(3)] == ["first"] * 3
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["fields"]) for line in lines] == [
        ("a changed file is not usable", ["AMQP_PASSWORD_FILE"])
    ]
    file.write_text("second\n")
    assert settings().amqp_password == "second"


def test_a_file_that_looks_the_same_is_read_again_when_that_is_asked_for(file: Path) -> None:
    settings()
    at = file.stat().st_mtime_ns
    file.write_text("other\n")
    os.utime(file, ns=(at, at))
    assert settings().amqp_password == "first"
    assert settings.reread().amqp_password == "other"
