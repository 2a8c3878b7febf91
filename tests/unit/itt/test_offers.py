"""Offers, conditions, acceptance, deferral (Apply service; itt.md, "Applications")."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.itt.domain import courses
from services.itt.domain.applications import Application, Candidacy, ConditionState, State
from services.itt.domain.deferrals import defer, reinstate
from services.itt.domain.offers import (
    MOST_CONDITIONS,
    conditions,
    decline,
    decline_by_default,
    make_offer,
    mark,
    not_met,
    withdraw_offer,
)
from services.itt.domain.recruitment import accept, confirm_conditions, recruit_with_pending
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from shared.events.applications import OfferMade, Recruited
from tests.unit.itt.application_builders import (
    CONTENT,
    NOW,
    RECRUIT,
    a_condition,
    a_course,
    an_application,
    an_option,
)

CYCLE_OVER = datetime(2027, 10, 4, 22, 59, 59, tzinfo=UTC)


def _offer(application: Application, *texts: str, known: Candidacy | None = None) -> Application:
    wanted = conditions(texts, application.conditions, uuid4)
    others = known or Candidacy((application,))
    return make_offer(application, others, application.course, application.option, wanted, NOW)[0]


# --- conditions


def test_an_offer_has_at_most_twenty_conditions_the_first_of_2000_characters() -> None:
    fits = ["a" * 2000, "b" * 255, *(str(n) for n in range(18))]
    assert len(conditions(fits, (), uuid4)) == MOST_CONDITIONS
    with pytest.raises(Invalid) as raised:
        conditions(["a" * 2001, "b" * 256, "", *(str(n) for n in range(18))], (), uuid4)
    assert raised.value.fields == {
        "conditions": [
            "there are 21; an offer has at most 20",
            "number 1 has 2001 characters; shorten it to 2000",
            "number 2 has 256 characters; shorten it to 255",
            "number 3 is blank",
        ]
    }


def test_a_condition_does_not_stand_there_twice() -> None:
    with pytest.raises(Invalid, match="twice"):
        conditions(["The same", " The same "], (), uuid4)


# --- making and amending


@pytest.mark.parametrize(
    "state",
    [State.AWAITING, State.INTERVIEWING, State.INACTIVE, State.REJECTED, State.OFFER_WITHDRAWN],
)
def test_an_offer_may_follow_a_rejection_and_an_offer_that_was_withdrawn(state: State) -> None:
    before = an_application(state, rejected_at=NOW, offer_withdrawal_reason="A mistake")
    after = _offer(before, "Pass the test")
    assert (after.state, after.offered_at, after.rejected_at) == (State.OFFER, NOW, None)
    assert after.offer_withdrawal_reason is None


def test_the_same_offer_again_changes_nothing_and_says_nothing() -> None:
    offered = _offer(an_application(), "Pass the test")
    wanted = conditions(["Pass the test"], offered.conditions, uuid4)
    known = Candidacy((offered,))
    assert make_offer(offered, known, offered.course, offered.option, wanted, NOW) == (offered, ())


def test_an_amended_offer_keeps_the_conditions_that_stay_and_says_that_it_was_amended() -> None:
    offered = _offer(an_application(), "Pass the test", "Send the certificate")
    wanted = conditions(["Send the certificate", "Swim"], offered.conditions, uuid4)
    after, (fact,) = make_offer(offered, Candidacy((offered,)), offered.course, offered.option, wanted, NOW)
    assert after.conditions[0] == offered.conditions[1]
    assert isinstance(fact, OfferMade)
    assert (fact.amended, fact.conditions, after.offer_changed_at) == (True, 2, NOW)


def test_another_course_may_be_offered_when_it_is_on_offer_and_ratified_by_the_same_provider() -> None:
    mine = an_application()
    known = Candidacy((mine,))
    other = a_course()
    after, _ = make_offer(mine, known, other, other.options[0], (), NOW)
    assert (after.course.id, after.chosen_course_id) == (other.id, mine.course.id)
    for wrong in (
        a_course(state=courses.State.DRAFT),
        a_course(cycle=2026),
        a_course(content=replace(CONTENT, accredited_code="1TZ")),
    ):
        with pytest.raises(Invalid, match="course_option_id"):
            make_offer(mine, known, wrong, wrong.options[0], (), NOW)


@pytest.mark.parametrize("state", [State.INACTIVE, State.REJECTED, State.OFFER_WITHDRAWN])
def test_what_is_out_of_progress_is_not_offered_beside_four_in_progress(state: State) -> None:
    mine = an_application(state)
    known = Candidacy((mine, *(an_application() for _ in range(4))))
    with pytest.raises(Conflict, match="4 applications in progress"):
        _offer(mine, known=known)


def test_no_offer_once_the_candidate_has_accepted_another_or_the_cycle_is_over() -> None:
    mine = an_application(State.REJECTED)
    with pytest.raises(Conflict, match="accepted another"):
        _offer(mine, known=Candidacy((mine, an_application(State.RECRUITED))))
    with pytest.raises(Conflict, match="is over"):
        make_offer(mine, Candidacy((mine,)), mine.course, mine.option, (), CYCLE_OVER)


def test_an_offer_is_withdrawn_with_a_reason() -> None:
    after, _ = withdraw_offer(an_application(State.OFFER), " Made in error ", NOW)
    assert (after.state, after.offer_withdrawal_reason) == (State.OFFER_WITHDRAWN, "Made in error")
    with pytest.raises(Invalid, match="reason"):
        withdraw_offer(an_application(State.OFFER), " ", NOW)
    with pytest.raises(Invalid, match="10240"):
        withdraw_offer(an_application(State.OFFER), "x" * 10_241, NOW)


# --- accepting


def test_accepting_settles_the_others_and_leaves_what_was_not_sent() -> None:
    mine = an_application(State.OFFER, conditions=(a_condition(),))
    others = {
        State.OFFER: State.DECLINED,
        State.AWAITING: State.WITHDRAWN,
        State.INTERVIEWING: State.WITHDRAWN,
        State.INACTIVE: State.WITHDRAWN,
    }
    left = [State.UNSUBMITTED, State.REJECTED, State.WITHDRAWN]
    rest = [an_application(state) for state in (*others, *left)]
    changes = accept(mine, Candidacy((mine, *rest)), RECRUIT, NOW)
    assert changes[0][0].state is State.PENDING_CONDITIONS
    assert {after.id: after.state for after, _ in changes[1:]} == {
        application.id: others[application.state] for application in rest if application.state in others
    }
    assert {after.ended_because for after, _ in changes[1:]} == {"another_accepted"}


def test_an_offer_without_conditions_recruits_at_once_with_all_that_a_trainee_needs() -> None:
    mine = an_application(State.OFFER)
    ((after, events),) = accept(mine, Candidacy((mine,)), RECRUIT, NOW)
    assert after.state is State.RECRUITED
    assert [event.TYPE for event in events] == ["itt.application.accepted.v1", "itt.application.recruited.v1"]
    fact = events[1]
    assert isinstance(fact, Recruited)
    assert (fact.route, fact.funding, fact.subjects, fact.start_month, fact.ends_on, fact.site_urn) == (
        "school_direct_tuition_fee",
        "fee",
        ("100403",),
        CONTENT.start_month,
        CONTENT.ends_on,
        "990101",
    )
    assert fact.person == RECRUIT


def test_only_an_offer_is_accepted_or_declined() -> None:
    for state in set(State) - {State.OFFER}:
        mine = an_application(state)
        with pytest.raises(TransitionNotAllowed):
            accept(mine, Candidacy((mine,)), RECRUIT, NOW)
        with pytest.raises(TransitionNotAllowed):
            decline(mine, "candidate", NOW)


# --- conditions after acceptance


def _accepted(state: State = State.PENDING_CONDITIONS) -> Application:
    return an_application(state, conditions=(a_condition("One"), a_condition("Two")))


def test_a_condition_is_marked_by_itself_and_pending_again() -> None:
    mine = _accepted()
    one, two = mine.conditions
    after, (fact,) = mark(mine, one.id, ConditionState.MET, NOW)
    assert [c.state for c in after.conditions] == [ConditionState.MET, ConditionState.PENDING]
    assert fact.TYPE == "itt.application.condition_changed.v1"
    assert mark(after, one.id, ConditionState.MET, NOW) == (after, ())
    assert mark(after, one.id, ConditionState.PENDING, NOW)[0] == mine
    with pytest.raises(Invalid):
        mark(mine, uuid4(), ConditionState.MET, NOW)
    with pytest.raises(Conflict):
        mark(replace(mine, state=State.OFFER), two.id, ConditionState.MET, NOW)


def test_conditions_that_are_met_recruit_and_said_again_change_nothing() -> None:
    after, (fact,) = confirm_conditions(_accepted(), RECRUIT, NOW)
    assert (after.state, after.pending, fact.TYPE) == (State.RECRUITED, (), "itt.application.recruited.v1")
    assert confirm_conditions(after, RECRUIT, NOW) == (after, ())


def test_who_is_recruited_with_pending_conditions_meets_them_later() -> None:
    recruited, (fact,) = recruit_with_pending(_accepted(), RECRUIT, NOW)
    assert isinstance(fact, Recruited) and fact.conditions_pending == 2
    after, (met,) = confirm_conditions(recruited, RECRUIT, NOW)
    assert (after.state, after.pending) == (State.RECRUITED, ())
    assert met.TYPE == "itt.application.conditions_confirmed.v1"
    with pytest.raises(Conflict):
        recruit_with_pending(replace(_accepted(), conditions=()), RECRUIT, NOW)


def test_conditions_that_are_not_met_end_it() -> None:
    mine = _accepted()
    after, _ = not_met(mine, [mine.conditions[1].id], NOW)
    assert after.state is State.CONDITIONS_NOT_MET
    assert [c.state for c in after.conditions] == [ConditionState.PENDING, ConditionState.NOT_MET]
    assert {c.state for c in not_met(mine, [], NOW)[0].conditions} == {ConditionState.NOT_MET}
    with pytest.raises(Invalid):
        not_met(mine, [uuid4()], NOW)


# --- deferral


def _next_cycle() -> tuple[courses.Course, courses.Option]:
    course = a_course(cycle=2027)
    return course, course.options[0]


def _deferred() -> Application:
    before = replace(_accepted(State.RECRUITED), cycle=2026, current_cycle=2026)
    return defer(before, NOW)[0]


def test_a_place_is_deferred_to_the_next_cycle() -> None:
    after, (fact,) = defer(_accepted(), NOW)
    assert (after.state, after.deferred_to) == (State.OFFER_DEFERRED, 2028)
    assert (after.state_before_deferral, fact.TYPE) == (
        State.PENDING_CONDITIONS,
        "itt.application.deferred.v1",
    )


@pytest.mark.parametrize(
    ("met", "state", "facts"),
    [
        (True, State.RECRUITED, ["itt.application.reinstated.v1", "itt.application.recruited.v1"]),
        (False, State.PENDING_CONDITIONS, ["itt.application.reinstated.v1"]),
    ],
)
def test_a_deferred_place_is_taken_up_with_the_conditions_met_or_pending(
    met: bool, state: State, facts: list[str]
) -> None:
    course, option = _next_cycle()
    after, events = reinstate(_deferred(), course, option, met, RECRUIT, NOW)
    assert (after.state, after.current_cycle, after.cycle, after.course) == (state, 2027, 2026, course)
    assert [event.TYPE for event in events] == facts
    assert bool(after.pending) is not met


def test_it_is_taken_up_in_the_cycle_that_it_was_deferred_to_and_in_no_other() -> None:
    course, option = _next_cycle()
    with pytest.raises(Conflict, match="opens later"):
        reinstate(_deferred(), course, option, True, RECRUIT, datetime(2026, 9, 1, tzinfo=UTC))
    wrong = replace(course, cycle=2026)
    with pytest.raises(Invalid, match="course_option_id"):
        reinstate(_deferred(), wrong, an_option(), True, RECRUIT, NOW)


def test_an_offer_nobody_answers_is_declined_at_the_end_of_the_cycle_and_not_before() -> None:
    offered = an_application(State.OFFER)
    assert decline_by_default(offered, NOW) == (offered, ())
    after, (fact,) = decline_by_default(offered, CYCLE_OVER)
    assert (after.state, fact.TYPE) == (State.DECLINED, "itt.application.declined.v1")
    assert decline_by_default(after, CYCLE_OVER) == (after, ())
