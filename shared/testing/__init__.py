"""The testing kit: facts, principals, published events, a database for each service, failpoints, private servers."""

from shared.testing.kit import fact, principal, published

__all__ = ["fact", "principal", "published"]
