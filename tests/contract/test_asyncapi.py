"""``docs/asyncapi.json`` is what the code declares, and valid AsyncAPI 3.0."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from cli.asyncapi import document
from shared.config import PROJECT_ROOT
from shared.events import event_types
from shared.messaging.declarations import consumers_of
from shared.messaging.envelope import Envelope, to_amqp
from shared.service_names import SERVICES

PUBLISHED = Path(__file__).parent / "asyncapi" / "3.0.0.json"
GOLDEN = Path(__file__).parent / "golden"
TYPES = event_types()


@cache
def written() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PROJECT_ROOT / "docs" / "asyncapi.json").read_text())
    return found


def test_the_document_in_docs_is_what_the_code_declares() -> None:
    assert written() == document()


def test_the_document_is_valid_by_the_published_schema() -> None:
    errors = list(Draft7Validator(json.loads(PUBLISHED.read_text())).iter_errors(written()))
    assert [error.message[:200] for error in errors] == []


def test_the_published_schema_refuses_what_is_wrong() -> None:
    wrong = {**written(), "operations": {"x": {"action": "shout"}}}
    assert not Draft7Validator(json.loads(PUBLISHED.read_text())).is_valid(wrong)


def test_every_reference_leads_somewhere() -> None:
    for reference in _references(written()):
        node: Any = written()
        for part in reference.removeprefix("#/").split("/"):
            assert part in node, reference
            node = node[part]


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [each for value in node.values() for each in _references(value)]
    return [each for value in node for each in _references(value)] if isinstance(node, list) else []


@pytest.mark.parametrize("type_", TYPES)
def test_an_event_has_a_channel_a_sender_and_a_receiver_for_each_who_listens(type_: str) -> None:
    source = type_.split(".", 1)[0]
    channel = written()["channels"][type_]
    assert (channel["address"], channel["bindings"]["amqp"]["exchange"]["name"]) == (
        type_,
        f"{source}.events",
    )
    assert f"{source}.sends.{type_}" in written()["operations"]
    hearing = {
        name.split(".", 1)[0] for name in written()["operations"] if name.endswith(f".receives.{type_}")
    }
    assert hearing == set(consumers_of(source).get(type_, ()))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_an_operation_for_each_event_that_it_sends(service: str) -> None:
    sent = {name for name in written()["operations"] if name.startswith(f"{service}.sends.")}
    assert len(sent) == sum(type_.startswith(f"{service}.") for type_ in TYPES)


@pytest.mark.parametrize("type_", TYPES)
def test_the_payload_is_the_golden_schema(type_: str) -> None:
    golden = json.loads((GOLDEN / f"{type_}.json").read_text())
    payload = written()["components"]["schemas"][type_]
    assert payload["required"] == golden["required"]
    assert payload["properties"].keys() == golden["properties"].keys()


@pytest.mark.parametrize("type_", TYPES)
def test_the_headers_are_those_that_travel(type_: str) -> None:
    kind = TYPES[type_].SUBJECT[0]
    noted = {
        "time": "2026-09-01T09:00:00+00:00",
        "correlationid": "c-1",
        "causationid": str(UUID(int=2)),
        "actor": "provider 2A5",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    envelope = Envelope(UUID(int=1), type_.split(".", 1)[0], type_, f"{kind}/1", 1, "{}", noted)
    sent = to_amqp(envelope).properties["application_headers"]
    schema = written()["components"]["messages"][type_]["headers"]
    assert list(Draft202012Validator(schema).iter_errors(sent)) == []
    assert sent.keys() == schema["properties"].keys()
