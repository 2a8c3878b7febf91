"""docker-compose.yml, read as compose reads it: anchors merged, defaults of variables taken."""

import re
from functools import cache
from typing import Any

import yaml

from shared.config import PROJECT_ROOT

VARIABLE = re.compile(r"\$\{\w+:-([^}]*)\}")
SECRETS = "/run/secrets/"


@cache
def compose() -> dict[str, Any]:
    """The whole file."""
    text = (PROJECT_ROOT / "docker-compose.yml").read_text()
    found: dict[str, Any] = yaml.safe_load(VARIABLE.sub(r"\1", text))
    return found


def container(name: str) -> dict[str, Any]:
    """What the file says of one container."""
    found: dict[str, Any] = compose()["services"][name]
    return found


def secrets_of(name: str) -> set[str]:
    """The names of the secrets that a container is given."""
    given = container(name).get("secrets", [])
    return {each["source"] if isinstance(each, dict) else each for each in given}


def secret_files() -> dict[str, str]:
    """Secret -> its file, beneath deploy/secrets."""
    return {
        name: told["file"].removeprefix("./deploy/secrets/") for name, told in compose()["secrets"].items()
    }
