"""Keys of an installation on servers: a folder with one private key for each issuer, and the public keys of all.

Files are written over where they lie, and not replaced: a container sees the file that it was given, not its name.
Whoever reads a file in that moment keeps what was read last. Public keys are written before private ones: nobody signs
with a key that is not known.
"""

import json
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from shared.keys.issuers import issuer_of, next_kid
from shared.keys.ring import Jwks, generate, signing_keys

PUBLIC = "public-keys.json"


class KeyFolder:
    """The folder that ``make`` has written. Raises FileNotFoundError, ValueError when its files are none of keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def jwks(self) -> dict[str, Any]:
        """The public keys of all issuers."""
        found: dict[str, Any] = json.loads((self._folder / PUBLIC).read_text())
        return found

    def signing_kids(self) -> set[str]:
        """The names of the keys that sign."""
        jwks = self.jwks()
        files = {self._file(issuer_of(entry["kid"])) for entry in jwks["keys"]}
        return {key.kid for file in files for key in signing_keys(file.read_text(), jwks)}

    def rotate(self, issuers: Collection[str]) -> list[str]:
        """A new key for each of these issuers, and its name. The old ones are known on."""
        jwks = self.jwks()
        kids = [next_kid(issuer, [entry["kid"] for entry in jwks["keys"]]) for issuer in issuers]
        private, public = generate(kids)
        self._write_public({"keys": [*jwks["keys"], *public["keys"]]})
        for kid, pem in private.items():
            _write_over(self._file(issuer_of(kid)), pem)
        return kids

    def retire(self, issuers: Collection[str]) -> list[str]:
        """Forget all keys of these issuers but the ones that sign; gives the names of those that are gone."""
        jwks, signing = self.jwks(), self.signing_kids()
        kids = [entry["kid"] for entry in jwks["keys"]]
        gone = [kid for kid in kids if issuer_of(kid) in issuers and kid not in signing]
        self._write_public({"keys": [entry for entry in jwks["keys"] if entry["kid"] not in gone]})
        return gone

    def _file(self, issuer: str) -> Path:
        return self._folder / file_name(issuer)

    def _write_public(self, jwks: Jwks) -> None:
        _write_over(self._folder / PUBLIC, _text(jwks))


def make(folder: Path, issuers: Iterable[str]) -> list[Path]:
    """Write a fresh key for each issuer, for the owner alone. FileExistsError: nothing is written over."""
    private, public = generate(issuers)
    texts = {file_name(issuer): pem for issuer, pem in private.items()} | {PUBLIC: _text(public)}
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if there := [name for name in texts if (folder / name).exists()]:
        raise FileExistsError(f"{folder / there[0]} is there already; keys are never written over")
    for name, text in texts.items():
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(text)
    return [folder / name for name in texts]


def file_name(issuer: str) -> str:
    """The file of an issuer's private key: ``service-cpd.pem``."""
    return f"{issuer.replace(':', '-')}.pem"


def _text(jwks: Jwks) -> str:
    return json.dumps(jwks, indent=2) + "\n"


def _write_over(file: Path, text: str) -> None:
    """One write where the file lies, then what is left of a longer one goes."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        data = text.encode()
        os.write(handle, data)
        os.ftruncate(handle, len(data))
        os.fsync(handle)
    finally:
        os.close(handle)
