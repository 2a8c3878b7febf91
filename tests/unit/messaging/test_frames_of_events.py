"""Events as frames: what is written is what py-amqp would have written, and it is read the same."""

from typing import Any
from uuid import UUID

import pytest
from amqp.basic_message import Message
from amqp.exceptions import UnexpectedFrame
from amqp.serialization import loads
from hypothesis import given
from hypothesis import strategies as st

from shared.broker.connection import Deliveries, Delivery, _Frames
from shared.ids import new_id
from shared.messaging.envelope import Envelope, Undecodable, from_amqp, to_amqp
from shared.messaging.tolerant import decode
from shared.messaging.wire import envelope_of, frames

FRAME_MAX = 4_096
NOTED = {
    "time": "2026-09-01T09:00:00+00:00",
    "correlationid": "01a20a66-1a07-753b-88b4-5e18d4e662b4",
    "causationid": "01a20a66-1a07-753b-88b4-5e18d4e662b5",
    "actor": "somebody",
    "traceparent": "00-ec9a6c5e9b957bc80f1bc11a6e4655a4-306060ee33614835-01",
}
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=300)


def an_envelope(**changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "id": new_id(),
        "source": "itt",
        "type": "itt.qts.awarded.v1",
        "subject": "trainee/0190",
        "sequence": 3,
        "payload": '{"name":"Zoë"}',
        "headers": NOTED,
    }
    return Envelope(**(values | changes))


def cut(data: bytes) -> list[tuple[int, int, bytes]]:
    found, left = [], _Frames()
    left.feed(data)
    while (frame := left.next()) is not None:
        found.append(frame)
    return found


def delivered(envelope: Envelope) -> Delivery:
    _, (_, _, header), *bodies = cut(frames(envelope, "itt.events", frame_max=FRAME_MAX))
    return Delivery(1, header, b"".join(payload for _, _, payload in bodies))


def as_read_by_amqp(envelope: Envelope) -> Message:
    delivery = delivered(envelope)
    message = Message(delivery.body)
    message.inbound_header(delivery.header)
    return message


@pytest.mark.parametrize("noted", [NOTED, {}, {"time": NOTED["time"], "correlationid": None}])
def test_the_properties_are_those_that_amqp_would_have_written(noted: dict[str, Any]) -> None:
    envelope = an_envelope(headers=noted)
    expected = to_amqp(envelope).properties
    assert as_read_by_amqp(envelope).properties == {k: v for k, v in expected.items() if v is not None}


def test_it_is_published_mandatory_to_the_exchange_of_its_service_with_its_type_as_key() -> None:
    kind, channel, payload = cut(frames(an_envelope(), "itt.events", channel=7))[0]
    assert (kind, channel, payload[:4]) == (1, 7, b"\x00\x3c\x00\x28")
    assert loads("Bssbb", payload, 4)[0] == [0, "itt.events", "itt.qts.awarded.v1", True, False]


@pytest.mark.parametrize("size", [0, 1, FRAME_MAX - 8, FRAME_MAX - 7, 3 * FRAME_MAX])
def test_a_large_body_goes_in_several_frames_and_none_is_larger_than_agreed(size: int) -> None:
    envelope = an_envelope(payload="x" * size)
    found = cut(frames(envelope, "itt.events", frame_max=FRAME_MAX))
    assert all(len(payload) <= FRAME_MAX - 8 for _, _, payload in found)
    assert decode(delivered(envelope)).payload == b"x" * size


@given(subject=TEXT, actor=TEXT, correlation=TEXT, sequence=st.integers(1, 2**63 - 1))
def test_what_is_written_is_read_the_same(subject: str, actor: str, correlation: str, sequence: int) -> None:
    noted = NOTED | {"actor": actor, "correlationid": correlation}
    envelope = an_envelope(subject=subject, sequence=sequence, headers=noted)
    found = envelope_of(*delivered(envelope)[1:])
    assert found is not None
    assert found.headers.pop("correlationid") == correlation.encode()[:255].decode(errors="ignore")
    assert found.headers == {k: v for k, v in noted.items() if k != "correlationid"}
    assert (found.id, found.subject, found.sequence) == (envelope.id, subject, sequence)
    assert from_amqp(as_read_by_amqp(envelope)).subject == subject


def another(**changes: Any) -> Delivery:
    """An event as another client might write it."""
    message = to_amqp(an_envelope())
    message.properties["application_headers"].update(changes.pop("headers", {}))
    message.properties.update(changes)
    header = b"\x00\x3c\x00\x00" + (14).to_bytes(8) + message._serialize_properties()
    return Delivery(1, header, b'{"name":"Zoe"}')


@pytest.mark.parametrize(
    "changes",
    [
        {"priority": 3},
        {"content_type": "application/cloudevents+json"},
        {"expiration": "60000"},
        {"headers": {"x-other": {"a": [1, 2.5, True]}}},
        {"headers": {"x-delivery-count": 1}},
    ],
)
def test_what_another_client_writes_in_another_way_is_read_too(changes: dict[str, Any]) -> None:
    assert decode(another(**changes)).subject == "trainee/0190"


def test_the_number_of_deliveries_is_read() -> None:
    assert decode(another(headers={"x-delivery-count": 2})).deliveries == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"cloudEvents_sequence": "seven"},
        {"cloudEvents_sequence": 0},
        {"cloudEvents_sequence": 2**63 - 1 + 0.5},
        {"cloudEvents_id": "not an id"},
        {"cloudEvents_subject": 7},
        {"cloudEvents_subject": "a\x00b"},
        {"cloudEvents_actor": "a\x00b"},
        {"cloudEvents_source": ""},
    ],
)
def test_what_is_no_event_of_ours_is_undecodable(headers: dict[str, Any]) -> None:
    with pytest.raises(Undecodable):
        decode(another(headers=headers))


@given(st.binary(max_size=200), st.integers(0, 200))
def test_whatever_the_properties_are_it_is_an_event_or_undecodable(junk: bytes, at: int) -> None:
    header = delivered(an_envelope()).header
    try:
        assert isinstance(decode(Delivery(1, header[:at] + junk + header[at + len(junk) :], b"{}")).id, UUID)
    except Undecodable:
        pass


def a_delivery(tag: int, header: bytes, *bodies: bytes) -> list[tuple[int, int, bytes]]:
    method = b"\x00\x3c\x00\x3c" + b"\x03tag" + tag.to_bytes(8) + b"\x00\x01e\x01k"
    return [(1, 1, method), (2, 1, header), *((3, 1, body) for body in bodies)]


def test_deliveries_are_put_together_whatever_comes_between_their_frames() -> None:
    class Line:
        bytes_recv = 0

    deliveries, line = Deliveries(), Line()
    on_frame = deliveries.handler(line, lambda *_: None)
    header = b"\x00\x3c\x00\x00" + (4).to_bytes(8) + b"\x00\x00"
    sent = [*a_delivery(5, header, b"ab", b"cd"), *a_delivery(6, header[:4] + bytes(8) + b"\x00\x00")]
    sent.insert(3, (8, 0, b""))  # a heartbeat
    for frame in sent:
        on_frame(frame)
    assert [(d.tag, d.body) for d in deliveries.arrived] == [(5, b"abcd"), (6, b"")]
    assert line.bytes_recv == len(sent)


def test_frames_are_cut_wherever_the_bytes_were_divided() -> None:
    data, left, found = frames(an_envelope(), "itt.events"), _Frames(), []
    for n in range(len(data)):
        left.feed(data[n : n + 1])
        while (frame := left.next()) is not None:
            found.append(frame)
    assert found == cut(data)


def test_a_frame_with_a_wrong_end_is_not_taken() -> None:
    with pytest.raises(UnexpectedFrame):
        cut(frames(an_envelope(), "itt.events")[:-1] + b"\x00")
