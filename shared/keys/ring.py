"""The keys that a process holds: private ones of the issuers that it is, public ones of all."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from joserfc.jwk import OKPKey

from shared.keys.issuers import issuer_of
from shared.keys.tokens import LIFETIME_S, issue
from shared.policy import Principal

if TYPE_CHECKING:
    from shared.config import Settings

Jwks = Mapping[str, Any]
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class SigningKey:
    """A private key and the issuer that it signs as."""

    kid: str
    key: OKPKey

    @property
    def issuer(self) -> str:
        return issuer_of(self.kid)


class Expiring(Generic[K, V]):
    """At most ``limit`` values, each with the moment (unix seconds) until which it is good."""

    def __init__(self, limit: int) -> None:
        self._limit, self._values = limit, dict[K, tuple[V, float]]()
        self.get: Callable[[K], tuple[V, float] | None] = self._values.get

    def remember(self, key: K, value: V, expires: float) -> tuple[V, float]:
        """Keep it; when there are too many, the oldest go."""
        while len(self._values) >= self._limit:
            self._values.pop(next(iter(self._values)), None)
        self._values[key] = (value, expires)
        return value, expires


class KeyRing:
    """The public keys of all issuers by ``kid``, and the private keys of those that this process is."""

    def __init__(self, jwks: Jwks, signing: Iterable[SigningKey] = ()) -> None:
        self._hold(public_keys(jwks), signing)

    def _hold(self, public: dict[str, OKPKey], signing: Iterable[SigningKey]) -> None:
        """From now on these keys and no others: what older ones had signed is neither known nor given any more."""
        self.public = public
        self.signing = {key.issuer: key for key in signing}
        self.verified: Expiring[str, Principal] = Expiring(4_096)
        self._issued: Expiring[tuple[str, Principal, float], str] = Expiring(1_024)

    def look(self) -> None:
        """Take over keys that have changed; a ring that was made of keys alone has nowhere to look."""

    @classmethod
    def from_settings(cls, settings: "Settings") -> "KeyRing":
        """The keys that were configured; without VERIFY_KEYS, those kept in the data folder.

        One ring for a configuration, so that what was verified once is remembered everywhere in the process. The
        ring of the process's own settings follows their changes.
        """
        from shared.config import settings as current

        jwks = None if settings.verify_keys is None else json.dumps(settings.verify_keys)
        return _configured(settings.data_dir, settings.signing_key, jwks, settings is current())

    def key_of(self, kid: str) -> OKPKey:
        """The public key of that name. Raises LookupError."""
        return self.public[kid]

    def issuer(self, kid: str) -> str:
        """The issuer that the key of that name speaks for."""
        return issuer_of(kid)

    def find(self, token: Any) -> OKPKey:
        """The key that joserfc is to verify this token with. Raises LookupError."""
        return self.key_of(token.headers()["kid"])

    def signer(self, issuer: str) -> SigningKey:
        """The private key of an issuer. Raises LookupError when this process is somebody else."""
        if issuer not in self.signing:
            raise LookupError(f"this process has no key to sign as {issuer}")
        return self.signing[issuer]

    def token(self, principal: Principal, issuer: str, lifetime_s: float = LIFETIME_S) -> str:
        """A token of the principal, good for half of its lifetime at least; signed when there is none."""
        self.look()
        asked, at = (issuer, principal, lifetime_s), datetime.now(UTC).timestamp()
        known = self._issued.get(asked)
        if known is None or known[1] < at + lifetime_s / 2:
            token = issue(principal, self.signer(issuer), lifetime_s)
            known = self._issued.remember(asked, token, at + lifetime_s)
        return known[0]


@cache
def _configured(data_dir: Path, signing_key: str | None, verify_keys: str | None, follows: bool) -> KeyRing:
    from shared.keys.following import FollowingRing
    from shared.keys.kept import kept_ring

    if verify_keys is None:
        return kept_ring(data_dir)
    ring = FollowingRing if follows else KeyRing
    jwks = json.loads(verify_keys)
    return ring(jwks, [] if signing_key is None else signing_keys(signing_key, jwks))


def generate(issuers: Iterable[str]) -> tuple[dict[str, str], dict[str, Any]]:
    """A fresh key for each issuer: the private ones as PEM by issuer, and the public ones as a JWKS."""
    keys = {issuer: OKPKey.generate_key("Ed25519") for issuer in issuers}
    private = {issuer: key.as_pem(private=True).decode() for issuer, key in keys.items()}
    return private, {"keys": [public_entry(issuer, key) for issuer, key in keys.items()]}


def public_entry(kid: str, key: OKPKey) -> dict[str, Any]:
    """How a key stands in a JWKS."""
    return {"kty": "OKP", "crv": "Ed25519", "x": key.as_dict()["x"], "use": "sig", "kid": kid}


def signing_keys(pem: str, jwks: Jwks) -> list[SigningKey]:
    """The private key as each of the issuers that its public half is listed under. ValueError: none."""
    key = OKPKey.import_key(pem)
    kids = [entry["kid"] for entry in jwks["keys"] if entry["x"] == key.as_dict()["x"]]
    if not kids:
        raise ValueError("the public half of SIGNING_KEY is not among VERIFY_KEYS")
    return [SigningKey(kid, key) for kid in kids]


def public_keys(jwks: Jwks) -> dict[str, OKPKey]:
    """The public keys of a JWKS by ``kid``."""
    return {entry["kid"]: OKPKey.import_key(_public_half(entry)) for entry in jwks["keys"]}


def _public_half(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("kty", "crv", "x")}
