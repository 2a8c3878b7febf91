"""A principal as a signed token (JWT, alg Ed25519 of RFC 9864), good for a minute, or for a day at most."""

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.errors import JoseError

from shared.errors import Unauthenticated
from shared.keys.issuers import MINUTE_S, longest_s, may_issue
from shared.policy import Principal, Role

if TYPE_CHECKING:
    from shared.keys.ring import KeyRing, SigningKey

ALGORITHM = "Ed25519"
LIFETIME_S = MINUTE_S
LEEWAY_S = 5.0
MAX_TOKEN_CHARACTERS = 8_192


def issue(
    principal: Principal, key: "SigningKey", lifetime_s: float = LIFETIME_S, now: datetime | None = None
) -> str:
    """The token of a principal, good for ``lifetime_s`` seconds. ValueError: the issuer may not sign it, or so long."""
    if not may_issue(key.issuer, principal):
        raise ValueError(f"{key.issuer} may not sign for this principal")
    if lifetime_s > longest_s(key.issuer):
        raise ValueError(f"a token of {key.issuer} is good for {longest_s(key.issuer):.0f} s at most")
    issued = int((now or datetime.now(UTC)).timestamp())
    claims = {"iss": key.issuer, "iat": issued, "exp": int(issued + lifetime_s), **_claims(principal)}
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key.key, [ALGORITHM])


def verify(token: object, ring: "KeyRing", now: datetime | None = None) -> Principal:
    """The principal of a token. Raises Unauthenticated, with what is wrong with it."""
    ring.look()
    at = (now or datetime.now(UTC)).timestamp()
    if not isinstance(token, str) or not token:
        raise Unauthenticated("the call names no principal")
    if (known := ring.verified.get(token)) is None:
        known = ring.verified.remember(token, *_checked(token, ring, at))
    principal, expires = known
    if at > expires + LEEWAY_S:
        raise Unauthenticated(f"the principal's token expired {at - expires:.0f} s ago")
    return principal


def _checked(token: str, ring: "KeyRing", at: float) -> tuple[Principal, float]:
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise Unauthenticated("the principal's token is not a token")
    try:
        decoded = jwt.decode(token, ring.find, [ALGORITHM])
        issuer, principal, issued, expires = _read(decoded.claims)
    except (JoseError, LookupError, TypeError, ValueError, OverflowError, AttributeError, RecursionError):
        raise Unauthenticated("the principal's token is not valid: wrong form, key or signature") from None
    if issuer != ring.issuer(decoded.header["kid"]) or not may_issue(issuer, principal):
        raise Unauthenticated(
            "the principal's token is not valid: its issuer may not sign for this principal"
        )
    if not 0 < expires - issued <= longest_s(issuer):
        raise Unauthenticated("the principal's token is not valid: it would be good for too long")
    if issued > at + LEEWAY_S:
        raise Unauthenticated("the principal's token is not valid yet")
    return principal, expires


def _claims(principal: Principal) -> dict[str, Any]:
    optional = {"on_behalf_of": principal.on_behalf_of, "clock": principal.sets_clock}
    return {
        "sub": principal.id,
        "roles": sorted(principal.roles),
        "organisations": sorted(principal.organisations),
        **{name: value for name, value in optional.items() if value},
    }


def _read(claims: Mapping[str, Any]) -> tuple[str, Principal, float, float]:
    principal = Principal(
        _text(claims["sub"]),
        frozenset(Role(role) for role in claims["roles"]),
        frozenset(_text(organisation) for organisation in claims["organisations"]),
        on_behalf_of=_text(claims["on_behalf_of"]) if "on_behalf_of" in claims else None,
        sets_clock=claims.get("clock") is True,
    )
    return _text(claims["iss"]), principal, _moment(claims["iat"]), _moment(claims["exp"])


def _moment(value: object) -> float:
    """Unix seconds; what never comes (NaN, Infinity) is no end of a token."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError("a moment must be a number")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a claim must be text")
    return value
