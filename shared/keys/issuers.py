"""Who may sign for whom: the one rule that issuing and verifying share."""

from collections.abc import Iterable

from shared.policy import Principal, Role

GATEWAY = "gateway"
CLI = "cli"
MINUTE_S, DAY_S = 60.0, 86_400.0
_SERVICE = "service:"


def service_issuer(service: str) -> str:
    """The issuer that a service signs as: ``service:cpd``."""
    return f"{_SERVICE}{service}"


def issuer_of(kid: str) -> str:
    """The issuer that a key is bound to; ``gateway#2`` is another key of the gateway, while keys change."""
    return kid.partition("#")[0]


def next_kid(issuer: str, known: Iterable[str]) -> str:
    """The name of an issuer's next key: ``gateway``, then ``gateway#2``, each number once."""
    numbers = [int(kid.partition("#")[2] or 1) for kid in known if issuer_of(kid) == issuer]
    return f"{issuer}#{max(numbers) + 1}" if numbers else issuer


def longest_s(issuer: str) -> float:
    """How long a token of this issuer may be good, in seconds: of the command line a day, of others a minute."""
    return DAY_S if issuer == CLI else MINUTE_S


def may_issue(issuer: str, principal: Principal) -> bool:
    """A service signs for itself alone; the gateway and the CLI for people; only the CLI lends the clock."""
    if issuer.startswith(_SERVICE):
        itself = principal.id == issuer.removeprefix(_SERVICE)
        return itself and principal.roles == {Role.SERVICE} and not principal.sets_clock
    if issuer not in (GATEWAY, CLI) or Role.SERVICE in principal.roles:
        return False
    return issuer == CLI or not principal.sets_clock
