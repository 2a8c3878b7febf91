"""A TRN from a register outside: asked for in no transaction, noted once, and nothing lost or overwritten."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.corrections import DiscardCode
from services.itt.handlers import outcomes, removal, trn, trn_requests
from services.itt.http_register import HttpRegister
from services.itt.register import EmbeddedRegister, RegisterAway
from shared.audit import audit_trail
from shared.config import settings
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.events.itt import TrnDelayed, TrnReceived
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing.kit import principal, published
from shared.testing.register import HANG_UP, TOKEN, RegisterServer
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import ADMIN, NOW, OTHER_PROVIDER, PROVIDER, TODAY, due, register, types

HOUR = timedelta(hours=1)


class OneSession:
    """Makes the sessions of the errand: the test's own, whose transaction stays open."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self) -> Any:
        return self

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def begin(self) -> Any:
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, service_database: str) -> Iterator[RegisterServer]:
    with RegisterServer() as made:
        monkeypatch.setenv("TEACHER_REGISTER_URL", made.url)
        monkeypatch.setenv("TEACHER_REGISTER_TOKEN", TOKEN)
        settings.cache_clear()
        yield made
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def trainee_id(server: RegisterServer, session: Session) -> UUID:
    """A trainee whose TRN is to be asked for."""
    made = register(session)
    trn.request_trn(session, NOW, f"trainee/{made}")
    session.flush()
    return made


def asks(
    session: Session, server: RegisterServer, trainee_id: UUID, now: Any = NOW
) -> Callable[[Session], None]:
    """The errand up to the answer: what it gives back is to be noted."""
    http = HttpRegister(server.url, TOKEN, 1.0, sleep=lambda _: None)
    return trn_requests.ask_register(OneSession(session), now, f"trainee/{trainee_id}", http)  # type: ignore[arg-type]


def goes(session: Session, server: RegisterServer, trainee_id: UUID, now: Any = NOW) -> None:
    """The whole errand."""
    asks(session, server, trainee_id, now)(session)
    session.flush()


def request(session: Session, trainee_id: UUID) -> models.TrnRequest:
    return session.scalars(select(models.TrnRequest).filter_by(trainee_id=trainee_id)).one()


def row(session: Session, trainee_id: UUID) -> models.Trainee:
    return session.get_one(models.Trainee, trainee_id)


def problems(session: Session) -> list[str]:
    return [event.because for event in published(session) if isinstance(event, TrnDelayed)]


def test_the_deadline_asks_nobody_and_leaves_an_errand(session: Session, trainee_id: UUID) -> None:
    assert row(session, trainee_id).trn is None
    assert due(session, "ask_register") == {f"trainee/{trainee_id}": NOW}
    assert request(session, trainee_id).state == "to_ask"


def test_a_number_is_noted_once_and_told(session: Session, server: RegisterServer, trainee_id: UUID) -> None:
    goes(session, server, trainee_id)
    noted = row(session, trainee_id)
    assert (noted.trn, noted.state) == ("3000001", "trn_received")
    assert (request(session, trainee_id).state, due(session, "trn_overdue")) == ("answered", {})
    goes(session, server, trainee_id)
    assert types(session).count(TrnReceived.TYPE) == 1
    assert len(server.heard) == 1, "what is known is not asked for"


def test_a_process_that_died_after_asking_asks_by_the_same_id_and_gets_the_same_number(
    session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    asks(session, server, trainee_id)
    goes(session, server, trainee_id)
    assert row(session, trainee_id).trn == "3000001"
    assert {each["requestId"] for each in server.made} == {str(request(session, trainee_id).id)}


def test_what_is_pending_is_read_again_every_hour_and_a_blank_overwrites_nothing(
    session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    server.pending = True
    goes(session, server, trainee_id)
    assert request(session, trainee_id).state == "pending"
    assert due(session, "ask_register") == {f"trainee/{trainee_id}": NOW + HOUR}
    trn.receive_trn(session, NOW, ADMIN, trainee_id=trainee_id, trn="4000001")
    goes(session, server, trainee_id, NOW + HOUR)
    assert (row(session, trainee_id).trn, request(session, trainee_id).state) == ("4000001", "not_needed")


def test_a_number_that_came_while_the_register_was_asked_stays(
    session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    note = asks(session, server, trainee_id)
    trn.receive_trn(session, NOW, ADMIN, trainee_id=trainee_id, trn="4000001")
    note(session)
    assert row(session, trainee_id).trn == "4000001"
    assert (request(session, trainee_id).problem, problems(session)) == ("another_number", ["another_number"])
    trn.receive_trn(session, NOW, ADMIN, trainee_id=trainee_id, trn="4000001")
    found = request(session, trainee_id)
    assert (found.state, found.problem) == ("answered", None), "somebody has looked"


def test_the_same_number_that_came_by_another_way_is_no_problem(
    session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    note = asks(session, server, trainee_id)
    trn.receive_trn(session, NOW, ADMIN, trainee_id=trainee_id, trn="3000001")
    note(session)
    assert (request(session, trainee_id).state, problems(session)) == ("answered", [])


def test_a_trainee_who_was_discarded_meanwhile_is_left_alone(
    session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    note = asks(session, server, trainee_id)
    removal.remove(
        session, NOW, ADMIN, [row(session, trainee_id)], DiscardCode.IMPORT_UNDONE, "The wrong file"
    )
    assert (due(session, "ask_register"), due(session, "trn_overdue")) == ({}, {})
    note(session)
    goes(session, server, trainee_id)
    assert (row(session, trainee_id).trn, request(session, trainee_id).state) == (None, "not_needed")


def test_a_number_for_somebody_deferred_meanwhile_is_stored_and_the_state_stays(
    session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    note = asks(session, server, trainee_id)
    outcomes.defer(session, NOW, PROVIDER, trainee_id=trainee_id, deferred_on=TODAY, reason="Illness")
    note(session)
    assert (row(session, trainee_id).trn, row(session, trainee_id).state) == ("3000001", "deferred")


@pytest.mark.parametrize("junk", ["12345", "30000011", "300000x", "not known", "٣٠٠٠٠٠١"])
def test_junk_is_a_problem_for_a_person_and_not_asked_for_again(
    session: Session, server: RegisterServer, trainee_id: UUID, junk: str
) -> None:
    server.numbers = [junk]
    goes(session, server, trainee_id)
    found = request(session, trainee_id)
    assert (found.state, found.problem, row(session, trainee_id).trn) == ("problem", "not_a_trn", None)
    goes(session, server, trainee_id)
    assert problems(session) == ["not_a_trn"]
    (*_, last) = audit_trail(session, f"trainee/{trainee_id}")
    assert (last.action, last.personal) == ("trainee.trn_problem", {"answer": junk})


def test_somebody_elses_number_is_a_problem(
    session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    EmbeddedRegister(session).note("3000001", {new_id()}, NOW)
    goes(session, server, trainee_id)
    assert (request(session, trainee_id).problem, row(session, trainee_id).trn) == ("somebody_elses", None)


def merged(itt: Itt, session: Session, trainee_id: UUID) -> UUID:
    """Another id that means the trainee's person."""
    from shared.events.people import PersonMerged

    other = new_id()
    itt.hears(PersonMerged(occurred_at=NOW, person_id=row(session, trainee_id).person_id, merged_id=other))
    return other


def test_the_number_of_a_merged_person_is_the_persons(
    itt: Itt, session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    EmbeddedRegister(session).note("3000001", {merged(itt, session, trainee_id)}, NOW)
    goes(session, server, trainee_id)
    assert row(session, trainee_id).trn == "3000001"


def test_a_second_number_for_a_merged_person_is_a_problem(
    itt: Itt, session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    EmbeddedRegister(session).note("4000001", {merged(itt, session, trainee_id)}, NOW)
    goes(session, server, trainee_id)
    assert (request(session, trainee_id).problem, row(session, trainee_id).trn) == ("another_number", None)


def test_a_refusal_is_told_and_after_a_correction_asked_again_by_the_same_id(
    itt: Itt, session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    server.next = [(400, {"title": "no"}, {})]
    goes(session, server, trainee_id)
    (only,) = itt.asked(PROVIDER, "list_trn_requests", provider_code="2A5", state="problem")["items"]
    assert (only["trainee_id"], only["problem"], only["answers"]) == (str(trainee_id), "refused", 1)
    again = itt.asked(PROVIDER, "ask_register_again", trainee_id=trainee_id, reason="The name was wrong")
    assert (again["state"], again["problem"], again["request_id"]) == ("to_ask", None, only["request_id"])
    goes(session, server, trainee_id)
    assert row(session, trainee_id).trn == "3000001"
    with pytest.raises(Conflict, match="has come"):
        itt.asked(PROVIDER, "ask_register_again", trainee_id=trainee_id, reason="Once more")


def test_a_register_that_is_away_loses_nothing(
    session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    server.next = [HANG_UP] * 3
    with pytest.raises(RegisterAway):
        asks(session, server, trainee_id)
    goes(session, server, trainee_id)
    assert row(session, trainee_id).trn == "3000001"


def test_without_a_register_outside_the_embedded_one_gives_what_is_still_missing(
    itt: Itt, session: Session, trainee_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEACHER_REGISTER_URL")
    settings.cache_clear()
    make: Any = OneSession(session)
    trn_requests.ask_register(make, NOW, f"trainee/{trainee_id}", None)(session)
    assert f"trainee/{trainee_id}" in due(session, "request_trn")
    itt.fires("request_trn", trainee_id)
    assert row(session, trainee_id).trn is not None


def test_a_trn_that_is_still_missing_is_told_once(itt: Itt, session: Session, trainee_id: UUID) -> None:
    (at,) = due(session, "trn_overdue").values()
    assert (at - NOW).days in (3, 4)
    itt.fires("trn_overdue", trainee_id, at)
    assert problems(session) == ["still_missing"]
    trn.receive_trn(session, NOW, ADMIN, trainee_id=trainee_id, trn="4000001")
    itt.fires("trn_overdue", trainee_id, at)
    itt.fires("trn_overdue", new_id(), at)
    assert problems(session) == ["still_missing"]


def test_asked_for_anew_after_a_deferral_it_is_the_same_request(
    session: Session, server: RegisterServer, trainee_id: UUID
) -> None:
    before = request(session, trainee_id).id
    server.numbers = ["junk"]
    goes(session, server, trainee_id)
    trn.request_trn(session, NOW, f"trainee/{trainee_id}")
    assert (request(session, trainee_id).id, request(session, trainee_id).state) == (before, "to_ask")


WHO: dict[str, tuple[Principal, type[Exception] | None, type[Exception] | None]] = {
    "provider": (PROVIDER, None, None),
    "operator": (ADMIN, None, None),
    "another provider": (OTHER_PROVIDER, NotAllowed, NotFound),
    "lead school": (principal(Role.LEAD_SCHOOL, "school:123456"), NotAllowed, NotFound),
    "mentor": (principal(Role.MENTOR), NotAllowed, NotFound),
    "trainee": (principal(Role.TRAINEE), NotAllowed, NotFound),
    "analyst": (principal(Role.NATIONAL_ANALYST), NotAllowed, NotFound),
}


@pytest.mark.parametrize("who", WHO)
def test_who_sees_what_was_asked_and_has_it_asked_again(itt: Itt, trainee_id: UUID, who: str) -> None:
    by, listing, asking = WHO[who]
    for method, given, refused in (
        ("list_trn_requests", {"provider_code": "2A5"}, listing),
        ("ask_register_again", {"trainee_id": trainee_id, "reason": "Please"}, asking),
    ):
        if refused is None:
            assert itt.asked(by, method, **given)
        else:
            with pytest.raises(refused):
                itt.asked(by, method, **given)


def test_only_an_operator_sees_the_requests_of_all(itt: Itt, trainee_id: UUID) -> None:
    assert len(itt.asked(ADMIN, "list_trn_requests")["items"]) == 1
    assert itt.asked(ADMIN, "list_trn_requests", provider_code="1TZ")["items"] == []
    with pytest.raises(NotAllowed):
        itt.asked(PROVIDER, "list_trn_requests")


@pytest.mark.parametrize(
    ("method", "given", "field"),
    [
        ("list_trn_requests", {"provider_code": "nobody"}, "provider_code"),
        ("list_trn_requests", {"state": "lost"}, "state"),
        ("list_trn_requests", {"limit": 0}, "limit"),
        ("ask_register_again", {"trainee_id": "x", "reason": "Please"}, "trainee_id"),
        ("ask_register_again", {"trainee_id": str(uuid4())}, "reason"),
        ("ask_register_again", {"trainee_id": str(uuid4()), "reason": "x" * 501}, "reason"),
        ("ask_register_again", {"trainee_id": str(uuid4()), "reason": "a\0b"}, "reason"),
    ],
)
def test_what_is_wrong_is_named(itt: Itt, method: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        itt.asked(ADMIN, method, **given)
    assert field in raised.value.fields


def test_nothing_is_asked_again_that_never_was(itt: Itt, session: Session) -> None:
    with pytest.raises(NotFound, match="No register"):
        itt.asked(PROVIDER, "ask_register_again", trainee_id=register(session), reason="Please")
