"""An event is a frozen dataclass with a type and a subject; its schema is made from its fields."""

from dataclasses import FrozenInstanceError, dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from marshmallow import ValidationError

from shared.events import Event, Person, event_type, event_types, schema_of
from shared.events.itt import QtsAwarded, TraineeRegistered

WHEN = datetime(2026, 7, 1, 12, tzinfo=UTC)
AWARDED = QtsAwarded(
    occurred_at=WHEN,
    trainee_id=UUID(int=1),
    person_id=UUID(int=2),
    provider_code="2A5",
    trn="1234567",
    awarded_on=date(2026, 7, 1),
    training_route="provider_led_postgrad",
    course_subjects=("physics",),
    person=Person(first_names="Ann", last_name="Example"),
)
PLAIN: dict[str, Any] = schema_of(QtsAwarded).dump(AWARDED)


def changed(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in {**PLAIN, **fields}.items() if value is not ...}


def test_an_event_goes_to_plain_json_and_back() -> None:
    assert PLAIN["trainee_id"] == str(UUID(int=1))
    assert PLAIN["course_subjects"] == ["physics"]
    assert schema_of(QtsAwarded).load(PLAIN) == AWARDED


def test_the_subject_names_the_aggregate() -> None:
    assert AWARDED.subject == f"trainee/{UUID(int=1)}"


def test_a_fact_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        AWARDED.trn = "7654321"  # type: ignore[misc]


def test_what_a_reader_does_not_know_is_ignored_at_every_depth() -> None:
    newer = changed(added=1, person={**PLAIN["person"], "added": {"deep": True}})
    assert schema_of(QtsAwarded).load(newer) == AWARDED


def test_what_an_older_writer_did_not_know_has_its_default() -> None:
    older = schema_of(QtsAwarded).load(changed(trained_at_urns=..., person=...))
    assert (older.trained_at_urns, older.person) == ((), None)


@pytest.mark.parametrize("name", ["occurred_at", "trainee_id", "trn", "awarded_on", "course_subjects"])
def test_a_field_that_was_always_there_is_required(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        schema_of(QtsAwarded).load(changed(**{name: ...}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trainee_id", "7"),
        ("occurred_at", "2026-07-01T12:00:00"),
        ("awarded_on", "1 July"),
        ("course_subjects", "physics"),
        ("trn", 1234567),
        ("trn", None),
        ("person", {"first_names": "Ann"}),
    ],
)
def test_a_value_of_another_kind_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValidationError, match=name):
        schema_of(QtsAwarded).load(changed(**{name: value}))


@pytest.mark.parametrize(
    "type_", ["itt.awarded", "itt.qts.awarded.1", "itt.v1", ".qts.awarded.v1", "itt.qts.awarded.v"]
)
def test_a_type_that_does_not_read_service_subject_happened_version_is_refused(type_: str) -> None:
    with pytest.raises(ValueError, match="does not read"):
        event_type(type_, subject="trainee", key="trainee_id")


def test_a_type_is_declared_once_and_names_a_field_as_its_subject() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        event_type("itt.qts.awarded.v1", subject="trainee", key="occurred_at")(type("Again", (Event,), {}))
    with pytest.raises(ValueError, match="no field 'trainee_id'"):
        event_type("itt.something.new.v1", subject="trainee", key="trainee_id")(type("New", (Event,), {}))
    assert "itt.something.new.v1" not in event_types()


def test_a_field_of_a_kind_that_no_schema_knows_is_found_when_the_schema_is_made() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Odd:
        value: complex

    with pytest.raises(KeyError):
        schema_of(Odd)


def test_the_registry_is_whole_and_sorted() -> None:
    types = event_types()
    assert list(types) == sorted(types)
    assert types["itt.trainee.registered.v1"] is TraineeRegistered
    assert all(event.TYPE == type_ for type_, event in types.items())
