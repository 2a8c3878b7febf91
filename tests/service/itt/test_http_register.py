"""The national register over HTTP: what is sent, what is asked again, and what is not."""

import time
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.itt.domain.trn_requests import Applicant, Problem
from services.itt.http_register import HttpRegister, outside_register
from services.itt.register import RegisterAway, RegisterProblem
from shared.config import settings
from shared.testing.register import HANG_UP, TOKEN, RegisterServer

ASKED = uuid4()
SIOBHAN = Applicant("Siobhán Máire Áine", "O'Neill", date(2001, 2, 28), "siobhan@example.org")


@pytest.fixture
def server() -> Iterator[RegisterServer]:
    with RegisterServer() as made:
        yield made


class Pauses(list[float]):
    """How long the adapter would have slept between attempts."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def register(server: RegisterServer, **more: Any) -> HttpRegister:
    given: dict[str, Any] = {"url": server.url, "token": TOKEN, "timeout_s": 0.5, "sleep": Pauses()}
    return HttpRegister(**given | more)


def test_a_request_says_who_it_is_and_an_answer_brings_the_trn(server: RegisterServer) -> None:
    assert register(server).ask(ASKED, SIOBHAN, known=False) == "3000001"
    ((method, path, headers, body),) = server.heard
    assert (method, path, headers["x-api-version"]) == ("POST", "/v3/trn-requests", "20240606")
    assert body == {
        "requestId": str(ASKED),
        "person": {
            "firstName": "Siobhán",
            "middleName": "Máire Áine",
            "lastName": "O'Neill",
            "dateOfBirth": "2001-02-28",
            "emailAddresses": ["siobhan@example.org"],
        },
    }


def test_one_name_and_no_address_are_enough(server: RegisterServer) -> None:
    register(server).ask(ASKED, Applicant("Li", "Wu", date(2001, 2, 28), None), known=False)
    assert server.made[0]["person"] | {"dateOfBirth": ""} == {
        "firstName": "Li",
        "middleName": None,
        "lastName": "Wu",
        "dateOfBirth": "",
        "emailAddresses": [],
    }


def test_asked_twice_by_one_id_it_gives_one_number(server: RegisterServer) -> None:
    first = register(server).ask(ASKED, SIOBHAN, known=False)
    assert register(server).ask(ASKED, SIOBHAN, known=False) == first
    assert len(server.requests) == 1


def test_what_is_pending_is_read_until_somebody_has_decided(server: RegisterServer) -> None:
    server.pending = True
    assert register(server).ask(ASKED, SIOBHAN, known=False) is None
    assert register(server).ask(ASKED, SIOBHAN, known=True) is None
    server.decide()
    assert register(server).ask(ASKED, SIOBHAN, known=True) == "3000001"
    assert [method for method, *_ in server.heard] == ["POST", "GET", "GET"]


def test_a_request_that_the_register_has_lost_is_made_again(server: RegisterServer) -> None:
    assert register(server).ask(ASKED, SIOBHAN, known=True) == "3000001"
    assert [method for method, *_ in server.heard] == ["GET", "POST"]


@pytest.mark.parametrize(
    "passing", [(500, b"", {}), (503, b"", {}), (429, b"", {}), (408, b"", {}), HANG_UP], ids=str
)
def test_what_another_attempt_can_mend_is_tried_again(server: RegisterServer, passing: Any) -> None:
    server.next = [passing, passing]
    assert register(server).ask(ASKED, SIOBHAN, known=False) == "3000001"
    assert len(server.heard) == 3


def test_the_register_chooses_the_pause(server: RegisterServer) -> None:
    server.next, pauses = [(429, b"", {"Retry-After": "3"})], Pauses()
    register(server, sleep=pauses).ask(ASKED, SIOBHAN, known=False)
    assert pauses == [3.0]


def test_who_asks_to_be_left_alone_for_long_is(server: RegisterServer) -> None:
    server.next = [(503, b"", {"Retry-After": "900"})]
    with pytest.raises(RegisterAway) as raised:
        register(server).ask(ASKED, SIOBHAN, known=False)
    assert (raised.value.after_s, len(server.heard)) == (900.0, 1)


@pytest.mark.parametrize("said", ["Fri, 27 Nov 2026 09:00:00 GMT", "-5", "9" * 400, "٣"])
def test_a_pause_that_is_no_number_of_seconds_is_as_good_as_none(server: RegisterServer, said: str) -> None:
    server.next = [(503, b"", {"Retry-After": said.encode().decode("latin-1")})]
    assert register(server).ask(ASKED, SIOBHAN, known=False) == "3000001"


def test_attempts_end(server: RegisterServer) -> None:
    server.next = [(500, b"", {})] * 9
    with pytest.raises(RegisterAway, match="500"):
        register(server).ask(ASKED, SIOBHAN, known=False)
    assert len(server.heard) == 3


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_a_refusal_is_for_somebody_to_look_at_and_is_not_tried_again(
    server: RegisterServer, status: int
) -> None:
    server.next = [(status, {"title": "no"}, {})]
    with pytest.raises(RegisterProblem) as raised:
        register(server).ask(ASKED, SIOBHAN, known=False)
    assert (raised.value.problem, len(server.heard)) == (Problem.REFUSED, 1)


@pytest.mark.parametrize("status", [401, 403, 302])
def test_a_wrong_token_or_address_is_ours_to_mend_and_asks_again_much_later(
    server: RegisterServer, status: int
) -> None:
    server.next = [(status, b"", {"Location": f"{server.url}/elsewhere"})]
    with pytest.raises(RegisterAway, match=str(status)):
        register(server).ask(ASKED, SIOBHAN, known=False)
    assert len(server.heard) == 1, "the token is told to no other address"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<html>busy</html>", Problem.UNREADABLE),
        (b"", Problem.UNREADABLE),
        (b"[]", Problem.UNREADABLE),
        (b"\xff\xfe", Problem.UNREADABLE),
        (b"[" * 60_000, Problem.UNREADABLE),
        (b" " * 70_000, Problem.UNREADABLE),
        ({"status": "Completed", "trn": 3000001}, Problem.UNREADABLE),
        ({"status": "Lost", "trn": None}, Problem.UNREADABLE),
        ({"status": "Completed", "trn": "3000001", "requestId": "another"}, Problem.UNREADABLE),
        ({"status": "Rejected", "trn": None}, Problem.REFUSED),
    ],
    ids=lambda value: str(value)[:20],
)
def test_junk_is_for_somebody_to_look_at(server: RegisterServer, body: Any, problem: Problem) -> None:
    server.next = [(200, body, {})]
    with pytest.raises(RegisterProblem) as raised:
        register(server).ask(ASKED, SIOBHAN, known=False)
    assert raised.value.problem == problem


@pytest.mark.parametrize("blank", [None, ""])
def test_a_completed_request_without_a_number_is_as_good_as_pending(
    server: RegisterServer, blank: str | None
) -> None:
    server.next = [(200, {"status": "Completed", "trn": blank}, {})]
    assert register(server).ask(ASKED, SIOBHAN, known=False) is None


def test_a_slow_register_is_not_waited_for(server: RegisterServer) -> None:
    server.waits_s, began = 5.0, time.monotonic()
    with pytest.raises(RegisterAway, match="no answer"):
        register(server, timeout_s=0.2).ask(ASKED, SIOBHAN, known=False)
    assert time.monotonic() - began < 2


def test_nobody_at_home(server: RegisterServer) -> None:
    with pytest.raises(RegisterAway, match="no answer") as raised:
        register(server, url="http://127.0.0.1:9").ask(ASKED, SIOBHAN, known=False)
    assert "siobhan" not in str(raised.value).lower()


def test_the_settings_choose_the_register(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    assert outside_register() is None
    monkeypatch.setenv("TEACHER_REGISTER_URL", "https://register.example.org/")
    monkeypatch.setenv("TEACHER_REGISTER_TOKEN", TOKEN)
    settings.cache_clear()
    try:
        made = outside_register()
        assert made is not None
        assert (made.url, made.token, made.timeout_s) == ("https://register.example.org/", TOKEN, 10.0)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
