"""The panel: who sits, conflicts of interest, votes, and the decision of the majority."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.itt.domain import accreditation_panel as panel
from services.itt.domain.accreditation import Accreditation, Change, Decision, Member, Outcome, State
from shared.errors import Conflict, Invalid, NotFound, TransitionNotAllowed
from shared.events.accreditation import (
    AccreditationDecisionAnnulled,
    AccreditationGranted,
    AccreditationInterestsDeclared,
    AccreditationMemberInvited,
    AccreditationPanelChanged,
    AccreditationPanelConvened,
    AccreditationRefused,
    AccreditationVoted,
    ProviderAccreditationUndone,
    ProviderAccredited,
)
from tests.unit.itt.accreditation_builders import (
    CHAIR,
    FOURTH,
    NOW,
    SECOND,
    THIRD,
    TODAY,
    application,
    before_panel,
    granting,
    member,
    refusing,
    voted,
)

TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
THREE = (member(CHAIR), member(SECOND), member(THIRD))
YES, NO = Outcome.ACCREDITED, Outcome.REFUSED


def test_three_are_invited_one_of_them_to_the_chair() -> None:
    after, (convened, *invited) = panel.convene(application(State.SUBMITTED), TOMORROW, CHAIR, THREE, NOW)
    assert (after.state, after.members, after.meets_on) == (State.PANEL, THREE, TOMORROW)
    assert isinstance(convened, AccreditationPanelConvened)
    said = [(e.person_id, e.chair) for e in invited if isinstance(e, AccreditationMemberInvited)]
    assert said == [(CHAIR, True), (SECOND, False), (THIRD, False)]


WRONG: list[tuple[date, Any, tuple[Member, ...], dict[str, int]]] = [
    (TOMORROW, CHAIR, THREE[:2], {"members": 1}),
    (TOMORROW, CHAIR, (*THREE, THREE[0]), {"members": 1}),
    (TOMORROW, FOURTH, THREE, {"chair_id": 1}),
    (YESTERDAY, CHAIR, THREE, {"meets_on": 1}),
    (TOMORROW, CHAIR, (*THREE, member(FOURTH, "provider:2LS")), {"members": 1}),
    (TOMORROW, CHAIR, (*THREE, member(FOURTH, "school:990101")), {"members": 1}),
    (TOMORROW, CHAIR, (*THREE, member(FOURTH, "school:990102", "body:x")), {"members": 1}),
    (YESTERDAY, FOURTH, (), {"members": 1, "chair_id": 1, "meets_on": 1}),
]


@pytest.mark.parametrize(("meets_on", "chair", "members", "wrong"), WRONG)
def test_a_panel_that_cannot_sit_is_refused_with_all_that_is_wrong(
    meets_on: date, chair: Any, members: tuple[Member, ...], wrong: dict[str, int]
) -> None:
    with pytest.raises(Invalid) as refused:
        panel.convene(application(State.SUBMITTED), meets_on, chair, members, NOW)
    assert {name: len(told) for name, told in refused.value.fields.items()} == wrong


def test_a_panel_may_meet_today_and_its_members_belong_elsewhere() -> None:
    members = (*THREE, member(FOURTH, "school:999999", "provider:3LS"))
    after, _ = panel.convene(application(State.SUBMITTED), TODAY, CHAIR, members, NOW)
    assert after.members == members


def test_one_more_is_invited_once() -> None:
    after, (event,) = panel.invite(before_panel(), member(FOURTH), NOW)
    assert isinstance(event, AccreditationMemberInvited)
    assert (event.person_id, event.chair, event.meets_on) == (FOURTH, False, TODAY)
    assert panel.invite(after, member(FOURTH), NOW) == (after, ())


def test_nobody_with_an_interest_is_invited() -> None:
    with pytest.raises(Invalid, match="O'Neill belongs to school:990103"):
        panel.invite(before_panel(), member(FOURTH, "school:990103"), NOW)


def test_the_panel_meets_on_another_day_under_somebody_else() -> None:
    after, (event,) = panel.change(before_panel(), TOMORROW, SECOND, NOW)
    assert (after.meets_on, after.chair_id) == (TOMORROW, SECOND)
    assert isinstance(event, AccreditationPanelChanged)
    assert event.changed == ("meets_on", "chair_id")
    assert panel.change(after, TOMORROW, None, NOW) == (after, ())


@pytest.mark.parametrize(
    ("meets_on", "chair", "field"), [(YESTERDAY, None, "meets_on"), (None, FOURTH, "chair_id")]
)
def test_the_panel_is_not_changed_to_what_cannot_be(meets_on: Any, chair: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        panel.change(before_panel(), meets_on, chair, NOW)
    assert refused.value.fields.keys() == {field}


def test_the_chair_is_somebody_who_sits() -> None:
    known = before_panel(member(CHAIR), replace(member(SECOND), conflict=True), member(THIRD))
    with pytest.raises(Invalid, match="chair_id"):
        panel.change(known, None, SECOND, NOW)


def _declared(known: Accreditation, conflict: bool, text: str | None = None) -> Change:
    return panel.declare(known, SECOND, conflict=conflict, text=text, now=NOW)


def test_a_member_declares_that_there_is_no_conflict() -> None:
    after, (event,) = _declared(before_panel(), False)
    assert isinstance(event, AccreditationInterestsDeclared)
    assert (after.members[1].conflict, after.members[1].declared_at) == (False, NOW)
    assert _declared(after, False) == (after, ())


def test_a_conflict_ends_the_seat_and_the_vote() -> None:
    known = before_panel(member(CHAIR), voted(SECOND), member(THIRD))
    after, (event,) = _declared(known, True, " My wife teaches there ")
    assert isinstance(event, AccreditationInterestsDeclared)
    assert event.conflict
    gone = after.members[1]
    assert (gone.conflict_text, gone.vote, gone.score, gone.voted_at) == (
        "My wife teaches there",
        None,
        None,
        None,
    )
    assert [each.person_id for each in panel.sitting(after)] == [CHAIR, THIRD]


def test_a_conflict_is_named() -> None:
    with pytest.raises(Invalid, match="text"):
        _declared(before_panel(), True, "  ")


def _voted(known: Accreditation, *organisations: str, vote: Outcome = YES, **more: Any) -> Change:
    given: dict[str, Any] = {"score": 4, "comment": None} | more
    return panel.vote(known, SECOND, organisations, vote=vote, now=NOW, **given)


def test_a_member_votes_once_and_may_vote_otherwise() -> None:
    known = before_panel(member(CHAIR), voted(SECOND, None), member(THIRD))
    after, (event,) = _voted(known, comment=" Strong ")
    assert isinstance(event, AccreditationVoted)
    mine = after.members[1]
    assert (mine.vote, mine.score, mine.comment, mine.voted_at) == (YES, 4, "Strong", NOW)
    assert _voted(after, comment="Strong") == (after, ())
    otherwise, events = _voted(after, vote=NO, score=1)
    assert (otherwise.members[1].vote, otherwise.members[1].comment, len(events)) == (NO, None, 1)


def test_interests_are_declared_before_the_vote() -> None:
    with pytest.raises(Conflict, match="Declare first"):
        _voted(before_panel())


@pytest.mark.parametrize(
    ("mine", "organisations"),
    [(replace(voted(SECOND, None), conflict=True), ()), (voted(SECOND, None), ("school:990102",))],
)
def test_nobody_with_an_interest_votes(mine: Member, organisations: tuple[str, ...]) -> None:
    with pytest.raises(Conflict, match="interest"):
        _voted(before_panel(member(CHAIR), mine, member(THIRD)), *organisations)


def test_who_does_not_sit_neither_declares_nor_votes() -> None:
    with pytest.raises(NotFound):
        panel.declare(before_panel(), FOURTH, conflict=False, text=None, now=NOW)


ACTIONS: dict[str, Callable[[Accreditation], Any]] = {
    "invite": lambda known: panel.invite(known, member(FOURTH), NOW),
    "change": lambda known: panel.change(known, TOMORROW, None, NOW),
    "declare": lambda known: panel.declare(known, CHAIR, conflict=False, text=None, now=NOW),
    "vote": lambda known: _voted(known),
    "decide": lambda known: panel.decide(known, granting(), (), NOW),
}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", [state for state in State if state is not State.PANEL])
def test_without_a_panel_nothing_of_a_panel_happens(state: State, action: str) -> None:
    with pytest.raises(Conflict):
        ACTIONS[action](application(state, members=THREE))


ALL = before_panel(voted(CHAIR), voted(SECOND), voted(THIRD, NO))


def test_what_more_than_half_voted_for_is_the_decision() -> None:
    after, (event,) = panel.decide(ALL, granting(conditions=("Hire a tutor",)), (), NOW)
    assert (after.state, after.decision) == (State.ACCREDITED, granting(conditions=("Hire a tutor",)))
    assert isinstance(event, AccreditationGranted)
    assert (event.votes, event.members, event.accredited_from) == (2, 3, TODAY)


def test_a_majority_may_refuse() -> None:
    known = before_panel(voted(CHAIR, NO), voted(SECOND), voted(THIRD, NO))
    after, (event,) = panel.decide(known, refusing(), (), NOW)
    assert after.state is State.REFUSED
    assert isinstance(event, AccreditationRefused)
    assert (event.votes, event.members) == (2, 3)


UNDECIDED = [
    (ALL, refusing()),
    (before_panel(voted(CHAIR), voted(SECOND), voted(THIRD, NO), voted(FOURTH, NO)), granting()),
    (before_panel(voted(CHAIR), voted(SECOND, None), voted(THIRD, None)), granting()),
    (before_panel(voted(CHAIR, None), member(SECOND), member(THIRD)), granting()),
]


@pytest.mark.parametrize(("known", "decision"), UNDECIDED)
def test_nothing_else_is_decided(known: Accreditation, decision: Decision) -> None:
    with pytest.raises(Conflict, match="More than half"):
        panel.decide(known, decision, (), NOW)


def test_two_do_not_decide() -> None:
    known = before_panel(voted(CHAIR), voted(SECOND), replace(voted(THIRD, None), conflict=True))
    with pytest.raises(Conflict, match="2 sit"):
        panel.decide(known, granting(), (), NOW)


def test_nothing_is_decided_before_the_panel_meets() -> None:
    with pytest.raises(Conflict, match="meets on 2026-11-24"):
        panel.decide(replace(ALL, meets_on=TOMORROW), granting(), (), NOW)


REFUSALS = [
    (granting(reasons=" "), {"reasons"}),
    (granting(accredited_from=None), {"accredited_from"}),
    (granting(accredited_from=YESTERDAY), {"accredited_from"}),
    (refusing(accredited_from=TODAY, conditions=("One",)), {"accredited_from", "conditions"}),
]


@pytest.mark.parametrize(("decision", "fields"), REFUSALS)
def test_a_decision_says_why_and_from_when(decision: Decision, fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        panel.decide(ALL, decision, (), NOW)
    assert refused.value.fields.keys() == fields


@pytest.mark.parametrize(
    ("in_chair", "organisations", "told"),
    [
        (replace(voted(CHAIR), conflict=True), (), "keeps the chair away"),
        (voted(CHAIR), ("provider:2LS",), "interest"),
        (member(CHAIR), (), "Declare first"),
    ],
)
def test_a_chair_with_an_interest_does_not_decide(
    in_chair: Member, organisations: tuple[str, ...], told: str
) -> None:
    known = before_panel(in_chair, voted(SECOND), voted(THIRD), voted(FOURTH))
    with pytest.raises(Conflict, match=told):
        panel.decide(known, granting(), organisations, NOW)


def test_one_person_under_two_ids_has_one_seat_and_one_vote() -> None:
    again = replace(voted(FOURTH), merged_into=SECOND)
    known = before_panel(voted(CHAIR), voted(SECOND, NO), again, voted(THIRD, NO))
    assert [each.person_id for each in panel.sitting(known)] == [CHAIR, SECOND, THIRD]
    with pytest.raises(Conflict, match="1 to accredit, 2 to refuse"):
        panel.decide(known, granting(), (), NOW)
    away = before_panel(voted(CHAIR), voted(SECOND), replace(again, conflict=True), voted(THIRD))
    assert [each.person_id for each in panel.sitting(away)] == [CHAIR, THIRD]
    assert panel.invite(known, member(SECOND), NOW) == (known, ())


def test_a_conflict_is_not_taken_back_by_who_declared_it() -> None:
    with pytest.raises(Conflict, match="lifted by the chair"):
        _declared(_declared(before_panel(), True, "My wife teaches there")[0], False)


def test_a_conflict_that_was_none_is_lifted_with_a_reason() -> None:
    known = _declared(before_panel(), True, "My wife teaches there")[0]
    with pytest.raises(Invalid, match="reason"):
        panel.lift(known, SECOND, " ", NOW)
    after, (event,) = panel.lift(known, SECOND, "She left before", NOW)
    assert isinstance(event, AccreditationInterestsDeclared)
    assert (event.conflict, after.members[1].conflict, after.members[1].vote) == (False, False, None)
    assert panel.lift(after, SECOND, "She left before", NOW) == (after, ())


def test_a_decision_is_made_once() -> None:
    after, _ = panel.decide(ALL, granting(), (), NOW)
    with pytest.raises(TransitionNotAllowed):
        panel.decide(after, granting(), (), NOW)


def test_the_provider_is_accredited_when_the_day_has_come_and_once() -> None:
    decided, _ = panel.decide(ALL, granting(accredited_from=TOMORROW), (), NOW)
    assert panel.begin(decided, NOW) == (decided, ())
    after, (event,) = panel.begin(decided, NOW + timedelta(days=1))
    assert isinstance(event, ProviderAccredited)
    assert event.accredited_from == TOMORROW
    assert panel.begin(after, NOW + timedelta(days=2)) == (after, ())


@pytest.mark.parametrize(
    "known",
    [
        ALL,
        panel.decide(before_panel(*(voted(i, NO) for i in (CHAIR, SECOND, THIRD))), refusing(), (), NOW)[0],
    ],
)
def test_without_an_accreditation_none_begins(known: Accreditation) -> None:
    assert panel.begin(known, NOW) == (known, ())


@pytest.mark.parametrize("in_force", [True, False])
def test_a_decision_in_error_goes_back_to_the_panel_with_its_votes(in_force: bool) -> None:
    decided, _ = panel.decide(ALL, granting(), (), NOW)
    known = panel.begin(decided, NOW)[0] if in_force else decided
    after, events = panel.annul(known, "The wrong application", NOW)
    assert after == ALL
    types = [AccreditationDecisionAnnulled] + [ProviderAccreditationUndone] * in_force
    assert [type(event) for event in events] == types


def test_only_a_decision_is_annulled_and_with_a_reason() -> None:
    with pytest.raises(Conflict, match="no decision"):
        panel.annul(ALL, "A mistake", NOW)
    decided, _ = panel.decide(ALL, granting(), (), NOW)
    with pytest.raises(Invalid, match="reason"):
        panel.annul(decided, " ", NOW)
