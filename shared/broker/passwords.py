"""Connections of a user, whose password may change while processes run."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from amqp.exceptions import AccessRefused

from shared.config import Settings
from shared.config.login import logged_in

C = TypeVar("C")


def with_password_of_now(uri: str, open_: Callable[[str], C]) -> C:
    """What ``open_`` makes of the address. Raises OSError or AMQPError.

    The address may be an old one: where it differs from the configured one in its password alone, that one counts.
    """
    return logged_in(
        uri, lambda here: _addresses(uri, here), open_, lambda error: isinstance(error, AccessRefused)
    )


def _addresses(uri: str, here: Settings) -> list[str]:
    configured = here.amqp_uri
    return [configured] if configured and _without_password(configured) == _without_password(uri) else []


def _without_password(uri: str) -> tuple[object, ...]:
    parts = urlsplit(uri)
    return parts.scheme, parts.username, parts.hostname, parts.port, parts.path, parts.query
