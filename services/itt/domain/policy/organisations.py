"""How organisations are written in a principal."""

from shared.policy import Principal


def provider(code: str) -> str:
    """The organisation of a provider's code."""
    return f"provider:{code}"


def school(urn: str) -> str:
    """The organisation of a school's URN."""
    return f"school:{urn}"


def codes(by: Principal, kind: str) -> list[str]:
    """The codes of the organisations of one kind that the principal speaks for."""
    return [name.removeprefix(f"{kind}:") for name in by.organisations if name.startswith(f"{kind}:")]
