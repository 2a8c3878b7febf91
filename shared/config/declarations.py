"""Every setting of the product in one frozen dataclass: its variable, its kind, its default and what it is for."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from marshmallow.validate import Email, Length, Range, Regexp

from shared.config.fields import PROJECT_ROOT

OPERATOR = "operator"
DATA_DIR = PROJECT_ROOT / ".data"


@dataclass(frozen=True)
class Declaration:
    """One variable of the environment; a secret may also be given as the path in ``<variable>_FILE``."""

    variable: str
    kind: str
    says: str
    shown: str
    secret: bool
    options: Mapping[str, Any]


def declared(variable: str, kind: str, default: Any, says: str, **more: Any) -> Any:
    """A field of ``Settings``. ``more``: secret, shown (how the example prints the default), validate."""
    secret, shown = more.pop("secret", False), more.pop("shown", "" if default is None else str(default))
    told = Declaration(variable, kind, says, shown, secret, more)
    return field(default=default, repr=not secret, metadata={"declaration": told})


def declaration(of: "Field[Any]") -> Declaration | None:
    """What stands behind a field of ``Settings``; none for the maps that have a value for each service."""
    found = of.metadata.get("declaration")
    return found if isinstance(found, Declaration) else None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The configuration of one process. Fields that hold secrets do not show in its text."""

    database_url: str | None = declared(
        "DATABASE_URL",
        "database_url",
        None,
        "The PostgreSQL server, for 'migrate' as a role that may create roles and databases; services log in"
        " with their own roles and need no more than its address. Without it an embedded server runs in"
        " CONTINUUM_DATA_DIR.",
        secret=True,
    )
    database_password: str | None = declared(
        "DATABASE_PASSWORD", "str", None, "The password of DATABASE_URL, where that holds none.", secret=True
    )
    database_prefix: str = declared(
        "DATABASE_PREFIX",
        "str",
        "continuum",
        "The database and the role of a service are called <prefix>_<service>.",
        validate=Regexp(
            r"[a-z][a-z0-9_]{0,30}\Z", error="must be up to 31 of a-z, 0-9 and _, first a letter"
        ),
    )
    database_pool: int = declared(
        "DATABASE_POOL", "int", 5, "Connections that a service keeps open.", validate=Range(min=1, max=100)
    )
    database_overflow: int = declared(
        "DATABASE_OVERFLOW",
        "int",
        2,
        "Connections beyond the pool when it is used up.",
        validate=Range(0, 100),
    )
    amqp_uri: str | None = declared(
        "AMQP_URI",
        "broker_url",
        None,
        "The RabbitMQ broker. Without it all services run in one process and need none.",
        secret=True,
    )
    amqp_password: str | None = declared(
        "AMQP_PASSWORD", "str", None, "The password of AMQP_URI, where that holds none.", secret=True
    )
    amqp_api_url: str | None = declared(
        "AMQP_API_URL",
        "web_url",
        None,
        "The broker's management page, such as http://127.0.0.1:15672. With it 'migrate' makes a user at the"
        " broker for each service whose password it knows, with the least permissions.",
    )
    data_dir: Path = declared(
        "CONTINUUM_DATA_DIR",
        "data_folder",
        DATA_DIR,
        "The folder of the embedded database, of keys and of mail; a relative one starts at the project.",
        shown=".data",
    )
    demo_clock: bool = declared(
        "CONTINUUM_DEMO_CLOCK",
        "bool",
        False,
        "Business time stands still and is moved by hand (for demonstrations and tests).",
        shown="false",
    )
    log_level: str = declared(
        "LOG_LEVEL", "level", "INFO", "The least that is logged: DEBUG, INFO, WARNING or ERROR."
    )
    http_host: str = declared(
        "HTTP_HOST", "str", "127.0.0.1", "Where health, metrics and version are served."
    )
    http_port: int = declared(
        "HTTP_PORT",
        "int",
        8000,
        "The port of health, metrics and version; 0 takes a free one.",
        validate=Range(0, 65535),
    )
    rpc_timeout_s: float = declared(
        "RPC_TIMEOUT_S",
        "float",
        10.0,
        "How long a caller waits for an answer, in seconds.",
        shown="10",
        validate=Range(min=0, min_inclusive=False, max=600),
    )
    rpc_max_workers: int = declared(
        "RPC_MAX_WORKERS", "int", 20, "Calls that a service works on at a time.", validate=Range(1, 1000)
    )
    rpc_max_waiting: int = declared(
        "RPC_MAX_WAITING",
        "int",
        60,
        "Calls that wait for a free worker; what comes beyond is refused at once as Busy.",
        validate=Range(0, 10_000),
    )
    retry_delays_s: tuple[float, ...] = declared(
        "RETRY_DELAYS_S",
        "seconds",
        (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0),
        "Pauses before an event that failed is tried again, in seconds; after the last it is parked.",
        shown="1,5,30,120,600,3600",
    )
    inbox_batch: int = declared(
        "INBOX_BATCH",
        "int",
        500,
        "Events that a consumer handles in one transaction, at most.",
        validate=Range(1, 10_000),
    )
    inbox_prefetch: int = declared(
        "INBOX_PREFETCH",
        "int",
        1000,
        "Events that the broker sends ahead of their acknowledgement.",
        validate=Range(1, 65_535),
    )
    relay_window: int = declared(
        "RELAY_WINDOW",
        "int",
        500,
        "Events that a relay publishes ahead of the broker's confirms.",
        validate=Range(1, 10_000),
    )
    signing_key: str | None = declared(
        "SIGNING_KEY",
        "signing_key",
        None,
        "The private Ed25519 key (PEM) with which this process signs principals.",
        secret=True,
    )
    verify_keys: Mapping[str, Any] | None = declared(
        "VERIFY_KEYS",
        "public_keys",
        None,
        "The public keys (JSON Web Key Set) by which principals are verified.",
        secret=True,
    )
    people_hash_key: str | None = declared(
        "PEOPLE_HASH_KEY",
        "str",
        None,
        "The key under which people compares personal data without keeping it; 32 characters or more.",
        secret=True,
        validate=Length(min=32, error="must have 32 characters or more"),
    )
    smtp_url: str | None = declared(
        "SMTP_URL",
        "mail_url",
        None,
        "The mail server. Without it each mail becomes an .eml file in CONTINUUM_DATA_DIR.",
        secret=True,
    )
    mail_from: str = declared(
        "MAIL_FROM", "str", "continuum@example.org", "The sender's address of mail.", validate=Email()
    )
    teacher_register_url: str | None = declared(
        "TEACHER_REGISTER_URL",
        "web_url",
        None,
        "The teacher register, such as https://teacher-qualifications-api.education.gov.uk. Without it itt issues TRNs"
        " of its own.",
    )
    teacher_register_token: str | None = declared(
        "TEACHER_REGISTER_TOKEN", "str", None, "The token that the teacher register knows us by.", secret=True
    )
    teacher_register_timeout_s: float = declared(
        "TEACHER_REGISTER_TIMEOUT_S",
        "float",
        10.0,
        "How long the teacher register's answer is waited for, in seconds.",
        shown="10",
        validate=Range(min=0, min_inclusive=False, max=20),
    )
    shutdown_grace_s: float = declared(
        "SHUTDOWN_GRACE_S",
        "float",
        25.0,
        "Seconds that running work gets after SIGTERM.",
        shown="25",
        validate=Range(min=0, max=3600),
    )
    service_version: str = declared(
        "SERVICE_VERSION", "str", "0.1.0", "The version that /version and logs tell."
    )
    service_database_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    service_database_passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    service_amqp_passwords: Mapping[str, str] = field(default_factory=dict, repr=False)


def declarations() -> dict[str, Declaration]:
    """Field of ``Settings`` -> its declaration, in the order in which they are written."""
    return {f.name: found for f in fields(Settings) if (found := declaration(f)) is not None}


def of_each(service: str) -> dict[str, Declaration]:
    """The variables that every service has of its own: map of ``Settings`` -> declaration.

    The operators' role and user have passwords too, and no database.
    """
    own = service.upper()
    told = {
        "service_database_passwords": _secret(
            f"{own}_DATABASE_PASSWORD", "str", f"The password of the role of {service}."
        ),
        "service_amqp_passwords": _secret(
            f"{own}_AMQP_PASSWORD", "str", f"The password of the broker's user of {service}, for 'migrate'."
        ),
    }
    if service == OPERATOR:
        return told
    url = f"{own}_DATABASE_URL"
    return {
        "service_database_urls": _secret(url, "database_url", f"The database of {service}, as its own role.")
    } | told


def _secret(variable: str, kind: str, says: str) -> Declaration:
    return Declaration(variable, kind, says, shown="", secret=True, options={})
