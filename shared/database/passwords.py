"""Connections of a role, whose password may change while processes run."""

from collections.abc import Callable
from typing import TypeVar

import psycopg2
from sqlalchemy.engine import make_url

from shared.config import Settings
from shared.config.login import logged_in

C = TypeVar("C")


def with_password_of_now(url: str, open_: Callable[[str], C]) -> C:
    """What ``open_`` makes of the address. Raises psycopg2.OperationalError."""
    return logged_in(url, lambda here: _addresses(url, here), open_, _is_refusal)


def _is_refusal(error: Exception) -> bool:
    """libpq tells by words alone; of a server that speaks another language the error goes to whoever tries again."""
    said = str(error)
    return isinstance(error, psycopg2.OperationalError) and (
        "authentication" in said or "no password supplied" in said
    )


def _addresses(url: str, here: Settings) -> list[str]:
    """The same address with each password that these settings have for its role."""
    parts = make_url(url)
    found = [
        password
        for name, password in here.service_database_passwords.items()
        if parts.username == f"{here.database_prefix}_{name}"
    ]
    for told in (here.database_url, *here.service_database_urls.values()):
        if told and (other := make_url(told)).username == parts.username and other.password:
            found.append(str(other.password))
    return [parts.set(password=each).render_as_string(hide_password=False) for each in dict.fromkeys(found)]
