"""The catalogue and the code agree: who publishes, who listens."""

import ast

import pytest

from shared.config import PROJECT_ROOT
from shared.events import event_types
from shared.messaging.declarations import consumers_of, subscriptions
from shared.service_names import SERVICES

TYPES = event_types()


def _names_in(service: str) -> set[str]:
    """Every name that the service's code calls or refers to, but for its entrypoints' subscriptions."""
    found: set[str] = set()
    for file in (PROJECT_ROOT / "services" / service).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
    return found


@pytest.mark.parametrize("type_", TYPES)
def test_an_event_is_published_by_the_service_that_its_type_names(type_: str) -> None:
    service = type_.split(".", 1)[0]
    assert service in SERVICES
    assert TYPES[type_].__name__ in _names_in(service)


@pytest.mark.parametrize("service", SERVICES)
def test_a_handler_listens_to_an_event_that_exists(service: str) -> None:
    unknown = {s.type for s in subscriptions()[service]} - TYPES.keys()
    assert not unknown


# Facts that no service here acts on: for the systems of providers, and for whoever counts.
FOR_OTHER_SYSTEMS = {
    "itt.accreditation.panel_changed.v1": "who convenes panels, in a system of their own",
    "itt.accreditation.panel_convened.v1": "who convenes panels, in a system of their own",
    "itt.accreditation.submitted.v1": "who convenes panels, in a system of their own",
    "itt.accreditation.withdrawn.v1": "who convenes panels, in a system of their own",
    "itt.candidate.duplicate_decided.v1": "who works on duplicates, in the provider's own system",
    "itt.course.changed.v1": "what is offered, for a provider's own web site",
    "itt.course.places_changed.v1": "what is offered, for a provider's own web site",
    "itt.course.published.v1": "what is offered, for a provider's own web site",
    "itt.course.withdrawn.v1": "what is offered, for a provider's own web site",
    "itt.funding.rates_changed.v1": "who pays, in a system of their own",
    "itt.provider.accredited.v1": "who keeps the list of providers, in a system of their own",
    "itt.provider.accreditation_undone.v1": "who keeps the list of providers, in a system of their own",
    "itt.census.signed_off.v1": "the Department's statistics take the counts",
    "itt.performance_profile.signed_off.v1": "the Department's statistics take the outcomes",
}


def test_every_event_has_somebody_who_listens() -> None:
    listened = {type_ for service in SERVICES for type_ in consumers_of(service)}
    assert TYPES.keys() - listened == FOR_OTHER_SYSTEMS.keys()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_does_not_listen_to_one_type_twice_with_one_method(service: str) -> None:
    listed = [(s.type, s.method) for s in subscriptions()[service]]
    assert len(listed) == len(set(listed))
