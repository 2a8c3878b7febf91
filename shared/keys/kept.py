"""Keys of an installation on one machine: made when first needed, and kept in the data folder."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from shared.keys.ring import KeyRing, SigningKey, public_entry

_FILE = "keys.json"


class KeptRing(KeyRing):
    """A ring that makes the key of an issuer when it first has to sign, for every process of the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__({"keys": []})
        self.folder = folder
        self._take(_stored(folder))

    def key_of(self, kid: str) -> OKPKey:
        """The public key of that name; one that another process has just made is looked up in the folder."""
        if kid not in self.public:
            self._take(_stored(self.folder))
        return super().key_of(kid)

    def signer(self, issuer: str) -> SigningKey:
        """The private key of an issuer, made now if there was none."""
        if issuer not in self.signing:
            self._take(_with_key(self.folder, issuer))
        return super().signer(issuer)

    def jwks(self) -> dict[str, Any]:
        """The public keys of all issuers so far, to configure other machines with."""
        return {"keys": [public_entry(kid, key) for kid, key in sorted(self.public.items())]}

    def _take(self, stored: dict[str, Any]) -> None:
        for kid, entry in stored.items():
            key = OKPKey.import_key(entry)
            self.public.setdefault(kid, key)
            self.signing.setdefault(kid, SigningKey(kid, key))


def kept_ring(data_dir: Path) -> KeptRing:
    """The ring of this data folder. Its files are the owner's alone (0600 in a folder of 0700)."""
    folder = data_dir / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return KeptRing(folder)


def _stored(folder: Path) -> dict[str, Any]:
    file = folder / _FILE
    return json.loads(file.read_text()) if file.exists() else {}


def _with_key(folder: Path, issuer: str) -> dict[str, Any]:
    with _locked(folder):
        stored = _stored(folder)
        if issuer not in stored:
            stored[issuer] = OKPKey.generate_key("Ed25519").as_dict(private=True)
            _replace(folder / _FILE, json.dumps(stored))
        return stored


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(file: Path, text: str) -> None:
    """Readers see the old file or the new one, never half of it."""
    fresh = file.with_suffix(f".{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
    os.replace(fresh, file)
