"""The services of this project, by the folders beneath ``services``; their classes are found by name."""

from importlib import import_module
from inspect import getmembers, isclass
from typing import Any

from shared.config import services

SERVICES = tuple(services())


def service_class(name: str) -> type[Any]:
    """The Nameko class of a service: the one in ``services.<name>.service`` whose ``name`` it is."""
    module = import_module(f"services.{name}.service")
    found = [cls for _, cls in getmembers(module, isclass) if getattr(cls, "name", None) == name]
    if len(found) != 1:
        raise LookupError(f"services/{name}/service.py must hold exactly one class with name = {name!r}")
    return found[0]
