"""Nomination without a gatekeeper, consent before anything is held, and who may do what."""

from datetime import date
from uuid import UUID

import pytest

from services.leadership.domain.nominations import (
    LIVE,
    Nomination,
    NominationState,
    Source,
    first_state,
    source_of,
)
from services.leadership.domain.policy import PERMISSIONS, is_head_of, relations
from shared.errors import Invalid, TransitionNotAllowed
from shared.policy import Principal, Role

PROPOSED = Nomination(
    UUID(int=1), UUID(int=2), "peer-1", Source.PEER, date(2026, 9, 1), NominationState.AWAITING_CONSENT
)
HEAD = Principal("h", frozenset({Role.SCHOOL_LEADER}), frozenset({"school:123456"}))


@pytest.mark.parametrize(
    ("source", "state"),
    [
        (Source.SELF, NominationState.MADE),
        (Source.SUGGESTION, NominationState.MADE),
        (Source.PEER, NominationState.AWAITING_CONSENT),
        (Source.HEAD, NominationState.AWAITING_CONSENT),
    ],
)
def test_a_nomination_by_somebody_else_waits_for_consent(source: Source, state: NominationState) -> None:
    assert first_state(source) == state
    assert state in LIVE


def test_with_consent_the_nomination_is_made_and_keeps_who_proposed_it() -> None:
    made = PROPOSED.move("consent")

    assert (made.state, made.person_id, made.proposed_by) == (NominationState.MADE, UUID(int=2), "peer-1")


@pytest.mark.parametrize("event", ["refuse", "expire"])
def test_without_consent_the_nomination_is_blanked(event: str) -> None:
    blanked = PROPOSED.move(event)

    assert (blanked.person_id, blanked.proposed_by) == (None, None)
    with pytest.raises(TransitionNotAllowed):
        blanked.move("consent")


def test_consent_is_open_for_28_days() -> None:
    assert PROPOSED.open_until == date(2026, 9, 29)


@pytest.mark.parametrize(
    ("is_self", "is_head", "wanted", "source"),
    [
        (True, False, None, Source.SELF),
        (True, True, Source.SELF, Source.SELF),
        (False, True, None, Source.HEAD),
        (False, True, Source.PEER, Source.PEER),
        (False, False, None, Source.PEER),
        (False, False, Source.PEER, Source.PEER),
    ],
)
def test_the_source_is_how_the_caller_stands_to_the_person(
    is_self: bool, is_head: bool, wanted: Source | None, source: Source
) -> None:
    assert source_of(is_self=is_self, is_head=is_head, wanted=wanted) == source


@pytest.mark.parametrize(
    ("is_self", "is_head", "wanted"),
    [(True, True, Source.HEAD), (False, False, Source.HEAD), (False, True, Source.SELF)],
)
def test_nobody_nominates_as_what_they_are_not(is_self: bool, is_head: bool, wanted: Source) -> None:
    with pytest.raises(Invalid, match="this nomination is by"):
        source_of(is_self=is_self, is_head=is_head, wanted=wanted)


def test_only_the_leader_of_the_persons_own_school_is_their_head() -> None:
    teacher = Principal("t", frozenset({Role.TEACHER}), frozenset({"school:123456"}))

    assert is_head_of(HEAD, ["654321", "123456"])
    assert not is_head_of(HEAD, ["654321"])
    assert not is_head_of(teacher, ["123456"])


def test_consent_is_the_persons_alone() -> None:
    person = Principal(str(UUID(int=2)), frozenset({Role.TEACHER}))

    assert PERMISSIONS.allows(person, "suggestion.answer", relations(person, [UUID(int=2)]))
    assert not PERMISSIONS.allows(HEAD, "suggestion.answer", relations(HEAD, [UUID(int=2)]))


PERSONS = {"trainee", "teacher", "mentor", "tutor", "school_leader", "panel_member"}


@pytest.mark.parametrize("action", ["suggestion.answer", "nomination.answer", "nomination.make", "own.read"])
def test_there_is_no_gatekeeper_and_no_outsider(action: str) -> None:
    assert set(PERMISSIONS.roles(action)) == PERSONS
