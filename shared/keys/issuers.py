"""Who may sign for whom: the one rule that issuing and verifying share."""

from shared.policy import Principal, Role

GATEWAY = "gateway"
CLI = "cli"
_SERVICE = "service:"


def service_issuer(service: str) -> str:
    """The issuer that a service signs as: ``service:cpd``."""
    return f"{_SERVICE}{service}"


def issuer_of(kid: str) -> str:
    """The issuer that a key is bound to; ``gateway#2`` is another key of the gateway, while keys change."""
    return kid.partition("#")[0]


def may_issue(issuer: str, principal: Principal) -> bool:
    """A service signs for itself alone; the gateway and the CLI for people; only the CLI lends the clock."""
    if issuer.startswith(_SERVICE):
        itself = principal.id == issuer.removeprefix(_SERVICE)
        return itself and principal.roles == {Role.SERVICE} and not principal.sets_clock
    if issuer not in (GATEWAY, CLI) or Role.SERVICE in principal.roles:
        return False
    return issuer == CLI or not principal.sets_clock
