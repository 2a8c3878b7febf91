"""Causes for concern: raised by provider or mentor, supported by a plan, looked at in time, and ended."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from eventlet import GreenPool
from sqlalchemy.orm import Session

from services.itt.handlers import concerns
from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, TransitionNotAllowed
from shared.events.training import ConcernRaised, SupportPlanAgreed, SupportReviewDue
from shared.ids import new_id
from shared.policy import Principal, Role
from shared.testing.kit import principal, published
from tests.service.itt.conftest import Itt, Kept
from tests.service.itt.kit import (
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    arranged,
    due,
    last,
    register,
    types,
    with_trn,
)
from tests.service.itt.test_outcomes import WITHDRAWAL

RAISED: dict[str, Any] = {
    "standards": ["7", "part_two"],
    "description": "Loses the class of 9B; O'Brien saw it",
}
PLAN: dict[str, Any] = {
    "actions": [{"what": "Observe two lessons", "who": "Ruth Hall", "due_on": "2026-12-01"}],
    "review_on": "2026-12-07",
}
REVIEW_AT = datetime(2026, 12, 7, 8, tzinfo=UTC)


@pytest.fixture
def trainee_id(session: Session) -> UUID:
    return with_trn(session)


@pytest.fixture
def mentor(session: Session, trainee_id: UUID) -> Principal:
    placed = arranged(session, trainee_id, 1, "123456")["placements"][0]
    return principal(Role.MENTOR, id=str(placed["mentor"]["person_id"]))


def raised(itt: Itt, trainee_id: UUID, by: Principal = PROVIDER, **changes: Any) -> UUID:
    id_ = new_id()
    itt.asked(by, "raise_concern", trainee_id=trainee_id, concern_id=id_, **RAISED | changes)
    return id_


def supported(itt: Itt, trainee_id: UUID) -> UUID:
    id_ = raised(itt, trainee_id)
    itt.asked(PROVIDER, "agree_support_plan", concern_id=id_, **PLAN)
    return id_


def one(itt: Itt, trainee_id: UUID, concern_id: UUID, by: Principal = PROVIDER) -> Any:
    shown = itt.shown(by, trainee_id)["concerns"]
    return next(each for each in shown if each["concern_id"] == str(concern_id))


def test_a_mentor_raises_a_concern_and_the_trainee_and_the_provider_see_it(
    itt: Itt, session: Session, trainee_id: UUID, mentor: Principal
) -> None:
    id_ = raised(itt, trainee_id, mentor)
    event = last(session)
    assert isinstance(event, ConcernRaised)
    assert (event.standards, str(event.mentor_id)) == (("7", "part_two"), mentor.id)
    person_id = itt.shown(PROVIDER, trainee_id)["person_id"]
    for by in (PROVIDER, mentor, principal(Role.TRAINEE, id=person_id)):
        assert one(itt, trainee_id, id_, by)["description"] == RAISED["description"]
    assert "1 cause for concern open" in itt.shown(PROVIDER, trainee_id)["warnings"]


def test_what_was_written_stays_in_the_service(itt: Itt, session: Session, trainee_id: UUID) -> None:
    id_ = supported(itt, trainee_id)
    itt.asked(PROVIDER, "escalate_concern", concern_id=id_, escalation="Zebra crossing")
    told = repr(published(session))
    for written in ("9B", "Observe two lessons", "Zebra"):
        assert written not in told
        trail = audit_trail(session, f"trainee/{trainee_id}")
        assert not any(written in str(noted.changes) for noted in trail)
        assert any(written in str(noted.personal) for noted in trail)


def test_the_same_concern_again_changes_nothing_and_its_id_means_no_other(
    itt: Itt, session: Session, trainee_id: UUID
) -> None:
    ask = {"trainee_id": trainee_id, "concern_id": new_id(), **RAISED}
    first = itt.asked(PROVIDER, "raise_concern", **ask)
    assert itt.asked(PROVIDER, "raise_concern", **ask) == first
    assert types(session).count("itt.concern.raised.v1") == 1
    with pytest.raises(Conflict, match="something else"):
        itt.asked(PROVIDER, "raise_concern", **ask | {"description": "Otherwise"})


def test_there_may_be_two_concerns_at_once_each_with_its_own_way(itt: Itt, trainee_id: UUID) -> None:
    first, second = supported(itt, trainee_id), raised(itt, trainee_id, standards=["1"])
    itt.asked(PROVIDER, "resolve_concern", concern_id=first, outcome="Met")
    assert one(itt, trainee_id, first)["state"] == "resolved"
    assert one(itt, trainee_id, second)["state"] == "raised"
    assert "1 cause for concern open" in itt.shown(PROVIDER, trainee_id)["warnings"]


def test_a_plan_is_agreed_changed_and_looked_at(itt: Itt, session: Session, trainee_id: UUID) -> None:
    id_ = supported(itt, trainee_id)
    assert isinstance(last(session), SupportPlanAgreed)
    assert due(session, "support_review") == {f"concern/{id_}": REVIEW_AT}
    count = len(types(session))
    itt.asked(PROVIDER, "agree_support_plan", concern_id=id_, **PLAN)
    assert len(types(session)) == count
    itt.asked(PROVIDER, "agree_support_plan", concern_id=id_, **PLAN | {"review_on": "2026-12-14"})
    assert due(session, "support_review") == {f"concern/{id_}": REVIEW_AT + timedelta(days=7)}
    looked = {"concern_id": id_, "note": "Better", "review_on": "2027-01-11", "reviewed_on": "2026-11-23"}
    for _ in range(2):
        itt.asked(PROVIDER, "review_support_plan", **looked)
    shown = one(itt, trainee_id, id_)
    assert shown["reviews"] == [{"reviewed_on": "2026-11-23", "note": "Better"}]
    assert (shown["review_on"], types(session).count("itt.support_plan.reviewed.v1")) == ("2027-01-11", 1)


def test_a_plan_reminds_on_its_day_and_once_more_when_nobody_looked(
    itt: Itt, session: Session, trainee_id: UUID, mentor: Principal
) -> None:
    id_ = supported(itt, trainee_id)
    itt.fires("support_review", f"concern/{id_}", REVIEW_AT - timedelta(days=1))
    assert "itt.support_plan.review_due.v1" not in types(session)
    for at, overdue in [(REVIEW_AT, False), (REVIEW_AT + timedelta(days=7), True)]:
        itt.fires("support_review", f"concern/{id_}", at)
        event = last(session)
        assert isinstance(event, SupportReviewDue)
        assert (event.overdue, str(event.mentor_id)) == (overdue, mentor.id)
    assert due(session, "support_review") == {f"concern/{id_}": REVIEW_AT + timedelta(days=7)}


def test_nobody_is_reminded_of_what_is_over(itt: Itt, session: Session, trainee_id: UUID) -> None:
    resolved, left = supported(itt, trainee_id), supported(itt, trainee_id)
    itt.asked(PROVIDER, "resolve_concern", concern_id=resolved, outcome="Met")
    assert set(due(session, "support_review")) == {f"concern/{left}"}
    itt.asked(PROVIDER, "withdraw", trainee_id=trainee_id, **WITHDRAWAL)
    for id_ in (resolved, left, new_id()):
        itt.fires("support_review", f"concern/{id_}", REVIEW_AT)
    assert "itt.support_plan.review_due.v1" not in types(session)


def test_what_is_over_is_not_taken_up_again(itt: Itt, trainee_id: UUID) -> None:
    id_ = raised(itt, trainee_id)
    itt.asked(PROVIDER, "withdraw_concern", concern_id=id_, outcome="Meant for another class")
    for method, given in [
        ("agree_support_plan", PLAN),
        ("escalate_concern", {"escalation": "x"}),
        ("resolve_concern", {"outcome": "x"}),
    ]:
        with pytest.raises(TransitionNotAllowed, match="The concern"):
            itt.asked(PROVIDER, method, concern_id=id_, **given)
    assert one(itt, trainee_id, id_)["possible"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"standards": []}, "standards"),
        ({"standards": ["9"]}, "standards"),
        ({"description": ""}, "description"),
        ({"description": "   "}, "description"),
        ({"description": "a\0b"}, "description"),
        ({"raised_on": "2026-11-24"}, "raised_on"),
    ],
)
def test_a_concern_that_cannot_be_is_refused_by_field(
    itt: Itt, session: Session, trainee_id: UUID, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as raised_error:
        itt.asked(PROVIDER, "raise_concern", trainee_id=trainee_id, **RAISED | changes)
    assert list(raised_error.value.fields) == [field]
    assert itt.shown(PROVIDER, trainee_id)["concerns"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"actions": []}, "actions"),
        ({"actions": [{"what": "Observe", "who": "Ruth"}]}, "actions.0.due_on"),
        ({"actions": [{"what": " ", "who": "Ruth", "due_on": "2026-12-01"}]}, "actions"),
        ({"review_on": "2026-11-23"}, "review_on"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_by_field(
    itt: Itt, trainee_id: UUID, changes: dict[str, Any], field: str
) -> None:
    id_ = raised(itt, trainee_id)
    with pytest.raises(Invalid) as raised_error:
        itt.asked(PROVIDER, "agree_support_plan", concern_id=id_, **PLAN | changes)
    assert list(raised_error.value.fields) == [field]
    assert one(itt, trainee_id, id_)["state"] == "raised"


def test_a_mentor_withdraws_only_a_concern_of_their_own(
    itt: Itt, trainee_id: UUID, mentor: Principal
) -> None:
    own, other = raised(itt, trainee_id, mentor), raised(itt, trainee_id)
    with pytest.raises(NotAllowed):
        itt.asked(mentor, "withdraw_concern", concern_id=other, outcome="x")
    itt.asked(mentor, "withdraw_concern", concern_id=own, outcome="Wrong trainee")
    assert one(itt, trainee_id, own)["state"] == "withdrawn"


def test_a_draft_has_no_concerns(itt: Itt, session: Session) -> None:
    made = itt.asked(PROVIDER, "get_trainee", trainee_id=register(session))
    itt.asked(PROVIDER, "withdraw", trainee_id=made["trainee_id"], **WITHDRAWAL)
    with pytest.raises(Conflict, match="in training"):
        itt.asked(PROVIDER, "raise_concern", trainee_id=made["trainee_id"], **RAISED)


def test_a_stranger_does_not_know_of_a_concern(itt: Itt, trainee_id: UUID) -> None:
    for by, id_ in ((OTHER_PROVIDER, raised(itt, trainee_id)), (PROVIDER, new_id())):
        with pytest.raises(NotFound, match="There is no concern"):
            itt.asked(by, "resolve_concern", concern_id=id_, outcome="x")


def test_one_of_many_who_resolve_at_once_does_and_the_others_are_told(kept: Kept) -> None:
    def prepared(session: Session) -> UUID:
        itt = Itt(session)
        return supported(itt, with_trn(session))

    concern_id = kept(prepared)

    def client(number: int) -> str:
        asked: dict[str, Any] = {"concern_id": concern_id, "outcome": f"Met, says {number}"}
        try:
            kept(lambda session: concerns.resolve_concern(session, NOW, PROVIDER, **asked))
        except TransitionNotAllowed:
            return "told"
        return "resolved"

    assert sorted(GreenPool(8).imap(client, range(8))) == ["resolved"] + ["told"] * 7
