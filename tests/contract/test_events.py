"""What others read of our events does not change under them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.events import Event, event_types, schema_of
from shared.events.golden import FOLDER, breaks, text_of
from shared.events.jsonschema import has_person, json_schema
from shared.ids import new_id
from shared.messaging.envelope import Envelope, from_amqp, to_amqp, to_event
from tests.contract.strategies import any_event

EVENTS = list(event_types().values())
by_type = pytest.mark.parametrize("event", EVENTS, ids=[e.TYPE for e in EVENTS])


def _golden(event: type[Event]) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / f"{event.TYPE}.json").read_text())
    return schema


@by_type
def test_an_event_reads_as_its_golden_schema_says(event: type[Event]) -> None:
    assert (FOLDER / f"{event.TYPE}.json").read_text() == text_of(event.TYPE), "run: make docs"


def test_there_is_no_golden_schema_without_an_event() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(event_types())


@by_type
@settings(max_examples=10)
@given(data=st.data())
def test_an_event_travels_and_comes_back_as_it_was(event: type[Event], data: st.DataObject) -> None:
    sent = data.draw(any_event(event))
    payload = json.dumps(schema_of(event).dump(sent), ensure_ascii=False)
    Draft202012Validator(_golden(event)).validate(json.loads(payload))
    noted = {"time": sent.occurred_at.isoformat(), "correlationid": "c"}
    message = to_amqp(Envelope(new_id(), "itt", event.TYPE, "trainee/1", 7, payload, noted))
    arrived = from_amqp(message)
    assert (arrived.type, arrived.subject, arrived.sequence) == (event.TYPE, "trainee/1", 7)
    assert to_event(arrived) == sent


@by_type
@settings(max_examples=5)
@given(data=st.data())
def test_an_old_reader_reads_a_newer_event_of_the_version(event: type[Event], data: st.DataObject) -> None:
    sent = data.draw(any_event(event))
    newer = schema_of(event).dump(sent) | {"added_later": {"nested": [1]}, "another": None}
    if newer.get("person"):
        newer["person"]["middle_names"] = "Ann"
    assert schema_of(event).load(newer) == sent


@by_type
@settings(max_examples=5)
@given(data=st.data())
def test_a_new_reader_reads_an_event_that_has_only_what_was_always_required(
    event: type[Event], data: st.DataObject
) -> None:
    whole = schema_of(event).dump(data.draw(any_event(event)))
    oldest = {name: whole[name] for name in _golden(event)["required"]}
    read = schema_of(event).load(oldest)
    assert schema_of(event).dump(read).items() >= oldest.items()


@by_type
def test_personal_data_can_be_blanked(event: type[Event]) -> None:
    personal = {"first_names", "last_name", "email", "date_of_birth", "sex", "ni_number"}
    assert not personal & schema_of(event).fields.keys(), "personal data belongs into person"
    if has_person(event):
        assert schema_of(event).fields["person"].allow_none
        assert not schema_of(event).fields["person"].required


SCHEMA: dict[str, Any] = {
    "properties": {"a": {"type": "string"}, "p": {"$ref": "#/$defs/Person"}},
    "required": ["a"],
    "$defs": {"Person": {"properties": {"name": {"type": "string"}}, "required": ["name"]}},
}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"properties": {**SCHEMA["properties"], "b": {"type": "integer"}}}, []),
        ({"description": "said in other words"}, []),
        ({"properties": {"p": SCHEMA["properties"]["p"]}, "required": []}, ["a is gone"]),
        ({"properties": {**SCHEMA["properties"], "a": {"type": "integer"}}}, ["a is of another kind"]),
        ({"required": ["a", "p"]}, ["p is required now"]),
        ({"$defs": {"Person": {"properties": {}, "required": []}}}, ["Person.name is gone"]),
    ],
)
def test_within_a_version_fields_are_only_added(change: dict[str, Any], why: list[str]) -> None:
    assert breaks(SCHEMA, SCHEMA | change) == why


def test_the_schema_of_an_event_is_a_json_schema() -> None:
    for event in EVENTS:
        Draft202012Validator.check_schema(json_schema(event))
