"""Keys and the principals that they sign: Ed25519, each key bound to one issuer by its ``kid``.

A service keeps its private key; every service has all public ones. Who holds one key can therefore speak as
one issuer, and no more: ``service:cpd`` signs for the service cpd alone.
"""

from shared.keys.issuers import CLI, GATEWAY, may_issue, service_issuer
from shared.keys.kept import kept_ring
from shared.keys.ring import KeyRing, SigningKey, generate
from shared.keys.tokens import LIFETIME_S, issue, verify

__all__ = [
    "CLI",
    "GATEWAY",
    "LIFETIME_S",
    "KeyRing",
    "SigningKey",
    "generate",
    "issue",
    "kept_ring",
    "may_issue",
    "service_issuer",
    "verify",
]
