"""The national teacher register over HTTP: the TRN requests of the Department's Teaching Record System, version 3.

A request is made by POST under an id of ours, and read by GET under the same id; ``Completed`` brings the TRN,
``Pending`` says that somebody there decides. An id that is known already is answered 409, and then read.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    stop_any,
)
from tenacity.stop import stop_base
from tenacity.wait import wait_random_exponential

from services.itt.domain.trn_requests import Applicant, Problem
from services.itt.register import RegisterAway, RegisterProblem
from shared.config import settings

API_VERSION = "20240606"
ATTEMPTS, LONGEST_S, LONGEST_PAUSE_S = 3, 20.0, 5.0
MOST_BYTES = 64 * 1024
CONFLICT, MISSING, TIMEOUT, TOO_MANY = 409, 404, 408, 429
AGAIN = frozenset({TIMEOUT, 425, TOO_MANY})
# Ours to mend, and the same for every request: a token that is wrong or has ended, an address that has moved.
NOT_SET_UP = frozenset({301, 302, 303, 307, 308, 401, 403})
_EXPONENTIAL = wait_random_exponential(multiplier=0.5, max=LONGEST_PAUSE_S)


class _Stay(HTTPRedirectHandler):
    """Another address would be told the token: whoever moves the register changes the setting."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpRegister:
    """``timeout_s``: how long each part of an answer is waited for; ``sleep`` pauses between attempts."""

    url: str
    token: str
    timeout_s: float
    sleep: Callable[[float], None] = time.sleep

    def ask(self, request_id: UUID, applicant: Applicant, *, known: bool) -> str | None:
        """The TRN, or None while it is pending; ``known``: the register has this request already.

        Raises RegisterAway (ask again later), RegisterProblem (somebody has to look).
        """
        reply = self._read(request_id) if known else self._make(request_id, applicant)
        if known and reply.status == MISSING:
            reply = self._make(request_id, applicant)
        if reply.status == CONFLICT:
            reply = self._read(request_id)
        if reply.status != 200:
            raise RegisterProblem(Problem.REFUSED, f"the register answered {reply.status}")
        return _trn(reply.body, request_id)

    def _make(self, request_id: UUID, applicant: Applicant) -> _Reply:
        return self._politely("POST", "/v3/trn-requests", _body(request_id, applicant))

    def _read(self, request_id: UUID) -> _Reply:
        return self._politely("GET", f"/v3/trn-requests?requestId={quote(str(request_id))}", None)

    def _politely(self, method: str, path: str, body: bytes | None) -> _Reply:
        """Ask a few times, with pauses that the register may choose, for what another attempt can mend."""
        attempts = Retrying(
            retry=retry_if_exception_type(RegisterAway),
            stop=stop_any(stop_after_attempt(ATTEMPTS), stop_after_delay(LONGEST_S), _ForLong()),
            wait=_pause,
            sleep=self.sleep,
            reraise=True,
        )
        return attempts(self._once, method, path, body)

    def _once(self, method: str, path: str, body: bytes | None) -> _Reply:
        request = Request(self.url.rstrip("/") + path, body, self._headers(), method=method)
        try:
            with build_opener(_Stay).open(request, timeout=self.timeout_s) as answer:
                return _Reply(answer.status, _bounded(answer, time.monotonic() + self.timeout_s))
        except HTTPError as error:
            return _not_well(error)
        except (URLError, HTTPException, OSError) as error:
            raise RegisterAway(f"no answer: {type(error).__name__}") from None

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "X-Api-Version": API_VERSION,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }


def outside_register() -> HttpRegister | None:
    """The register that the settings name; None: the embedded one."""
    told = settings()
    if told.teacher_register_url is None:
        return None
    return HttpRegister(
        told.teacher_register_url, told.teacher_register_token or "", told.teacher_register_timeout_s
    )


def _body(request_id: UUID, applicant: Applicant) -> bytes:
    first, _, middle = applicant.first_names.strip().partition(" ")
    person = {
        "firstName": first,
        "middleName": middle.strip() or None,
        "lastName": applicant.last_name,
        "dateOfBirth": applicant.date_of_birth.isoformat(),
        "emailAddresses": [applicant.email] if applicant.email else [],
    }
    return json.dumps({"requestId": str(request_id), "person": person}).encode()


def _bounded(answer: Any, until: float) -> bytes:
    """The body, unless it is longer or slower than an answer can be. Raises RegisterAway, RegisterProblem."""
    body = b""
    while part := answer.read1(MOST_BYTES):
        body += part
        if len(body) > MOST_BYTES:
            raise RegisterProblem(Problem.UNREADABLE, "the answer is too long")
        if time.monotonic() > until:
            raise RegisterAway("the answer took too long")
    return body


def _not_well(error: HTTPError) -> _Reply:
    """An answer that is no answer to the question is raised; what says something about it is given back."""
    with error:
        after_s = _seconds(error.headers.get("Retry-After"))
    said = f"the register answered {error.code}"
    if error.code in NOT_SET_UP:
        raise RegisterAway(said, after_s, for_long=True)
    if error.code >= 500 or error.code in AGAIN:
        raise RegisterAway(said, after_s, for_long=after_s > LONGEST_PAUSE_S)
    return _Reply(error.code, b"")


def _seconds(text: str | None) -> float:
    """What Retry-After says; a date is as good as nothing, for clocks differ."""
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 0.0


class _ForLong(stop_base):
    """Another attempt in a moment is no use."""

    def __call__(self, retry_state: RetryCallState) -> bool:
        error = _away(retry_state)
        return error is not None and error.for_long


def _pause(state: RetryCallState) -> float:
    error = _away(state)
    return error.after_s if error is not None and error.after_s else _EXPONENTIAL(state)


def _away(state: RetryCallState) -> RegisterAway | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, RegisterAway) else None


def _trn(body: bytes, request_id: UUID) -> str | None:
    """What a well-formed answer says. Raises RegisterProblem for any other."""
    try:
        told = json.loads(body)
        status, trn, about = told["status"], told.get("trn"), told.get("requestId", str(request_id))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise RegisterProblem(Problem.UNREADABLE, "the answer is not what was agreed") from None
    if str(about).lower() != str(request_id):
        raise RegisterProblem(Problem.UNREADABLE, "the answer is about another request")
    if status == "Pending" or (status == "Completed" and trn in (None, "")):
        return None
    if status == "Completed" and isinstance(trn, str):
        return trn
    raise RegisterProblem(Problem.REFUSED if status == "Rejected" else Problem.UNREADABLE, "no TRN")
