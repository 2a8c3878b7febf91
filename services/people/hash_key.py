"""The key of the keyed hashes: configured, or made once and kept beside the embedded database."""

import os
import secrets
from functools import cache
from pathlib import Path

from shared.config import settings

_BYTES = 32


def hash_key() -> bytes:
    """``PEOPLE_HASH_KEY``; without it a key that this data folder's installation made for itself."""
    configured = settings().people_hash_key
    return configured.encode() if configured else _kept(settings().data_dir / "keys")


@cache
def _kept(folder: Path) -> bytes:
    file = folder / "people_hash.key"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        _make(file)
    return file.read_bytes()


def _make(file: Path) -> None:
    """Write it beside and link it into place: of two processes at once, the first wins, and none reads half a key."""
    fresh = file.with_suffix(f".{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_hex(_BYTES).encode())
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
