"""Whatever comes in by the broker, the service goes on; who can be answered is answered."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import amqp
import pytest
from amqp import Message, spec
from nameko.containers import ServiceContainer
from prometheus_client import REGISTRY

from shared.rpc.limits import CONTENT_TYPE, EXCHANGE, MAX_MESSAGE_BYTES, QUEUE
from tests.service.rpc.conftest import broker, caller, eventually, serving
from tests.service.rpc.probe import NAME

GOOD: dict[str, Any] = {"content_type": CONTENT_TYPE, "content_encoding": "utf-8", "correlation_id": "1"}
BODY = b'{"args": [], "kwargs": {}}'


@pytest.fixture
def probe(at_the_broker: str) -> Iterator[ServiceContainer]:
    with serving() as container:
        yield container


class Stranger:
    """Writes to the probe's exchange whatever it likes, and reads what comes back."""

    def __init__(self, connection: amqp.Connection) -> None:
        self.connection, self.channel = connection, connection.channel()
        self.queue = self.channel.queue_declare(exclusive=True).queue
        self.channel.queue_bind(self.queue, EXCHANGE, self.queue)

    def write(self, body: bytes, method: Any = "hello", *, reply: bool = True, **properties: Any) -> None:
        if reply:
            properties["reply_to"] = self.queue
        args = (0, EXCHANGE, f"{NAME}.{method}" if isinstance(method, str) else method, False, False)
        self.channel.send_method(spec.Basic.Publish, "Bssbb", args, Message(body, **properties))

    def read(self) -> dict[str, Any]:
        eventually(lambda: self.channel.queue_declare(self.queue, passive=True).message_count)
        answer: dict[str, Any] = json.loads(self.channel.basic_get(self.queue, no_ack=True).body)
        return answer

    def waiting(self) -> int:
        return int(self.channel.queue_declare(QUEUE.format(NAME), passive=True).message_count)


@pytest.fixture
def stranger(at_the_broker: str, probe: ServiceContainer) -> Iterator[Stranger]:
    with broker(at_the_broker) as connection:
        yield Stranger(connection)


def still_works() -> None:
    with caller() as call:
        assert call("echo", n=1) == {"n": 1}


def dropped(reason: str) -> float:
    return REGISTRY.get_sample_value("continuum_rpc_dropped_total", {"service": NAME, "reason": reason}) or 0


@pytest.mark.parametrize(
    ("body", "properties", "error"),
    [
        (b"junk", GOOD, "Invalid"),
        (b"", GOOD, "Invalid"),
        (b"[" * 50_000, GOOD, "Invalid"),
        (b'{"args": 1, "kwargs": 2}', GOOD, "Invalid"),
        (b'{"args": [1, 2, 3], "kwargs": {}}', GOOD, "Invalid"),
        (b'{"args": [], "kwargs": {"self": 1}}', GOOD, "Invalid"),
        (BODY + b" " * MAX_MESSAGE_BYTES, GOOD, "TooLarge"),
        (BODY, {**GOOD, "content_type": "application/x-python-serialize"}, "Invalid"),
        (BODY, {"correlation_id": "1"}, "Invalid"),
        (BODY, {"content_type": CONTENT_TYPE}, "Invalid"),
        (BODY, {**GOOD, "application_headers": {"nameko.principal": 7}}, "Unauthenticated"),
        (BODY, {**GOOD, "application_headers": {"nameko.principal": {"a": ["table"]}}}, "Unauthenticated"),
        (BODY, {**GOOD, "application_headers": {"nameko.deadline": "soon"}}, "Invalid"),
        (BODY, {**GOOD, "application_headers": {"nameko.deadline": 1}}, "DeadlineExceeded"),
        (BODY, {**GOOD, "application_headers": {"nameko.business_time": "now"}}, "NotAllowed"),
        (
            BODY,
            {
                **GOOD,
                "application_headers": {
                    "nameko.call_id_stack": {"a": 1},
                    "x": datetime(2026, 1, 1, tzinfo=UTC),
                },
            },
            None,
        ),
    ],
)
def test_a_wrong_request_is_answered_with_what_is_wrong(
    stranger: Stranger, body: bytes, properties: dict[str, Any], error: str | None
) -> None:
    stranger.write(body, **properties)
    answer = stranger.read()
    assert (answer["error"] or {"exc_type": None})["exc_type"] == error
    still_works()


@pytest.mark.parametrize("method", ["dance", "__init__", "others", "runs", "x" * 200, "", "Zoë", "a b\x00c"])
def test_only_what_is_offered_can_be_called(stranger: Stranger, method: str) -> None:
    stranger.write(BODY, method, **GOOD)
    assert stranger.read()["error"]["exc_type"] == "NotFound"
    still_works()


def test_a_request_without_an_address_is_dropped_and_counted(stranger: Stranger) -> None:
    before = dropped("no reply_to")
    stranger.write(BODY, "command", reply=False, **GOOD)
    eventually(lambda: dropped("no reply_to") == before + 1)
    still_works()
    assert stranger.waiting() == 0


def test_an_answer_to_nobody_is_dropped(stranger: Stranger) -> None:
    stranger.write(BODY, reply=False, reply_to="nobody-has-this-address", **GOOD)
    still_works()


@pytest.mark.parametrize("where", ["correlation_id", "reply_to", "content_type"])
def test_a_property_that_is_no_text_breaks_nothing(stranger: Stranger, where: str) -> None:
    before = dropped("no reply_to")
    stranger.write(BODY, **(GOOD | {where: b"\xff\xfe"}), reply=where != "reply_to")
    eventually(lambda: dropped("no reply_to") == before + 1)
    still_works()
    eventually(lambda: stranger.waiting() == 0)


def test_a_header_that_cannot_be_read_breaks_nothing(stranger: Stranger) -> None:
    far = b"\x01TT" + b"\x7f" * 8  # a moment in the far future, beyond what Python knows
    before = dropped("no reply_to")
    _write_raw_headers(stranger, far)
    eventually(lambda: dropped("no reply_to") == before + 1)
    still_works()


def test_a_method_name_that_is_no_text_breaks_nothing(stranger: Stranger) -> None:
    before = dropped("undecodable")
    stranger.write(BODY, NAME.encode() + b".\xff\xfe", **GOOD)
    eventually(lambda: dropped("undecodable") == before + 1)
    still_works()
    eventually(lambda: stranger.waiting() == 0)


def test_the_same_request_twice_is_two_requests(stranger: Stranger) -> None:
    for _ in range(2):
        stranger.write(b'{"args": [], "kwargs": {}}', "hello", **GOOD)
    assert [stranger.read()["result"] for _ in range(2)] == ["anonymous", "anonymous"]
    still_works()


@pytest.mark.parametrize("rubbish", [b"\x00" * 50, bytes(range(256))])
def test_bytes_of_any_kind_break_nothing(stranger: Stranger, rubbish: bytes) -> None:
    for method in ("echo", "write", "hello", "query"):
        stranger.write(rubbish, method, **GOOD)
        assert stranger.read()["error"]["exc_type"] in ("Invalid", "Unauthenticated")
    still_works()


def _write_raw_headers(stranger: Stranger, table: bytes) -> None:
    """Publish with a table of headers that py-amqp itself would not write."""

    class Raw(Message):  # type: ignore[misc]
        def _serialize_properties(self) -> bytes:
            kind, key = CONTENT_TYPE.encode(), stranger.queue.encode()
            flags = (0x8000 | 0x2000 | 0x0200).to_bytes(2, "big")
            return b"".join(
                [flags, _short(kind), len(table).to_bytes(4, "big"), table, _short(key)],
            )

    args = (0, EXCHANGE, f"{NAME}.hello", False, False)
    stranger.channel.send_method(spec.Basic.Publish, "Bssbb", args, Raw(BODY))


def _short(text: bytes) -> bytes:
    return len(text).to_bytes(1, "big") + text
