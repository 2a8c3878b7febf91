"""Contributions suggest a person, once, with reasons; the person alone decides."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.leadership.models import Suggestion
from shared.audit import audit_trail
from shared.errors import Conflict, NotFound, TransitionNotAllowed
from shared.events import Event, leadership, people
from shared.ids import new_id
from shared.policy import Role
from shared.testing import fact, principal, published
from tests.service.leadership.conftest import (
    AT,
    Leadership,
    evaluated,
    led,
    mentored,
    passed,
    placement_corrected,
    placement_removed,
)

ME = UUID(int=1)
MYSELF = principal(Role.TEACHER, id=str(ME))
COLLEAGUE = principal(Role.TEACHER, id=str(UUID(int=2)))


def signals() -> list[Event]:
    """Everything that makes the person a teacher with two reasons to be suggested."""
    evaluations = [evaluated(ME, score) for score in (5, 4, 4)]
    return [passed(ME), led(ME), led(ME), *evaluations, mentored(ME), mentored(ME)]


def told(session: Session, kind: type[Event]) -> list[Any]:
    return [e for e in published(session) if isinstance(e, kind)]


def suggested(session: Session, service: Leadership) -> leadership.SuggestionMade:
    """The suggestion of a teacher who mentored two trainees."""
    for event in (passed(ME), mentored(ME), mentored(ME)):
        service.hears(event)
    (made,) = told(session, leadership.SuggestionMade)
    return made  # type: ignore[no-any-return]


@pytest.mark.parametrize("seed", range(5))
def test_signals_in_any_order_and_twice_suggest_the_person_once(
    session: Session, service: Leadership, seed: int
) -> None:
    facts = [fact(event, sequence=n) for n, event in enumerate(signals(), 1)]
    arriving = facts + facts[:4]
    Random(seed).shuffle(arriving)

    for heard in arriving:
        service.take(heard)

    (made,) = told(session, leadership.SuggestionMade)
    assert (made.person_id, made.open_until) == (ME, date(2026, 9, 29))
    assert made.reasons


def test_all_reasons_that_hold_are_told_to_the_person(session: Session, service: Leadership) -> None:
    for event in signals()[1:]:
        service.hears(event)

    service.hears(passed(ME))

    (made,) = told(session, leadership.SuggestionMade)
    assert made.reasons == (
        (
            "You led 2 activities for 12 colleagues since 1 September 2024,"
            " and 3 evaluations by peers rated them 4.3 out of 5 on average."
        ),
        "You mentored trainees in 2 placements, 120 days in all, since 1 September 2024.",
    )


def test_a_mentor_who_passed_induction_is_suggested_for_it(session: Session, service: Leadership) -> None:
    service.hears(passed(ME))
    service.hears(passed(new_id(), mentor_id=ME))

    (made,) = told(session, leadership.SuggestionMade)
    assert made.reasons == ("You mentored a teacher through induction since 1 September 2024.",)


def test_nobody_is_suggested_before_induction_is_passed(session: Session, service: Leadership) -> None:
    for event in signals()[1:]:
        service.hears(event)

    assert told(session, leadership.SuggestionMade) == []


def test_ones_own_evaluation_and_mentoring_in_induction_are_no_led_activities(
    session: Session, service: Leadership
) -> None:
    service.hears(passed(ME))
    for event in (led(ME), led(ME, kind="mentored"), *(evaluated(ME, 5, person_id=ME) for _ in range(5))):
        service.hears(event)

    assert [s["kind"] for s in service.asked(MYSELF, "mine")["signals"]] == ["led"]
    assert told(session, leadership.SuggestionMade) == []


def test_mentoring_that_was_offered_to_peers_counts_as_led(session: Session, service: Leadership) -> None:
    service.hears(passed(ME))
    for event in (led(ME, kind="mentored", activity_id=new_id()), led(ME)):
        service.hears(event)
    for score in (5, 4, 4):
        service.hears(evaluated(ME, score))

    (made,) = told(session, leadership.SuggestionMade)
    assert made.reasons[0].startswith("You led 2 activities for 12 colleagues")


def test_a_contribution_that_is_corrected_counts_once_as_corrected(
    session: Session, service: Leadership
) -> None:
    first = led(ME)
    corrected = led(ME, contribution_id=first.contribution_id, people_reached=9)

    service.hears(corrected, sequence=2)
    service.hears(first, sequence=1)

    assert service.asked(MYSELF, "mine")["signals"] == [{"kind": "led", "on": "2026-09-01", "amount": 9}]


@pytest.mark.parametrize("in_order", [True, False])
def test_a_placement_counts_for_the_mentor_whom_the_correction_names(
    session: Session, service: Leadership, in_order: bool
) -> None:
    other = UUID(int=3)
    known = mentored(other)
    told_of = [fact(known, sequence=1), fact(placement_corrected(known, ME), sequence=2)]
    for heard in told_of if in_order else told_of[::-1]:
        service.take(heard)
    by_other = principal(Role.TEACHER, id=str(other))
    assert service.asked(by_other, "mine")["signals"] == []
    mine = service.asked(MYSELF, "mine")["signals"]
    assert mine == [{"kind": "trainee_mentored", "on": "2026-09-01", "amount": 60}]


def test_who_is_named_by_a_correction_is_suggested(session: Session, service: Leadership) -> None:
    known = mentored(UUID(int=3))
    for event in (passed(ME), mentored(ME), known):
        service.hears(event)
    assert told(session, leadership.SuggestionMade) == []
    service.hears(placement_corrected(known, ME), sequence=2)
    (made,) = told(session, leadership.SuggestionMade)
    assert made.person_id == ME


@pytest.mark.parametrize("in_order", [True, False])
def test_a_placement_that_was_removed_counts_for_nobody(
    session: Session, service: Leadership, in_order: bool
) -> None:
    known = mentored(ME)
    for event in (passed(ME), mentored(ME)):
        service.hears(event)
    told_of = [fact(known, sequence=1), fact(placement_removed(known), sequence=2)]
    for heard in told_of if in_order else told_of[::-1]:
        service.take(heard, only_projections=True)
    service.hears(passed(ME))
    kinds = [signal["kind"] for signal in service.asked(MYSELF, "mine")["signals"]]
    assert sorted(kinds) == ["taken_back", "trainee_mentored"]
    assert told(session, leadership.SuggestionMade) == []


def test_a_correction_of_a_placement_that_goes_on_is_no_signal(session: Session, service: Leadership) -> None:
    known = mentored(ME)
    for event in (placement_corrected(known, ME), placement_removed(known)):
        service.hears(replace(event, completed_on=None, days=None))
    assert service.asked(MYSELF, "mine")["signals"] == []


@pytest.mark.parametrize(
    ("stage", "flag", "suggestions"),
    [("early_career", "", 0), ("teacher", "suspended", 0), ("teacher", "", 1), ("headteacher", "", 1)],
)
def test_the_latest_stage_decides_whether_a_person_is_suggested(
    session: Session, service: Leadership, stage: str, flag: str, suggestions: int
) -> None:
    def changed(stage: str, flag: str, days: int) -> people.StageChanged:
        at = AT + timedelta(days=days)
        return people.StageChanged(occurred_at=at, person_id=ME, from_stage="x", stage=stage, flag=flag)

    service.hears(changed(stage, flag, 2))
    service.hears(changed("early_career", "barred", 1))
    for event in signals():
        service.hears(event)

    assert len(told(session, leadership.SuggestionMade)) == suggestions


def test_a_suspension_that_ends_lets_a_suggestion_be_made(session: Session, service: Leadership) -> None:
    held = people.StageChanged(
        occurred_at=AT, person_id=ME, from_stage="teacher", stage="qualified", flag="suspended"
    )
    free = people.StageChanged(
        occurred_at=AT + timedelta(days=1), person_id=ME, from_stage="qualified", stage="teacher"
    )
    service.hears(held)
    for event in signals():
        service.hears(event)

    service.hears(free)

    assert len(told(session, leadership.SuggestionMade)) == 1


def test_signals_of_merged_ids_count_together(session: Session, service: Leadership) -> None:
    other = UUID(int=7)
    for event in (passed(ME), mentored(ME), mentored(other)):
        service.hears(event)

    service.hears(people.PersonMerged(occurred_at=AT, person_id=ME, merged_id=other))

    (made,) = told(session, leadership.SuggestionMade)
    assert made.person_id == ME


def test_a_replay_of_the_projections_changes_nothing(session: Session, service: Leadership) -> None:
    heard = [service.hears(event) for event in signals()]
    before = service.asked(MYSELF, "mine")

    for each in reversed(heard):
        service.take(each, only_projections=True)

    assert service.asked(MYSELF, "mine") == before
    assert len(told(session, leadership.SuggestionMade)) == 1


def test_consent_makes_a_nomination_once(session: Session, service: Leadership) -> None:
    id_ = str(suggested(session, service).suggestion_id)

    answers = [service.asked(MYSELF, "consent", suggestion_id=id_) for _ in range(2)]

    (made,) = told(session, leadership.NominationMade)
    assert (
        answers[0]
        == answers[1]
        == {
            "suggestion_id": id_,
            "state": "consented",
            "nomination_id": str(made.nomination_id),
        }
    )
    assert (made.person_id, made.source, made.nominated_on) == (ME, "suggestion", AT.date())
    assert len(told(session, leadership.ConsentGiven)) == 1
    assert [a.action for a in audit_trail(session, f"suggestion/{id_}")] == ["suggestion.consent"]
    assert service.waits_until(AT + timedelta(days=60)) == 0


def test_consent_is_the_persons_alone(session: Session, service: Leadership) -> None:
    id_ = str(suggested(session, service).suggestion_id)

    for by in (COLLEAGUE, principal(Role.OPERATOR), principal(Role.SCHOOL_LEADER, "school:123456")):
        with pytest.raises(NotFound):
            service.asked(by, "consent", suggestion_id=id_)
    with pytest.raises(NotFound):
        service.asked(MYSELF, "refuse", suggestion_id=str(new_id()))


def test_refusing_blanks_the_reasons_and_nobody_asks_again_for_a_year(
    session: Session, service: Leadership
) -> None:
    made = suggested(session, service)

    answers = [service.asked(MYSELF, "refuse", suggestion_id=str(made.suggestion_id)) for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0]["state"] == "refused"
    assert len(told(session, leadership.ConsentRefused)) == 1
    assert session.get_one(Suggestion, made.suggestion_id).reasons == []
    with pytest.raises(TransitionNotAllowed):
        service.asked(MYSELF, "consent", suggestion_id=str(made.suggestion_id))
    service.at = AT + timedelta(days=364)
    service.hears(mentored(ME))
    assert len(told(session, leadership.SuggestionMade)) == 1
    service.at = AT + timedelta(days=365)
    service.hears(mentored(ME))
    assert len(told(session, leadership.SuggestionMade)) == 2


def test_without_an_answer_the_suggestion_runs_out_when_28_days_are_over(
    session: Session, service: Leadership
) -> None:
    made = suggested(session, service)

    assert service.waits_until(datetime(2026, 9, 29, 22, 59, tzinfo=UTC)) == 0
    assert service.waits_until(datetime(2026, 9, 29, 23, tzinfo=UTC)) == 1
    service.entrypoints.suggestion_expires(session, service.at, f"suggestion/{made.suggestion_id}")
    service.entrypoints.suggestion_expires(session, service.at, f"suggestion/{new_id()}")

    assert len(told(session, leadership.SuggestionExpired)) == 1
    (shown,) = service.asked(MYSELF, "mine")["suggestions"]
    assert (shown["state"], shown["reasons"], shown["closed_on"]) == ("expired", [], "2026-09-30")
    service.hears(mentored(ME))
    assert len(told(session, leadership.SuggestionMade)) == 1


def test_consent_is_given_in_its_28_days_even_when_the_timer_is_late(
    session: Session, service: Leadership
) -> None:
    made = suggested(session, service)
    service.at = datetime(2026, 9, 29, 23, tzinfo=UTC)

    with pytest.raises(Conflict, match="2026-09-29"):
        service.asked(MYSELF, "consent", suggestion_id=str(made.suggestion_id))

    service.at = datetime(2026, 9, 29, 22, 59, tzinfo=UTC)
    assert service.asked(MYSELF, "consent", suggestion_id=str(made.suggestion_id))["state"] == "consented"
    service.at = AT + timedelta(days=60)
    assert service.asked(MYSELF, "consent", suggestion_id=str(made.suggestion_id))["state"] == "consented"


def test_who_is_nominated_is_not_suggested_as_well(session: Session, service: Leadership) -> None:
    service.asked(MYSELF, "nominate", person_id=str(ME))

    for event in signals():
        service.hears(event)

    assert told(session, leadership.SuggestionMade) == []
