"""Every method that may be called, by service: who may, what goes in, what comes out, what can go wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from cli.calls.code import behind, purpose_of
from cli.calls.shapes import Field, fields_of, shapes_within
from shared.policy import Permissions
from shared.rpc.endpoint import Terms
from shared.rpc.extensions import declared
from shared.service import Service
from shared.service_names import SERVICES, service_class

EVERY = "every service"
ANYBODY = "whoever has a principal: the answer depends on who asks"
NOBODY_ASKED = "anybody, without a principal too"
OF_GUARDS = {"operator": "operators", "insider": "operators and services"}


@dataclass(frozen=True, slots=True)
class Method:
    """One method; ``who`` are rows of the permissions in words, ``errors`` those of its own code."""

    service: str
    name: str
    purpose: str
    who: list[str]
    arguments: list[Field]
    result: str | None
    result_fields: list[Field]
    many: bool
    errors: list[str]
    idempotent: bool
    shapes: dict[str, list[Field]]


def offered(services: Sequence[str] = SERVICES) -> list[Method]:
    """The methods of every service once, then those of each, by name."""
    found = [_method(EVERY, *each) for each in declared(Service)]
    common = {method.name for method in found}
    for service in services:
        own = [each for each in declared(service_class(service)) if each[0] not in common]
        found += [_method(service, *each) for each in own]
    return found


def _method(service: str, name: str, method: Any, terms: Terms) -> Method:
    permissions = Permissions.registry.get(service)
    found = behind(method, service, {row.action for row in permissions or ()})
    who = [OF_GUARDS[guard] for guard in sorted(found.guards)]
    who += [_row(permissions, action) for action in sorted(found.actions)]
    refused = {"NotAllowed"} if who else set()
    return Method(
        service,
        name,
        purpose_of(method, service),
        who or [NOBODY_ASKED if terms.public else ANYBODY],
        fields_of(terms.arguments, coming_in=True) if terms.arguments else [],
        terms.result.__name__ if terms.result else None,
        fields_of(terms.result, coming_in=False) if terms.result else [],
        terms.many,
        sorted(found.errors | refused),
        terms.idempotent,
        _shapes(terms.result, coming_in=False) | _shapes(terms.arguments, coming_in=True),
    )


def _row(permissions: Any, action: str) -> str:
    """Who may do it: roles with the relation in which they must stand to the thing."""
    by_relation: dict[str, list[str]] = {}
    for row in permissions:
        if row.action == action:
            by_relation.setdefault(row.relation, []).append(row.role.value)
    told = [f"{', '.join(roles)} ({relation})" for relation, roles in by_relation.items()]
    return f"`{action}`: {'; '.join(told)}"


def _shapes(schema: type[Schema] | None, *, coming_in: bool) -> dict[str, list[Field]]:
    return {each.__name__: fields_of(each, coming_in=coming_in) for each in shapes_within(schema)}
