"""Errors that a caller can act on: each with its status, a sentence, plain details, and the same at the other end."""

import pickle

import pytest

from shared.errors import (
    Busy,
    ContinuumError,
    Fault,
    Invalid,
    NotFound,
    TransitionNotAllowed,
    error_types,
    join,
    rebuild,
)

STATUS = {
    "ContinuumError": 500,
    "Invalid": 422,
    "TooLarge": 413,
    "NotFound": 404,
    "NotAllowed": 403,
    "Unauthenticated": 401,
    "Conflict": 409,
    "TransitionNotAllowed": 409,
    "OutcomeUnknown": 503,
    "Unavailable": 503,
    "Maintenance": 503,
    "Busy": 429,
    "DeadlineExceeded": 504,
    "Fault": 500,
}


def test_every_error_has_the_status_that_http_gives_to_its_kind() -> None:
    own = {name: error for name, error in error_types().items() if error.__module__ == "shared.errors"}
    assert {name: error.status for name, error in own.items()} == STATUS


@pytest.mark.parametrize("name", STATUS)
def test_an_error_that_travelled_is_the_same_kind_with_the_same_words(name: str) -> None:
    error = rebuild(name, "a sentence", {"field": ["x"], "number": 1})
    assert type(error).__name__ == name
    assert (str(error), error.message) == ("a sentence", "a sentence")
    assert error.details == {"field": ["x"], "number": 1}


def test_an_error_of_a_newer_version_arrives_as_a_fault() -> None:
    assert type(rebuild("InventedLater", "a sentence", {})) is Fault


def test_an_error_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(TransitionNotAllowed("no", state="gone")))
    assert (type(error), error.message, error.details) == (TransitionNotAllowed, "no", {"state": "gone"})


def test_who_catches_the_general_kind_catches_the_special_one() -> None:
    with pytest.raises(ContinuumError):
        raise Busy("come again", retry_after_s=2)


def test_an_error_of_a_field_names_the_field_in_sentence_and_details() -> None:
    error = Invalid.field("trn", "must be seven digits")
    assert error.message == "trn: must be seven digits"
    assert error.fields == {"trn": ["must be seven digits"]}
    assert NotFound("nobody").details == Invalid("x").fields == {}


@pytest.mark.parametrize(
    ("parts", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_a_list_of_what_would_be_right_reads_as_a_sentence(parts: list[str], text: str) -> None:
    assert join(parts) == text
