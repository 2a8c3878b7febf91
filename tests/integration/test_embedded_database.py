"""The embedded PostgreSQL: a real server, and none that is left behind."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from shared.config import PROJECT_ROOT, settings
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


USES = "from shared.database import embedded; embedded.url(); print('ready', flush=True); input()"


def _user(folder: Path) -> subprocess.Popen[str]:
    """A process that uses the embedded server until it is killed, or its input ends."""
    outside = dict(os.environ) | {"CONTINUUM_DATA_DIR": str(folder), "PYTHONPATH": str(PROJECT_ROOT)}
    pipe = subprocess.PIPE
    user = subprocess.Popen([sys.executable, "-c", USES], env=outside, stdin=pipe, stdout=pipe, text=True)
    assert user.stdout is not None and user.stdout.readline() == "ready\n"
    return user


def _ends(user: subprocess.Popen[str]) -> None:
    user.communicate("\n", timeout=60)


@pytest.mark.parametrize("starts", ["before", "after"])
def test_the_server_stops_with_its_last_user_though_another_was_killed(own_folder: Path, starts: str) -> None:
    users = [_user(own_folder)] if starts == "before" else []
    killed = _user(own_folder)
    killed.kill()
    killed.communicate(timeout=60)
    users = users or [_user(own_folder)]
    assert _servers(own_folder)

    _ends(users[0])

    assert _servers(own_folder) == []


def test_the_server_stays_while_somebody_uses_it(own_folder: Path) -> None:
    first, second = _user(own_folder), _user(own_folder)
    _ends(first)
    assert _servers(own_folder)
    _ends(second)
    assert _servers(own_folder) == []


def test_that_a_server_is_started_is_told_and_that_one_is_joined_is_not(own_folder: Path) -> None:
    told: list[str] = []
    embedded.before_start(lambda: told.append("a server is started"))
    another = _user(own_folder)
    embedded.url()
    assert told == []
    _ends(another)
    embedded.stop()

    embedded.url()
    embedded.url()

    embedded.stop()
    embedded.before_start(lambda: None)
    assert told == ["a server is started"]
