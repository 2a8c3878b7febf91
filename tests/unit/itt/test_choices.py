"""Choosing and sending: cycle, course, vacancies, form, four at once, fifteen a cycle, the same course again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.itt.domain import courses
from services.itt.domain.applications import IN_PROGRESS, Application, Candidacy, State
from services.itt.domain.choices import choose, remove, send
from services.itt.domain.limits import counted, refuse_too_many
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from tests.unit.itt.application_builders import NOW, a_course, an_application, an_option

AFTER_DEADLINE = datetime(2027, 9, 21, 17, tzinfo=UTC)
BEFORE_OPENING = datetime(2026, 10, 6, 7, 59, tzinfo=UTC)


def _known(*others: Application) -> tuple[Application, Candidacy]:
    mine = an_application(State.UNSUBMITTED)
    return mine, Candidacy((mine, *others))


def _refused(mine: Application, known: Candidacy, now: datetime = NOW) -> list[str]:
    with pytest.raises(Conflict) as raised:
        send(mine, known, {}, "Why I want to teach", now)
    problems: list[str] = raised.value.details["problems"]
    return problems


def test_a_sent_application_keeps_the_statement_as_it_was_and_has_a_date_due() -> None:
    """Domain page, "personal statement": stored as it was when the application was sent."""
    mine, known = _known()
    after, (fact,) = send(mine, known, {}, "Why I want to teach", NOW)
    assert (after.state, after.personal_statement, after.sent_at) == (
        State.AWAITING,
        "Why I want to teach",
        NOW,
    )
    assert fact.TYPE == "itt.application.sent.v1"
    assert after.inactive_due_at is not None and after.inactive_due_at > NOW


def test_nothing_is_sent_before_the_cycle_opens_or_after_its_deadline() -> None:
    mine, known = _known()
    assert _refused(mine, known, BEFORE_OPENING) == ["applications of the cycle 2027 are not open now"]
    assert _refused(mine, known, AFTER_DEADLINE) == [
        "applications of the cycle 2027 are not open now",
        "the deadline of the cycle 2027 is over",
    ]


def test_a_course_must_be_on_offer_with_a_vacancy_at_the_site() -> None:
    course = a_course(state=courses.State.WITHDRAWN, options=(an_option(places=1, accepted=1),))
    mine = an_application(State.UNSUBMITTED, course=course)
    assert _refused(mine, Candidacy((mine,))) == [
        "the course is not on offer",
        "the course has no vacancies at this site",
    ]


def test_an_unfinished_form_is_told_by_section() -> None:
    mine, known = _known()
    with pytest.raises(Invalid) as raised:
        send(mine, known, {"contact": ["is not marked as complete"]}, "", NOW)
    assert raised.value.fields == {"contact": ["is not marked as complete"]}


def test_what_was_sent_is_not_sent_again() -> None:
    mine = an_application(State.AWAITING)
    with pytest.raises(TransitionNotAllowed):
        send(mine, Candidacy((mine,)), {}, "", NOW)


@pytest.mark.parametrize("state", sorted(IN_PROGRESS))
def test_a_fifth_in_progress_is_refused_whatever_the_four_are_doing(state: State) -> None:
    """Domain page, "applications in progress at once": 4."""
    mine, known = _known(*(an_application(state, cycle=2026, current_cycle=2026) for _ in range(4)))
    assert "4 applications are in progress already" in _refused(mine, known)


PLACES = [State.RECRUITED, State.PENDING_CONDITIONS, State.OFFER_DEFERRED]


@pytest.mark.parametrize("state", PLACES)
def test_a_place_of_an_earlier_cycle_is_not_in_progress_beside_later_ones(state: State) -> None:
    place = an_application(state, cycle=2025, current_cycle=2025)
    assert Candidacy((place,)).in_progress == 1
    three = [an_application(State.AWAITING) for _ in range(3)]
    assert Candidacy((place, *three)).in_progress == 3


def test_who_was_recruited_years_ago_sends_a_fourth_and_no_fifth() -> None:
    place = an_application(State.RECRUITED, cycle=2025, current_cycle=2025)
    three = [an_application(State.AWAITING) for _ in range(3)]
    mine, known = _known(place, *three)
    assert send(mine, known, {}, "", NOW)[0].state is State.AWAITING
    mine, known = _known(place, *three, an_application(State.AWAITING))
    assert _refused(mine, known) == ["4 applications are in progress already"]


def test_a_place_that_is_taken_up_beside_four_later_ones_is_refused() -> None:
    four = [an_application(State.AWAITING) for _ in range(4)]
    refuse_too_many(Candidacy(tuple(four)))
    with pytest.raises(Conflict, match="4 other applications in progress"):
        refuse_too_many(Candidacy((an_application(State.RECRUITED), *four)))


def test_an_inactive_application_frees_its_slot() -> None:
    """Domain page, traps: ``inactive`` frees a slot yet can still be decided."""
    three = [an_application(State.AWAITING) for _ in range(3)]
    mine, known = _known(*three, an_application(State.INACTIVE))
    assert send(mine, known, {}, "", NOW)[0].state is State.AWAITING


def test_from_2027_all_that_were_sent_count_against_fifteen() -> None:
    """Domain page, "applications a cycle": 15, from the 2027 cycle all that were submitted."""
    mine, known = _known(*(an_application(State.WITHDRAWN) for _ in range(15)))
    assert _refused(mine, known) == ["there are 15 applications in the cycle 2027 already"]


def test_before_2027_only_unsuccessful_ones_count() -> None:
    """Domain page, "applications a cycle": before 2027 unsuccessful ones."""
    ended = [an_application(State.REJECTED, cycle=2026) for _ in range(14)]
    going = [an_application(State.OFFER, cycle=2026)]
    assert counted([*ended, *going], 2026) == 14
    assert counted([replace(a, cycle=2027) for a in (*ended, *going)], 2027) == 15


REAPPLY = {
    State.REJECTED: True,
    State.WITHDRAWN: True,
    State.DECLINED: True,
    State.OFFER_WITHDRAWN: True,
    State.CANCELLED: True,
    State.AWAITING: False,
    State.INTERVIEWING: False,
    State.INACTIVE: False,
    State.OFFER: False,
    State.CONDITIONS_NOT_MET: False,
}


@pytest.mark.parametrize("state", list(REAPPLY))
def test_the_same_course_again_only_after_it_ended_in_one_of_five_ways(state: State) -> None:
    """Domain page, "re-apply to the same course"."""
    earlier = an_application(state)
    mine = an_application(State.UNSUBMITTED, course=earlier.course)
    known = Candidacy((mine, earlier))
    if REAPPLY[state]:
        assert send(mine, known, {}, "", NOW)[0].state is State.AWAITING
    else:
        assert f"there is an application to this course {STANDS[state]}" in _refused(mine, known)


STANDS = {
    State.AWAITING: "that waits for the provider's decision",
    State.INTERVIEWING: "that waits for the provider's decision after an interview",
    State.INACTIVE: "that the provider has not decided in time, but still may",
    State.OFFER: "that has an offer",
    State.CONDITIONS_NOT_MET: "whose conditions were not met",
}


def test_a_course_that_was_offered_instead_of_the_chosen_one_counts_as_the_same() -> None:
    earlier = an_application(State.OFFER, course=a_course())
    mine = an_application(State.UNSUBMITTED, course=earlier.course)
    chosen_another = replace(earlier, chosen_course_id=a_course().id)
    assert _refused(mine, Candidacy((mine, chosen_another))) == [
        "there is an application to this course that has an offer"
    ]


@pytest.mark.parametrize("state", [State.PENDING_CONDITIONS, State.RECRUITED, State.OFFER_DEFERRED])
def test_who_has_accepted_an_offer_sends_no_others(state: State) -> None:
    mine, known = _known(an_application(state))
    assert "an offer has been accepted" in _refused(mine, known)


def test_who_was_recruited_in_an_earlier_cycle_may_apply_and_who_deferred_may_not() -> None:
    mine, known = _known(an_application(State.RECRUITED, cycle=2025, current_cycle=2025))
    assert send(mine, known, {}, "", NOW)[0].state is State.AWAITING
    mine, known = _known(an_application(State.OFFER_DEFERRED, cycle=2026, current_cycle=2026))
    assert _refused(mine, known) == ["a deferred place is waiting"]


def test_a_course_is_chosen_before_the_deadline_and_nobody_but_the_candidate_sees_it() -> None:
    mine = an_application(State.UNSUBMITTED)
    after, (fact,) = choose(mine, Candidacy((mine,)), NOW)
    assert (after, fact.TYPE) == (mine, "itt.application.chosen.v1")
    assert not after.is_visible_to_providers
    assert an_application().is_visible_to_providers
    with pytest.raises(Conflict, match="deadline"):
        choose(mine, Candidacy((mine,)), AFTER_DEADLINE)


def test_one_course_is_chosen_once_and_fifteen_at_most() -> None:
    mine = an_application(State.UNSUBMITTED)
    twice = an_application(State.UNSUBMITTED, course=mine.course)
    with pytest.raises(Conflict, match="not sent yet"):
        choose(mine, Candidacy((mine, twice)), NOW)
    full = Candidacy((mine, *(an_application(State.UNSUBMITTED) for _ in range(15))))
    with pytest.raises(Conflict, match="15 applications"):
        choose(mine, full, NOW)


def test_only_what_was_not_sent_is_removed() -> None:
    assert remove(an_application(State.UNSUBMITTED), NOW).TYPE == "itt.application.removed.v1"
    with pytest.raises(Conflict):
        remove(an_application(State.AWAITING), NOW)
