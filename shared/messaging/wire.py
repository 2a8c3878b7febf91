"""Events as frames of AMQP, and back: CloudEvents 1.0 in binary mode, written and read for these headers alone.

A relay and a consumer spend most of their time here, so that each part that does not change is made once. What
somebody else wrote in another way is left to py-amqp (``shared.messaging.tolerant``).
"""

from functools import cache
from struct import Struct
from typing import Any
from uuid import UUID

from shared.messaging.envelope import HEADER, SPEC, Envelope

PUBLISH = b"\x00\x3c\x00\x28"  # class 60, method 40
BASIC, MANDATORY, END = b"\x00\x3c\x00\x00", b"\x01", b"\xce"
# Property flags, the highest bit first: content type, content encoding, headers, delivery mode, priority,
# correlation id, reply to, expiration, message id, timestamp, type, user id, app id.
FLAGS, CORRELATED = 0b1111_0000_1110_1000, 0b0000_0100_0000_0000
MAX_SHORT_BYTES, INT_MAX = 255, 2**31 - 1
_LONG, _INT, _QUAD, _FRAME = Struct(">I").pack, Struct(">i").pack, Struct(">Q").pack, Struct(">BHI").pack
_FLAGS = {True: Struct(">H").pack(FLAGS | CORRELATED), False: Struct(">H").pack(FLAGS)}


def _short(text: str) -> bytes:
    """At most 255 bytes; a longer text is cut."""
    data = text.encode()
    if len(data) > MAX_SHORT_BYTES:
        data = data[:MAX_SHORT_BYTES].decode(errors="ignore").encode()
    return bytes((len(data),)) + data


def _entry(name: str, value: str | int) -> bytes:
    return _short(name) + _value(value)


def _value(value: str | int) -> bytes:
    if isinstance(value, int):
        return b"I" + _INT(value) if -INT_MAX <= value <= INT_MAX else b"L" + Struct(">q").pack(value)
    data = value.encode()
    return b"S" + _LONG(len(data)) + data


_ID, _SUBJECT, _SEQUENCE = (_short(f"cloudEvents_{name}") for name in ("id", "subject", "sequence"))
_NOTED = {name: _short(header) for name, header in HEADER.items()}
_CONTENT = _short("application/json") + _short("utf-8")


@cache
def _of_type(exchange: str, source: str, type_: str) -> tuple[bytes, bytes, bytes]:
    """What all events of a type share: the method's payload, the constant headers, the last properties."""
    method = PUBLISH + b"\x00\x00" + _short(exchange) + _short(type_) + MANDATORY
    headers = b"".join(
        (
            _entry("cloudEvents_specversion", SPEC),
            _entry("cloudEvents_source", f"/{source}"),
            _entry("cloudEvents_type", type_),
            _entry("cloudEvents_dataschema", f"/{source}/events/{type_}"),
        )
    )
    return _LONG(len(method)) + method, headers, _short(type_) + _short(source)


def frames(envelope: Envelope, exchange: str, *, channel: int = 1, frame_max: int = 131_072) -> bytes:
    """What publishes the event, mandatory: a method, a header and a body, in as many frames as it takes."""
    method, same, last = _of_type(exchange, envelope.source, envelope.type)
    id_, noted = str(envelope.id), envelope.headers
    headers = [
        same,
        _ID,
        _value(id_),
        _SUBJECT,
        _value(envelope.subject),
        _SEQUENCE,
        _value(envelope.sequence),
    ]
    for name, value in noted.items():
        if value is not None and name in _NOTED:
            headers += _NOTED[name], _value(value)
    table = b"".join(headers)
    correlation = noted.get("correlationid")
    body = envelope.payload.encode() if isinstance(envelope.payload, str) else envelope.payload
    header = b"".join(
        (
            BASIC,
            _QUAD(len(body)),
            _FLAGS[correlation is not None],
            _CONTENT,
            _LONG(len(table)),
            table,
            b"\x02",  # persistent
            b"" if correlation is None else _short(correlation),
            _short(id_),
            _QUAD((envelope.id.int >> 80) // 1000),
            last,
        )
    )
    parts = [_FRAME(1, channel, 0)[:3], method, END, _FRAME(2, channel, len(header)), header, END]
    for start in range(0, len(body), frame_max - 8):
        piece = body[start : start + frame_max - 8]
        parts += _FRAME(3, channel, len(piece)), piece, END
    return b"".join(parts)


def envelope_of(header: bytes, body: bytes) -> Envelope | None:
    """The envelope of a message that was written here; None when it has another form, or anything is odd."""
    try:
        return _read(header, body)
    except (KeyError, ValueError, IndexError, AttributeError):
        return None


def _read(header: bytes, body: bytes) -> Envelope | None:
    correlated = header[12:14] == _FLAGS[True]
    if not (header.startswith(_CONTENT, 14) and (correlated or header[12:14] == _FLAGS[False])):
        return None
    table, at = _table(header, 14 + len(_CONTENT))
    sequence, deliveries = table[b"cloudEvents_sequence"], table.get(b"x-delivery-count", 0)
    if not (type(sequence) is type(deliveries) is int):
        return None
    noted = {name: table[key].decode() for name, key in _NOTED_KEYS if key in table}
    if correlated:
        noted["correlationid"] = header[at + 2 : at + 2 + header[at + 1]].decode()
    return Envelope(
        UUID(table[b"cloudEvents_id"].decode()),
        table[b"cloudEvents_source"].decode().removeprefix("/"),
        table[b"cloudEvents_type"].decode(),
        table[b"cloudEvents_subject"].decode(),
        sequence,
        body,
        noted,
        deliveries,
    )


_NOTED_KEYS = [(name, header.encode()) for name, header in HEADER.items()]


def _table(data: bytes, at: int) -> tuple[dict[bytes, Any], int]:
    """Long strings (as bytes) and whole numbers, and where the table ends. Raises ValueError for other values."""
    at, end = at + 4, at + 4 + int.from_bytes(data[at : at + 4])
    found: dict[bytes, Any] = {}
    while at < end:
        start = at + 1
        at = start + data[at]
        key, kind = data[start:at], data[at]
        if kind == 0x53:  # S
            start = at + 5
            at = start + int.from_bytes(data[at + 1 : start])
            found[key] = data[start:at]
        else:
            size = {0x49: 4, 0x4C: 8, 0x6C: 8}[kind]  # I, L, l
            start = at + 1
            at = start + size
            found[key] = int.from_bytes(data[start:at], signed=True)
    return found, at
