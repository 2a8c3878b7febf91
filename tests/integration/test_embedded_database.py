"""The embedded PostgreSQL: a real server, and none that is left behind."""

from contextlib import closing
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from shared.config import settings
from shared.database import connect, embedded


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of this test alone."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("CONTINUUM_DATA_DIR", str(tmp_path))
    settings.cache_clear()
    return tmp_path


def _servers(folder: Path) -> list[int]:
    found = psutil.process_iter(["name", "cmdline"])
    return [p.pid for p in found if p.info["name"] == "postgres" and str(folder) in str(p.info["cmdline"])]


def test_a_process_that_becomes_another_leaves_no_server_behind(
    own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(connect(embedded.url(), "tests")) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        ((version,),) = cursor.fetchall()
    assert int(version) >= 150000
    assert _servers(own_folder)
    monkeypatch.setenv("CONTINUUM_DATA_DIR", str(own_folder / "another"))
    settings.cache_clear()

    embedded.stop()

    settings.cache_clear()
    assert _servers(own_folder) == []
