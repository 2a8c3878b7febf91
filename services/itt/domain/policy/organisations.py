"""How organisations are written in a principal."""


def provider(code: str) -> str:
    """The organisation of a provider's code."""
    return f"provider:{code}"


def school(urn: str) -> str:
    """The organisation of a school's URN."""
    return f"school:{urn}"
