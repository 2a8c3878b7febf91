"""Users of RabbitMQ, made and brought up to date by its management page; one user for each service."""

import hashlib
import json
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import Request, urlopen

from shared.broker.permissions import Permissions
from shared.rpc.limits import EXCHANGE

WITHIN_S = 10.0


class ManagementAway(ConnectionError):
    """The management page does not answer, or refuses; the text says where and why, without a password."""


class Management:
    """RabbitMQ's management page at ``url``, as the user of ``amqp_uri`` and for its virtual host."""

    def __init__(self, url: str, amqp_uri: str) -> None:
        user = urlsplit(amqp_uri)
        self._url, self._vhost = url.rstrip("/"), unquote(user.path[1:]) or "/"
        said = f"{unquote(user.username or '')}:{unquote(user.password or '')}"
        self._authorization = f"Basic {b64encode(said.encode()).decode()}"

    def make_user(self, name: str, password: str, may: Permissions) -> None:
        """Make the user, or give the one that is there this password and these permissions, without any tag."""
        self._put(
            ("users", name),
            {
                "password_hash": password_hash(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            },
        )
        self._put(
            ("permissions", self._vhost, name),
            {"configure": may.configure, "write": may.write, "read": may.read},
        )
        self._put(
            ("topic-permissions", self._vhost, name),
            {"exchange": EXCHANGE, "write": ".*", "read": may.calls},
        )

    def _put(self, path: Sequence[str], told: Mapping[str, Any]) -> None:
        where = f"{self._url}/api/{'/'.join(quote(part, safe='') for part in path)}"
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        request = Request(where, json.dumps(told).encode(), headers, method="PUT")
        try:
            urlopen(request, timeout=WITHIN_S).close()
        except HTTPError as error:
            raise ManagementAway(f"{where} answers {error.code}: {error.reason}") from None
        except (URLError, TimeoutError) as error:
            raise ManagementAway(
                f"the broker's management page {self._url} does not answer: {error}"
            ) from None


def password_hash(password: str, salt: bytes | None = None) -> str:
    """RabbitMQ's form of a password: four bytes of salt, then SHA-256 of the salt and the password, in base 64."""
    salt = secrets.token_bytes(4) if salt is None else salt
    return b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
