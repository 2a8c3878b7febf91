"""What travels: bodies as Nameko writes them, errors as plain data, nothing above a mebibyte."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Conflict, ContinuumError, Fault, Invalid, TooLarge, error_types
from shared.rpc.limits import MAX_MESSAGE_BYTES
from shared.rpc.wire import arguments_of, error_body, plain, request_body, result_body, result_of

ID = UUID("01890000-0000-7000-8000-000000000001")
ERRORS = sorted(error_types().items())


class Colour(StrEnum):
    RED = "red"


def test_a_request_is_written_as_nameko_writes_it() -> None:
    assert json.loads(request_body({"n": 1, "name": "Zoë"})) == {
        "args": [],
        "kwargs": {"n": 1, "name": "Zoë"},
    }


def test_ids_dates_and_sums_travel_as_text() -> None:
    given_ = {
        "id": ID,
        "on": date(2026, 9, 1),
        "at": datetime(2026, 9, 1, 9, tzinfo=UTC),
        "sum": Decimal("1.10"),
    }
    assert arguments_of(request_body(given_))[1] == {
        "id": str(ID),
        "on": "2026-09-01",
        "at": "2026-09-01T09:00:00+00:00",
        "sum": "1.10",
    }


@pytest.mark.parametrize("value", [object(), float("nan"), b"bytes", {1: {(1, 2): 3}}])
def test_what_json_cannot_say_is_not_sent(value: object) -> None:
    with pytest.raises(Invalid, match="cannot be sent as JSON"):
        request_body({"value": value})


def test_a_request_above_a_mebibyte_is_not_sent() -> None:
    with pytest.raises(TooLarge) as refused:
        request_body({"text": "x" * MAX_MESSAGE_BYTES})
    assert refused.value.details["limit_bytes"] == MAX_MESSAGE_BYTES
    assert refused.value.details["size_bytes"] > MAX_MESSAGE_BYTES


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        b"\xff\xfe",
        b"null",
        b"7",
        b"[]",
        b'"text"',
        b"{}",
        b'{"args": []}',
        b'{"kwargs": {}}',
        b'{"args": {}, "kwargs": {}}',
        b'{"args": [], "kwargs": []}',
        b'{"args": [NaN], "kwargs": {}}',
        b'{"args": [], "kwargs": {"n": Infinity}}',
        b"[" * 100_000,
        b'{"args": [' + b"9" * 10_000 + b'], "kwargs": {}}',
    ],
)
def test_a_request_of_another_form_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        arguments_of(body)


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"why": "a\0b"}, "why"),
        ({"why": "\ud800"}, "why"),
        ({"person": {"names": ["\\\0"]}}, "person"),
        ({"\udfff": 1}, "arguments"),
    ],
)
def test_text_that_no_database_can_hold_is_refused_by_name(kwargs: dict[str, Any], named: str) -> None:
    with pytest.raises(Invalid) as refused:
        arguments_of(json.dumps({"args": [], "kwargs": kwargs}).encode())
    assert list(refused.value.fields) == [named]


def test_an_emoji_and_a_written_backslash_are_text() -> None:
    kwargs = {"why": "\\u0000 \U0001f600"}
    assert arguments_of(json.dumps({"args": ["\\ud800"], "kwargs": kwargs}).encode())[1] == kwargs


@given(st.binary(max_size=200))
def test_no_bytes_at_all_do_more_than_be_refused(body: bytes) -> None:
    try:
        arguments_of(body)
    except Invalid:
        pass


def test_a_request_above_a_mebibyte_is_refused_unread() -> None:
    with pytest.raises(TooLarge, match="the request has"):
        arguments_of(b" " * (MAX_MESSAGE_BYTES + 1))


def test_a_result_comes_back() -> None:
    assert result_of(result_body({"items": [1, None, "Zoë"], "id": ID})) == {
        "items": [1, None, "Zoë"],
        "id": str(ID),
    }


def test_a_result_above_a_mebibyte_is_an_error() -> None:
    with pytest.raises(TooLarge, match="the answer has"):
        result_body("x" * MAX_MESSAGE_BYTES)


@pytest.mark.parametrize(("name", "kind"), ERRORS)
def test_every_error_comes_back_as_what_it_was(name: str, kind: type[ContinuumError]) -> None:
    with pytest.raises(kind) as raised:
        result_of(error_body(kind("the course is full", places=3, ids=[ID])))
    assert type(raised.value) is kind
    assert raised.value.message == "the course is full"
    assert raised.value.details == {"places": 3, "ids": [str(ID)]}


def test_a_stock_nameko_client_finds_its_four_keys() -> None:
    error = json.loads(error_body(Conflict("full")))["error"]
    assert error == {
        "exc_type": "Conflict",
        "exc_path": "shared.errors.Conflict",
        "exc_args": ["full"],
        "value": "full",
        "details": {},
    }


def test_an_error_of_a_stock_nameko_service_is_a_fault() -> None:
    theirs = {"exc_type": "ValueError", "exc_path": "builtins.ValueError", "exc_args": ["no"], "value": "no"}
    with pytest.raises(Fault, match="no"):
        result_of(json.dumps({"result": None, "error": theirs}).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"junk",
        b"[]",
        b"{}",
        b'{"error": "text"}',
        b'{"error": {"exc_type": "Conflict"}}',
        b'{"error": {"exc_type": "Conflict", "value": "x", "details": {"message": "twice"}}}',
        b'{"error": {"exc_type": "Conflict", "value": "x", "details": 7}}',
        b'{"error": {"exc_type": ["Conflict"], "value": "x"}}',
        b"[" * 100_000,
    ],
)
def test_a_reply_that_is_none_is_a_fault(body: bytes) -> None:
    with pytest.raises(Fault):
        result_of(body)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (float("nan"), "float"),
        (Colour.RED, "red"),
        ({Colour.RED: {ID}}, {"red": [str(ID)]}),
        ({1: (2, 3)}, {"1": [2, 3]}),
        (b"secret", "bytes"),
        (ValueError("secret"), "ValueError"),
        (date(2026, 9, 1), "2026-09-01"),
    ],
)
def test_details_of_an_error_can_always_be_told(value: object, said: object) -> None:
    assert plain(value) == said


texts = st.text(st.characters(exclude_characters="\0"))
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(texts, inside, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(texts, json_values))
def test_arguments_arrive_as_they_were_given(arguments: Mapping[str, Any]) -> None:
    try:
        body = request_body(arguments)
    except Invalid:  # half of a surrogate pair is no text in UTF-8
        return
    assert arguments_of(body) == ([], dict(arguments))
