"""The key of the keyed hashes: configured, or made once for the data folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.people import hash_key as module
from services.people.hash_key import hash_key
from shared.config import settings


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CONTINUUM_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("PEOPLE_HASH_KEY", raising=False)
    settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    settings.cache_clear()


def test_the_configured_key_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEOPLE_HASH_KEY", "k" * 32)
    settings.cache_clear()

    assert hash_key() == b"k" * 32


def test_without_one_the_data_folder_keeps_a_key_of_its_own_that_only_the_owner_reads(
    data_folder: Path,
) -> None:
    key = hash_key()
    module._kept.cache_clear()

    assert hash_key() == key
    assert len(key) == 64
    assert (data_folder / "keys" / "people_hash.key").stat().st_mode & 0o077 == 0


def test_of_two_processes_at_once_the_first_makes_the_key(data_folder: Path) -> None:
    file = data_folder / "people_hash.key"
    module._make(file)
    first = file.read_bytes()

    module._make(file)

    assert file.read_bytes() == first
    assert list(data_folder.iterdir()) == [file]
