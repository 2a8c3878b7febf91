"""What a placement that was corrected or removed counts for, and what becomes of a suggestion that rested on it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.leadership.models import Signal, Suggestion
from shared.database.tables import INBOX
from shared.errors import TransitionNotAllowed
from shared.events import itt, leadership, people
from shared.messaging import Fact
from shared.policy import Principal, Role
from shared.testing import fact, principal
from tests.service.leadership.conftest import (
    AT,
    Leadership,
    mentored,
    passed,
    placement_corrected,
    placement_removed,
)
from tests.service.leadership.test_suggestions import COLLEAGUE, ME, MYSELF, told

OTHER = UUID(int=2)
MENTORED = {"kind": "trainee_mentored", "on": "2026-09-01", "amount": 60}
TAKEN_BACK = MENTORED | {"kind": "taken_back"}


def signals(service: Leadership, by: Principal = MYSELF) -> list[Any]:
    return service.asked(by, "mine")["signals"]  # type: ignore[no-any-return]


# --- rows that are kept by the id of the event


def kept_by_event(session: Session, known: itt.PlacementCompleted) -> Fact[itt.PlacementCompleted]:
    """The placement was heard of when its signal went by the event's id; gives the fact."""
    heard = fact(known)
    noted = {"message_id": heard.id, "source": heard.source, "type": heard.type, "subject": heard.subject}
    session.execute(insert(INBOX).values(**noted, sequence=heard.sequence))
    row = {"person_id": known.mentor_id, "on": known.completed_on, "amount": known.days}
    order = {"occurred_at": heard.occurred_at, "sequence": heard.sequence}
    session.add(Signal(id=heard.id, kind="trainee_mentored", **row, **order))
    session.flush()
    return heard


def test_a_placement_that_is_kept_by_its_event_counts_once_when_it_is_replayed(
    session: Session, service: Leadership
) -> None:
    heard = kept_by_event(session, mentored(ME))

    for _ in range(2):
        service.take(heard, only_projections=True)

    assert signals(service) == [MENTORED]


def test_a_placement_that_is_kept_by_its_event_counts_for_whom_a_correction_names(
    session: Session, service: Leadership
) -> None:
    known = mentored(OTHER)
    heard = kept_by_event(session, known)

    service.hears(placement_corrected(known, ME), sequence=2)
    assert (signals(service), signals(service, COLLEAGUE)) == ([MENTORED], [])

    service.take(heard, only_projections=True)
    assert (signals(service), signals(service, COLLEAGUE)) == ([MENTORED], [])


def test_a_placement_that_is_kept_by_its_event_counts_for_nobody_once_it_is_removed(
    session: Session, service: Leadership
) -> None:
    known = mentored(ME)
    heard = kept_by_event(session, known)

    service.hears(placement_removed(known), sequence=2)
    assert signals(service) == [TAKEN_BACK]

    service.take(heard, only_projections=True)
    assert signals(service) == [TAKEN_BACK]


def test_of_two_placements_that_are_kept_by_their_events_a_correction_takes_one(
    session: Session, service: Leadership
) -> None:
    known = mentored(ME)
    another = mentored(ME, trainee_id=known.trainee_id)
    elsewhere = mentored(ME)
    for each in (known, another, elsewhere):
        kept_by_event(session, each)

    service.hears(placement_corrected(known, ME), sequence=3)
    service.hears(placement_removed(known), sequence=4)

    assert sorted(one["kind"] for one in signals(service)) == [
        "taken_back",
        "trainee_mentored",
        "trainee_mentored",
    ]


def test_a_placement_that_is_kept_by_its_event_counts_once_when_its_day_is_corrected(
    session: Session, service: Leadership
) -> None:
    known = mentored(ME)
    kept_by_event(session, known)

    earlier = known.completed_on - timedelta(days=1)
    service.hears(replace(placement_corrected(known, ME), completed_on=earlier), sequence=2)

    assert signals(service) == [MENTORED | {"on": earlier.isoformat()}]


# --- what is said last of a placement


@pytest.mark.parametrize("in_order", [True, False])
def test_the_sequence_says_what_is_the_latest_word_about_a_placement_and_not_the_time(
    session: Session, service: Leadership, in_order: bool
) -> None:
    known = mentored(ME)
    corrected = fact(placement_corrected(known, OTHER), sequence=2, occurred_at=AT + timedelta(seconds=5))
    removed = fact(placement_removed(known), sequence=3, occurred_at=AT + timedelta(seconds=4))
    told_of = [fact(known), corrected, removed]

    for heard in told_of if in_order else told_of[::-1]:
        service.take(heard, only_projections=True)

    assert (signals(service), signals(service, COLLEAGUE)) == ([TAKEN_BACK], [])


# --- a suggestion that rested on it


def rested_on(session: Session, service: Leadership, number: int = 2) -> list[itt.PlacementCompleted]:
    """The person is suggested for so many placements."""
    service.hears(passed(ME))
    placements = [mentored(ME) for _ in range(number)]
    for placement in placements:
        service.hears(placement)
    assert len(told(session, leadership.SuggestionMade)) == 1
    return placements


@pytest.mark.parametrize("how", ["removed", "corrected"])
def test_a_suggestion_lapses_when_what_it_rested_on_is_taken_back(
    session: Session, service: Leadership, how: str
) -> None:
    known, _ = rested_on(session, service)
    (made,) = told(session, leadership.SuggestionMade)

    mistake = placement_removed(known) if how == "removed" else placement_corrected(known, OTHER)
    service.hears(mistake, sequence=2)
    service.hears(mistake, sequence=2)

    (ended,) = told(session, leadership.SuggestionExpired)
    assert (ended.suggestion_id, ended.person_id, ended.cause) == (made.suggestion_id, ME, "taken_back")
    row = session.get_one(Suggestion, made.suggestion_id)
    assert (row.state, row.reasons, row.closed_on) == ("lapsed", [], AT.date())
    with pytest.raises(TransitionNotAllowed):
        service.asked(MYSELF, "consent", suggestion_id=str(made.suggestion_id))
    assert service.waits_until(AT + timedelta(days=60)) == 0


def test_a_suggestion_stays_while_the_reasons_that_are_left_suffice(
    session: Session, service: Leadership
) -> None:
    known, *_ = rested_on(session, service, number=3)

    service.hears(placement_removed(known), sequence=2)

    assert told(session, leadership.SuggestionExpired) == []
    (made,) = told(session, leadership.SuggestionMade)
    row = session.get_one(Suggestion, made.suggestion_id)
    assert row.reasons == ["You mentored trainees in 2 placements, 120 days in all, since 1 September 2024."]


def test_a_suggestion_stays_when_only_the_dates_of_a_placement_are_corrected(
    session: Session, service: Leadership
) -> None:
    known, _ = rested_on(session, service)

    service.hears(placement_corrected(known, ME), sequence=2)

    assert told(session, leadership.SuggestionExpired) == []


def test_a_suggestion_of_somebody_with_two_ids_lapses_too(session: Session, service: Leadership) -> None:
    known, _ = rested_on(session, service)
    service.hears(people.PersonMerged(occurred_at=AT, person_id=OTHER, merged_id=ME))

    service.hears(placement_removed(known), sequence=2)

    assert [ended.person_id for ended in told(session, leadership.SuggestionExpired)] == [OTHER]


def test_who_consented_stays_nominated(session: Session, service: Leadership) -> None:
    known, _ = rested_on(session, service)
    (made,) = told(session, leadership.SuggestionMade)
    service.asked(MYSELF, "consent", suggestion_id=str(made.suggestion_id))

    service.hears(placement_removed(known), sequence=2)

    assert session.get_one(Suggestion, made.suggestion_id).state == "consented"
    assert told(session, leadership.SuggestionExpired) == []


def test_who_did_not_fail_to_answer_is_suggested_again_without_a_year_of_peace(
    session: Session, service: Leadership
) -> None:
    known, _ = rested_on(session, service)
    service.hears(placement_removed(known), sequence=2)

    service.hears(mentored(ME))

    assert len(told(session, leadership.SuggestionMade)) == 2


def test_what_is_held_and_was_taken_back_is_shown_as_taken_back(
    session: Session, service: Leadership
) -> None:
    known = mentored(ME)
    service.hears(known)

    service.hears(placement_removed(known), sequence=2)

    assert signals(service) == [TAKEN_BACK]
    assert signals(service, principal(Role.TEACHER, id=str(OTHER))) == []
