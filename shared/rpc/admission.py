"""Who calls, when it happens and until when an answer is wanted: what the headers of a call say, checked."""

from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import Any, TypeGuard

from shared.config import Settings
from shared.context import Context, child_of, new_correlation_id
from shared.errors import Invalid, NotAllowed
from shared.keys import KeyRing, verify
from shared.policy import ANONYMOUS, Principal, Role
from shared.rpc import limits
from shared.rpc.call import remaining_s
from shared.rpc.wire import Headers, Request

MAX_ID_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who, the moment of business (aware, UTC) and the deadline (unix seconds)."""

    principal: Principal
    now: datetime
    deadline: float


class Admission:
    """Lets calls in, by the keys and the settings of this process."""

    def __init__(self, settings: Settings, ring: KeyRing) -> None:
        self._settings, self._ring = settings, ring

    def admit(self, headers: Headers, *, public: bool) -> Admitted:
        """Raises Unauthenticated, NotAllowed (business time), Invalid (not readable) or DeadlineExceeded."""
        deadline = self._deadline(headers)
        token = headers.get(limits.PRINCIPAL)
        principal = ANONYMOUS if public and token is None else verify(token, self._ring)
        return Admitted(principal, self._now(principal, headers.get(limits.BUSINESS_TIME)), deadline)

    def _deadline(self, headers: Headers) -> float:
        latest = time() + self._settings.rpc_timeout_s
        given = headers.get(limits.DEADLINE)
        if given is None:
            return latest
        if isinstance(given, bool) or not isinstance(given, int | float) or given != given:  # noqa: PLR0124 - NaN
            raise Invalid.field("deadline", "must be a number of unix seconds")
        remaining_s(given)
        return min(float(given), time() + limits.LONGEST_TIMEOUT_S)

    def _now(self, principal: Principal, business_time: Any) -> datetime:
        if business_time is None:
            return datetime.now(UTC)
        if not (self._settings.demo_clock and (principal.sets_clock or principal.has(Role.OPERATOR))):
            raise NotAllowed("only an operator of a demonstration may say when a call happens")
        try:
            return _aware(datetime.fromisoformat(business_time))
        except (TypeError, ValueError, OverflowError):
            raise Invalid.field(
                "business_time", "must be a moment with its offset, such as 2026-09-01T09:00:00+00:00"
            ) from None


def context_of(service: str, request: Request) -> Context:
    """What the work for a request belongs to; ids that are missing or too long are made afresh."""
    headers = request.headers
    callers = [each for each in _list(headers.get(limits.CALL_ID_STACK)) if _is_id(each)]
    given = headers.get(limits.CORRELATION_ID)
    return Context(
        given if _is_id(given) else callers[0] if callers else new_correlation_id(),
        traceparent=child_of(headers.get(limits.TRACEPARENT)),
        call_ids=(*callers[1 - limits.MAX_DEPTH_OF_CALLS :], f"{service}.{request.method}.{request.key}"),
    )


def _aware(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("no offset")
    return moment.astimezone(UTC)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_id(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARACTERS and value.isprintable()
