"""Nomination by self, by a peer and by the head; without consent nothing is kept."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.leadership.models import Nomination
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, TransitionNotAllowed
from shared.events import Event, leadership, people
from shared.ids import new_id
from shared.policy import Role
from shared.testing import principal, published
from tests.service.leadership.conftest import AT, Leadership

ME = UUID(int=1)
MYSELF = principal(Role.TEACHER, id=str(ME))
PEER = principal(Role.TEACHER, id=str(UUID(int=2)))
HEAD = principal(Role.SCHOOL_LEADER, "school:123456", id=str(UUID(int=3)))


@pytest.fixture(autouse=True)
def known(service: Leadership) -> None:
    """The person is known, and teaches at the head's school."""
    service.hears(people.PersonIdentified(occurred_at=AT, person_id=ME, met_by="itt"))
    service.hears(
        people.RoleBegun(
            occurred_at=AT,
            person_id=ME,
            role_period_id=UUID(int=10),
            role="teacher",
            school_urn="123456",
            begins_on=AT.date(),
        )
    )


def told(session: Session, kind: type[Event]) -> list[Any]:
    return [e for e in published(session) if isinstance(e, kind)]


def test_a_self_nomination_is_made_at_once_and_only_once(session: Session, service: Leadership) -> None:
    answers = [service.asked(MYSELF, "nominate", person_id=str(ME)) for _ in range(2)]

    (made,) = told(session, leadership.NominationMade)
    assert (made.person_id, made.source) == (ME, "self")
    assert (
        answers[0]
        == answers[1]
        == {
            "nomination_id": str(made.nomination_id),
            "person_id": str(ME),
            "proposed_by": str(ME),
            "source": "self",
            "proposed_on": "2026-09-01",
            "open_until": "2026-09-29",
            "state": "made",
            "suggestion_id": None,
        }
    )


@pytest.mark.parametrize(
    ("by", "wanted", "source"),
    [(PEER, None, "peer"), (PEER, "peer", "peer"), (HEAD, None, "head"), (HEAD, "peer", "peer")],
)
def test_a_nomination_by_a_colleague_waits_for_consent(
    session: Session, service: Leadership, by: Any, wanted: str | None, source: str
) -> None:
    asked = service.asked(by, "nominate", person_id=str(ME), source=wanted)

    (proposed,) = told(session, leadership.NominationProposed)
    assert (asked["state"], asked["source"], proposed.source) == ("awaiting_consent", source, source)
    assert told(session, leadership.NominationMade) == []
    (mine,) = service.asked(MYSELF, "mine")["nominations"]
    assert mine["proposed_by"] == by.id


def test_self_peer_and_head_may_all_nominate_the_same_person(session: Session, service: Leadership) -> None:
    for by in (MYSELF, PEER, HEAD):
        service.asked(by, "nominate", person_id=str(ME))

    assert [n["source"] for n in service.asked(MYSELF, "mine")["nominations"]] == ["self", "peer", "head"]


def test_a_head_of_another_school_is_a_peer_and_so_is_the_head_once_the_role_has_ended(
    session: Session, service: Leadership
) -> None:
    elsewhere = principal(Role.SCHOOL_LEADER, "school:654321")
    with pytest.raises(Invalid):
        service.asked(elsewhere, "nominate", person_id=str(ME), source="head")

    service.hears(
        people.RoleEnded(
            occurred_at=AT,
            person_id=ME,
            role_period_id=UUID(int=10),
            role="teacher",
            school_urn="123456",
            ended_on=AT.date(),
        )
    )

    assert service.asked(HEAD, "nominate", person_id=str(ME))["source"] == "peer"


def test_somebody_unknown_is_not_nominated_and_an_outsider_nominates_nobody(service: Leadership) -> None:
    with pytest.raises(NotFound):
        service.asked(PEER, "nominate", person_id=str(new_id()))
    with pytest.raises(NotAllowed):
        service.asked(principal(Role.OPERATOR), "nominate", person_id=str(ME))


def test_with_consent_the_nomination_is_made_once(session: Session, service: Leadership) -> None:
    id_ = service.asked(PEER, "nominate", person_id=str(ME))["nomination_id"]
    with pytest.raises(NotFound):
        service.asked(PEER, "consent_to_nomination", nomination_id=id_)

    for _ in range(2):
        made = service.asked(MYSELF, "consent_to_nomination", nomination_id=id_)

    assert (made["state"], made["proposed_by"]) == ("made", PEER.id)
    assert [e.source for e in told(session, leadership.NominationMade)] == ["peer"]
    assert service.waits_until(AT + timedelta(days=60)) == 0
    with pytest.raises(TransitionNotAllowed):
        service.asked(MYSELF, "refuse_nomination", nomination_id=id_)


def test_a_refused_nomination_is_blanked(session: Session, service: Leadership) -> None:
    id_ = service.asked(PEER, "nominate", person_id=str(ME))["nomination_id"]

    refused = service.asked(MYSELF, "refuse_nomination", nomination_id=id_)

    assert (refused["state"], refused["person_id"], refused["proposed_by"]) == ("refused", None, None)
    assert [e.cause for e in told(session, leadership.NominationLapsed)] == ["refused"]
    assert service.asked(MYSELF, "mine")["nominations"] == []
    with pytest.raises(NotFound):
        service.asked(MYSELF, "refuse_nomination", nomination_id=id_)


def test_a_nomination_without_consent_is_blanked_after_28_days(session: Session, service: Leadership) -> None:
    id_ = UUID(service.asked(PEER, "nominate", person_id=str(ME))["nomination_id"])

    assert service.waits_until(AT + timedelta(days=28)) == 0
    assert service.waits_until(AT + timedelta(days=29)) == 1
    service.entrypoints.nomination_expires(session, service.at, f"nomination/{id_}")

    row = session.get_one(Nomination, id_)
    assert (row.state, row.person_id, row.proposed_by) == ("expired", None, None)
    assert [e.cause for e in told(session, leadership.NominationLapsed)] == ["expired"]


def test_consent_to_a_nomination_is_given_in_its_28_days_even_when_the_timer_is_late(
    service: Leadership,
) -> None:
    id_ = service.asked(PEER, "nominate", person_id=str(ME))["nomination_id"]
    service.at = AT + timedelta(days=29)

    with pytest.raises(Conflict, match="2026-09-29"):
        service.asked(MYSELF, "consent_to_nomination", nomination_id=id_)

    service.at = AT + timedelta(days=28)
    assert service.asked(MYSELF, "consent_to_nomination", nomination_id=id_)["state"] == "made"


def test_what_is_held_is_shown_to_persons_only(service: Leadership) -> None:
    assert service.asked(MYSELF, "mine") == {"suggestions": [], "nominations": [], "signals": []}
    with pytest.raises(NotFound):
        service.asked(principal(Role.OPERATOR, id="operator"), "mine")
    with pytest.raises(NotAllowed):
        service.asked(principal(Role.OPERATOR), "mine")
