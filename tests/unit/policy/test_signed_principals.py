"""Principals travel signed: who may sign for whom, and what is refused."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt

from shared.errors import Unauthenticated
from shared.keys import CLI, GATEWAY, KeyRing, SigningKey, generate, issue, may_issue, service_issuer, verify
from shared.keys.ring import Expiring, signing_keys
from shared.keys.tokens import MAX_TOKEN_CHARACTERS
from shared.policy import Principal, Role
from shared.testing import principal

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
CPD, ITT = service_issuer("cpd"), service_issuer("itt")
PRIVATE, JWKS = generate([GATEWAY, CLI, CPD, ITT])
RING = KeyRing(JWKS, [key for pem in PRIVATE.values() for key in signing_keys(pem, JWKS)])
ABSENT = object()
LEADER = principal(Role.SCHOOL_LEADER, "school:123456", "school:123457")
CPD_ITSELF = Principal("cpd", frozenset({Role.SERVICE}), on_behalf_of="somebody")


def test_a_principal_comes_back_as_it_was_signed() -> None:
    assert verify(issue(LEADER, RING.signer(GATEWAY), now=NOW), RING, NOW) == LEADER


def test_a_service_signs_for_itself_on_behalf_of_somebody() -> None:
    assert verify(issue(CPD_ITSELF, RING.signer(CPD), now=NOW), RING, NOW) == CPD_ITSELF


@pytest.mark.parametrize(
    ("issuer", "by", "may"),
    [
        (GATEWAY, LEADER, True),
        (GATEWAY, principal(Role.OPERATOR), True),
        (GATEWAY, principal(Role.TEACHER, sets_clock=True), False),
        (GATEWAY, CPD_ITSELF, False),
        (CLI, principal(Role.TEACHER, sets_clock=True), True),
        (CLI, CPD_ITSELF, False),
        (CPD, CPD_ITSELF, True),
        (CPD, Principal("itt", frozenset({Role.SERVICE})), False),
        (CPD, Principal("cpd", frozenset({Role.SERVICE, Role.OPERATOR})), False),
        (CPD, Principal("cpd", frozenset({Role.SERVICE}), sets_clock=True), False),
        (CPD, Principal("cpd"), False),
        (CPD, LEADER, False),
        ("somebody", LEADER, False),
    ],
)
def test_each_issuer_signs_for_its_own_alone(issuer: str, by: Principal, may: bool) -> None:
    assert may_issue(issuer, by) is may


def test_an_issuer_does_not_sign_for_others() -> None:
    with pytest.raises(ValueError, match="service:cpd may not sign"):
        issue(LEADER, RING.signer(CPD))


def test_what_an_issuer_may_not_sign_is_refused_even_when_it_signed_it() -> None:
    forged = _signed(CPD, sub="itt", roles=["service"])
    with pytest.raises(Unauthenticated, match="may not sign"):
        verify(forged, RING, NOW)


def test_an_issuer_cannot_speak_as_another() -> None:
    forged = _signed(CPD, iss=GATEWAY, sub="somebody", roles=["operator"])
    with pytest.raises(Unauthenticated, match="may not sign"):
        verify(forged, RING, NOW)


def test_a_token_ends_after_a_minute_with_a_little_patience_for_clocks() -> None:
    token = issue(LEADER, RING.signer(GATEWAY), now=NOW)
    assert verify(token, RING, NOW + timedelta(seconds=64)) == LEADER
    with pytest.raises(Unauthenticated, match="expired"):
        verify(token, RING, NOW + timedelta(seconds=67))


@pytest.mark.parametrize(
    ("issuer", "lifetime_s", "good"),
    [
        (GATEWAY, 60, True),
        (GATEWAY, 61, False),
        (CPD, 60, True),
        (CPD, 61, False),
        (CLI, 61, True),
        (CLI, 86_400, True),
        (CLI, 86_401, False),
        (CLI, 0, False),
        (CLI, -60, False),
    ],
)
def test_a_token_is_good_for_no_longer_than_its_issuer_may_say(
    issuer: str, lifetime_s: int, good: bool
) -> None:
    by = CPD_ITSELF if issuer == CPD else LEADER
    at = int(NOW.timestamp())
    token = _signed(issuer, sub=by.id, roles=sorted(by.roles), iat=at, exp=at + lifetime_s)
    if good:
        assert verify(token, RING, NOW).id == by.id
        assert verify(issue(by, RING.signer(issuer), lifetime_s, NOW), RING, NOW) == by
    else:
        with pytest.raises(Unauthenticated, match="too long"):
            verify(token, RING, NOW)


def test_a_token_of_the_future_is_none_for_now_so_that_its_end_is_never_far_away() -> None:
    token = issue(LEADER, RING.signer(GATEWAY), now=NOW + timedelta(days=365))
    with pytest.raises(Unauthenticated, match="not valid yet"):
        verify(token, RING, NOW)
    a_little_ahead = issue(LEADER, RING.signer(GATEWAY), now=NOW + timedelta(seconds=4))
    assert verify(a_little_ahead, RING, NOW) == LEADER


@pytest.mark.parametrize(("issuer", "lifetime_s"), [(GATEWAY, 61), (CLI, 86_401)])
def test_an_issuer_signs_nothing_that_would_be_refused(issuer: str, lifetime_s: float) -> None:
    with pytest.raises(ValueError, match="at most"):
        issue(LEADER, RING.signer(issuer), lifetime_s, NOW)


def _changed(token: str) -> str:
    head, claims, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    told["sub"] = "somebody-else"
    changed = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"{head}.{changed}.{signature}"


def _unsigned(_: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","kid":"gateway"}').decode().rstrip("=")
    claims = base64.urlsafe_b64encode(b'{"iss":"gateway","sub":"x"}').decode().rstrip("=")
    return f"{head}.{claims}."


@pytest.mark.parametrize(
    "broken",
    [
        lambda token: None,
        lambda token: "",
        lambda token: 7,
        lambda token: {"a": "table"},
        lambda token: "not.a.token",
        lambda token: token[:-4],
        lambda token: "x" * (MAX_TOKEN_CHARACTERS + 1),
        lambda token: "[" * 8_000,
        _changed,
        _unsigned,
    ],
)
def test_what_is_not_signed_by_an_issuer_is_refused(broken: Any) -> None:
    token = issue(LEADER, RING.signer(GATEWAY), now=NOW)
    with pytest.raises(Unauthenticated):
        verify(broken(token), RING, NOW)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": ""},
        {"sub": 7},
        {"roles": ["king"]},
        {"roles": None},
        {"organisations": [7]},
        {"on_behalf_of": ""},
        {"exp": "never"},
        {"exp": None},
        {"exp": "inf"},
        {"exp": float("nan")},
        {"exp": float("inf")},
        {"exp": 10**400},
        {"iat": ABSENT},
        {"iat": None},
        {"iat": "now"},
        {"iat": True},
        {"iat": float("-inf")},
    ],
)
def test_claims_of_a_wrong_form_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated, match="wrong form"):
        verify(_signed(GATEWAY, **claims), RING, NOW)


def test_a_key_that_is_not_in_the_ring_signs_for_nobody() -> None:
    private, jwks = generate([GATEWAY])
    stranger = signing_keys(private[GATEWAY], jwks)[0]
    with pytest.raises(Unauthenticated):
        verify(issue(LEADER, stranger, now=NOW), RING, NOW)
    unknown = SigningKey("service:unknown", stranger.key)
    with pytest.raises(Unauthenticated):
        verify(issue(Principal("unknown", frozenset({Role.SERVICE})), unknown, now=NOW), RING, NOW)


def test_an_issuer_may_have_a_second_key_while_keys_change() -> None:
    private, fresh = generate(["gateway#2"])
    both = {"keys": [*JWKS["keys"], *fresh["keys"]]}
    ring = KeyRing(both, signing_keys(private["gateway#2"], both))
    assert verify(ring.token(LEADER, GATEWAY), ring) == LEADER


def test_one_private_key_may_be_several_issuers_of_one_process() -> None:
    private, jwks = generate([GATEWAY])
    shared = {"keys": [{**jwks["keys"][0], "kid": kid} for kid in (CPD, ITT)]}
    assert {key.issuer for key in signing_keys(private[GATEWAY], shared)} == {CPD, ITT}


def test_a_private_key_without_its_public_half_is_a_mistake_of_configuration() -> None:
    with pytest.raises(ValueError, match="not among VERIFY_KEYS"):
        signing_keys(generate([CPD])[0][CPD], JWKS)


def test_a_process_signs_only_as_itself() -> None:
    ring = KeyRing(JWKS, signing_keys(PRIVATE[CPD], JWKS))
    with pytest.raises(LookupError, match="no key to sign as gateway"):
        ring.token(LEADER, GATEWAY)


def test_a_token_is_used_again_while_it_is_good_for_long_enough() -> None:
    assert RING.token(LEADER, GATEWAY) == RING.token(LEADER, GATEWAY)
    assert RING.token(LEADER, GATEWAY) != RING.token(LEADER, CLI)
    brief = Expiring[Any, str](2)
    brief.remember("a", "first", 1.0)
    brief.remember("b", "second", 2.0)
    brief.remember("c", "third", 3.0)
    assert (brief.get("a"), brief.get("c")) == (None, ("third", 3.0))


def _signed(kid: str, **claims: Any) -> str:
    at = int(NOW.timestamp())
    good = {"iss": kid, "iat": at, "exp": at + 60, "sub": "somebody", "roles": [], "organisations": []}
    said = {name: value for name, value in (good | claims).items() if value is not ABSENT}
    return jwt.encode({"alg": "Ed25519", "kid": kid}, said, RING.signer(kid).key, ["Ed25519"])
