"""What a variable may hold: parsers of text, and fields that say what would be right, never what was given."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import KeySet, OKPKey
from marshmallow import ValidationError, fields
from sqlalchemy.engine import make_url

PROJECT_ROOT = Path(__file__).resolve().parents[2]
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def database_url(text: str) -> str:
    """A PostgreSQL URL, given on as ``postgresql+psycopg2://...`` (the driver that yields under eventlet)."""
    url = make_url(text)
    _right(url.drivername in ("postgres", "postgresql", "postgresql+psycopg2"))
    return url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def network_url(*schemes: str) -> Callable[[str], str]:
    """A URL of one of these schemes, with a host."""

    def parse(text: str) -> str:
        parts = urlsplit(text)
        _right(parts.scheme in schemes and bool(parts.hostname) and parts.port != 0)
        return text

    return parse


def with_password(url: str, password: str) -> str:
    """The URL with this password of its user; it may have had none."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username or ''}:{quote(password, safe='')}@{place}").geturl()


def seconds(text: str) -> tuple[float, ...]:
    """Seconds divided by commas, none shorter than the one before."""
    delays = tuple(float(part) for part in text.split(","))
    _right(all(0 < delay < float("inf") for delay in delays) and list(delays) == sorted(delays))
    return delays


def data_folder(text: str) -> Path:
    """A folder; a relative one starts at the project root, whatever the working directory is."""
    folder = PROJECT_ROOT / Path(text).expanduser()
    _right(folder.is_dir() or not folder.exists())
    return folder


def signing_key(text: str) -> str:
    """An Ed25519 private key as PEM text without a password."""
    _right(isinstance(load_pem_private_key(text.encode(), password=None), Ed25519PrivateKey))
    return text


def public_keys(text: str) -> dict[str, Any]:
    """A JSON Web Key Set of public Ed25519 keys, each with a ``kid``."""
    keys: dict[str, Any] = json.loads(text)
    _right(all(map(_public, KeySet.import_key_set(keys).keys)))  # type: ignore[arg-type]
    return keys


def _public(key: object) -> bool:
    return isinstance(key, OKPKey) and bool(key.kid) and key.curve_name == "Ed25519" and not key.is_private


def level(text: str) -> str:
    """The name of a log level, in capitals."""
    _right(text.upper() in LEVELS)
    return text.upper()


def _right(is_right: bool) -> None:
    if not is_right:
        raise ValueError


def parsed(parse: Callable[[str], Any], says: str) -> type[fields.Field[Any]]:
    """A field whose only message is ``says``: what a parser complains of would show the value."""

    class Parsed(fields.Field[Any]):
        def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
            try:
                return parse(str(value))
            except Exception:  # noqa: BLE001 - whatever it is, the value is wrong
                raise ValidationError(says) from None

    return Parsed


PARSERS: dict[str, type[fields.Field[Any]]] = {
    "database_url": parsed(
        database_url, "must be a PostgreSQL URL such as postgresql://user:password@host:5432/postgres"
    ),
    "broker_url": parsed(
        network_url("amqp", "amqps"), "must be a broker's URL such as amqp://user:password@host:5672/vhost"
    ),
    "web_url": parsed(network_url("http", "https"), "must be a web address such as http://host:15672"),
    "mail_url": parsed(
        network_url("smtp", "smtps"), "must be a mail server's URL such as smtp://user:password@host:587"
    ),
    "seconds": parsed(
        seconds, "must be seconds divided by commas, each at least the one before, such as 1,5,30"
    ),
    "data_folder": parsed(data_folder, "must be a folder"),
    "signing_key": parsed(signing_key, "must be an Ed25519 private key as PEM without a password"),
    "public_keys": parsed(public_keys, "must be a JSON Web Key Set of public Ed25519 keys, each with a kid"),
    "level": parsed(level, "must be DEBUG, INFO, WARNING or ERROR"),
}
