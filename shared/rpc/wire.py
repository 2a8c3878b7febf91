"""What travels: JSON bodies of requests and replies, as Nameko 2.14 writes them, and errors as plain data."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, NoReturn
from uuid import UUID

from shared.errors import ContinuumError, DeadlineExceeded, Fault, Invalid, TooLarge, rebuild
from shared.rpc.limits import MAX_MESSAGE_BYTES

Headers = Mapping[str, Any]
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


@dataclass(frozen=True, slots=True)
class Question:
    """A call as it leaves; nobody waits longer than ``timeout_s`` seconds."""

    service: str
    method: str
    body: bytes
    headers: dict[str, Any]
    timeout_s: float

    def __str__(self) -> str:
        return f"{self.service}.{self.method}"

    def unanswered(self) -> DeadlineExceeded:
        """The error when the time is over."""
        return DeadlineExceeded(f"{self} did not answer within {self.timeout_s:.3g} s")


@dataclass(slots=True)
class Request:
    """A call as it arrived: ``key`` is the id of the message, ``actor`` who asks, once that is known."""

    method: str
    body: bytes
    headers: Headers
    key: str
    redelivered: bool = False
    actor: str | None = None


def _plainly(value: object) -> Any:
    """What JSON has no form for, as text that it would be read from again."""
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


dumps = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=True, default=_plainly
).encode


def request_body(arguments: Mapping[str, Any]) -> bytes:
    """The body of a call. Raises Invalid for what JSON cannot say, TooLarge above a mebibyte."""
    try:
        body = dumps({"args": [], "kwargs": dict(arguments)}).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid(f"the arguments cannot be sent as JSON: {error}") from error
    check_size("the request", body)
    return body


def arguments_of(body: bytes) -> tuple[list[Any], dict[str, Any]]:
    """The ``args`` and ``kwargs`` of a request. Raises Invalid (also for text no database can hold) or TooLarge."""
    check_size("the request", body)
    try:
        request = json.loads(body.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Invalid("the request is not JSON in UTF-8") from None
    if isinstance(request, dict):
        args, kwargs = request.get("args"), request.get("kwargs")
        if isinstance(args, list) and isinstance(kwargs, dict):
            if _SUSPECT.search(body):
                _check_texts(args, kwargs)
            return args, kwargs
    raise Invalid('the request must be {"args": [...], "kwargs": {...}}')


def result_body(result: Any) -> bytes:
    """The reply that carries a result. TypeError or ValueError: JSON cannot say it; TooLarge: see there."""
    body = f'{{"result":{dumps(result)},"error":null}}'.encode()
    check_size("the answer", body)
    return body


def error_body(error: ContinuumError) -> bytes:
    """The reply that carries an error: Nameko's four keys, and ``details`` for callers of ours."""
    kind = type(error)
    told = {
        "exc_type": kind.__name__,
        "exc_path": f"{kind.__module__}.{kind.__qualname__}",
        "exc_args": [error.message],
        "value": error.message,
        "details": plain(error.details),
    }
    return dumps({"result": None, "error": told}).encode()


def result_of(body: bytes) -> Any:
    """The result in a reply. Raises the error in it, as the class that it had; Fault when it is no reply."""
    try:
        reply = json.loads(body.decode())
        error = reply["error"]
        if error is None:
            return reply["result"]
        told = rebuild(error["exc_type"], str(error["value"]), error.get("details") or {})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Fault("the answer is not a reply of Nameko") from None
    raise told


def plain(value: Any) -> Any:
    """Any value in JSON's own types; what has none is named by its type, so that nothing can fail or leak."""
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str | UUID | Decimal | datetime | date | time):
        return value if isinstance(value, str) else _plainly(value)
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray | memoryview):
        return [plain(each) for each in value]
    return type(value).__name__


def check_size(what: str, body: bytes) -> None:
    """Raises TooLarge above a mebibyte."""
    if len(body) > MAX_MESSAGE_BYTES:
        raise TooLarge(
            f"{what} has {len(body)} bytes; at most {MAX_MESSAGE_BYTES} travel",
            size_bytes=len(body),
            limit_bytes=MAX_MESSAGE_BYTES,
        )


def _check_texts(args: list[Any], kwargs: dict[str, Any]) -> None:
    """Raises Invalid, by the name of the argument, for text that PostgreSQL and UTF-8 have no form for."""
    texts = {"arguments": json.dumps([args, list(kwargs)], ensure_ascii=False)}
    texts |= {name: json.dumps(value, ensure_ascii=False) for name, value in kwargs.items()}
    if wrong := next((name for name, written in texts.items() if not _is_text(written)), None):
        raise Invalid.field(wrong, "may hold neither the character NUL nor half of a surrogate pair")


def _is_text(written: str) -> bool:
    """JSON writes NUL as an escape, and half of a surrogate pair as it is; an escaped backslash is neither."""
    if "\\u0000" in written.replace("\\\\", ""):
        return False
    return written.encode("utf-8", "replace").decode() == written


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")
