"""Keys of an installation on one machine: made when first needed, and kept in the data folder."""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.config.current import LOOK_EVERY_S, Stamp, stamp
from shared.keys.issuers import issuer_of, next_kid
from shared.keys.ring import KeyRing, SigningKey, public_entry
from shared.logs import get_logger

log = get_logger(__name__)
FILE = "keys.json"


class KeptRing(KeyRing):
    """A ring that makes the key of an issuer when it first has to sign, for every process of the folder.

    A file that has changed is read again; of several keys of an issuer, the one that was made last signs.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__({"keys": []})
        self._file = folder / FILE
        self.folder, self._look_at = folder, 0.0
        self._stamp: Stamp | None = None
        self._read()

    def look(self) -> None:
        """Take over keys that another process has made or retired; looked up at most once a second."""
        if monotonic() >= self._look_at:
            self._read()

    def key_of(self, kid: str) -> OKPKey:
        """The public key of that name; one that another process has just made is looked up in the folder."""
        if kid not in self.public:
            self._read()
        return super().key_of(kid)

    def signer(self, issuer: str) -> SigningKey:
        """The private key of an issuer, made now if there was none."""
        if issuer not in self.signing:
            with _locked(self.folder):
                stored = _stored(self.folder)
                if not any(issuer_of(kid) == issuer for kid in stored):
                    stored[issuer] = fresh_key()
                    _replace(self._file, json.dumps(stored))
            self._read()
        return super().signer(issuer)

    def rotate(self, issuers: Iterable[str]) -> list[str]:
        """A new key for each of these issuers, which signs from now on; and its name. The old ones are known on."""
        with _locked(self.folder):
            stored = _stored(self.folder)
            fresh = [next_kid(issuer, stored) for issuer in issuers]
            _replace(self._file, json.dumps(stored | {kid: fresh_key() for kid in fresh}))
        self._read()
        return fresh

    def retire(self, issuers: Iterable[str]) -> list[str]:
        """Forget all keys of these issuers but the one that signs; gives the names of those that are gone."""
        with _locked(self.folder):
            stored = _stored(self.folder)
            signing = {issuer_of(kid): kid for kid in stored}.values()
            gone = [kid for kid in stored if issuer_of(kid) in set(issuers) and kid not in signing]
            _replace(self._file, json.dumps({kid: key for kid, key in stored.items() if kid not in gone}))
        self._read()
        return gone

    def signing_kids(self) -> set[str]:
        """The names of the keys that sign."""
        return {key.kid for key in self.signing.values()}

    def jwks(self) -> dict[str, Any]:
        """The public keys of all issuers so far, to configure other machines with."""
        return {"keys": [public_entry(kid, key) for kid, key in sorted(self.public.items())]}

    def _read(self) -> None:
        """Hold what the file says. One that cannot be read changes nothing, and is looked at again."""
        self._look_at = monotonic() + LOOK_EVERY_S
        now = stamp(self._file)
        if now is None or now == self._stamp:
            return
        try:
            keys = {kid: OKPKey.import_key(entry) for kid, entry in _stored(self.folder).items()}
        except (ValueError, TypeError, OSError, AttributeError, JoseError) as error:
            log.error("the file of keys is not usable", error=type(error).__name__)
            return
        self._stamp = now
        self._hold(keys, [SigningKey(kid, key) for kid, key in keys.items()])


def kept_ring(data_dir: Path) -> KeptRing:
    """The ring of this data folder. Its files are the owner's alone (0600 in a folder of 0700)."""
    folder = data_dir / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return KeptRing(folder)


def fresh_key() -> dict[str, Any]:
    """A private Ed25519 key as it is kept."""
    return OKPKey.generate_key("Ed25519").as_dict(private=True)


def _stored(folder: Path) -> dict[str, Any]:
    file = folder / FILE
    return _keys_of(file.read_text()) if file.exists() else {}


def _keys_of(text: str) -> dict[str, Any]:
    keys = json.loads(text)
    if not isinstance(keys, dict) or not keys:
        raise ValueError("a file of keys holds some")
    return keys


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
