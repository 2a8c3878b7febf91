"""When contributions suggest an invitation, and when they do not; figures are written from the table of thresholds."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leadership.domain import signals
from services.leadership.domain.signals import Kind, Signal, in_force, reasons
from services.leadership.domain.suggestions import (
    SUGGESTION_TRANSITIONS,
    Signaller,
    Suggestion,
    SuggestionState,
    reasons_to_suggest,
)
from shared.errors import TransitionNotAllowed

TODAY = date(2026, 9, 1)
OPEN = Suggestion(UUID(int=1), UUID(int=2), TODAY, ("You led.",))


def signals_of(kind: Kind, *amounts: int, on: date = TODAY) -> list[Signal]:
    first = 1000 * list(Kind).index(kind) + on.toordinal() * 10_000
    return [Signal(UUID(int=first + n), kind, on, amount) for n, amount in enumerate(amounts)]


LED_WELL = [*signals_of(Kind.LED, 6, 8), *signals_of(Kind.EVALUATED, 5, 4, 3)]
MENTORED = signals_of(Kind.TRAINEE_MENTORED, 60, 45)
TEACHER = Signaller(passed_induction=True, suspended=False, is_nominated=False, signals=MENTORED, earlier=[])


@pytest.mark.parametrize(
    ("held", "told"),
    [
        ([], []),
        (
            LED_WELL,
            [
                (
                    "You led 2 activities for 14 colleagues since 1 September 2024,"
                    " and 3 evaluations by peers rated them 4.0 out of 5 on average."
                )
            ],
        ),
        (signals_of(Kind.LED, 6, 8, 9), []),
        ([*signals_of(Kind.LED, 6), *signals_of(Kind.EVALUATED, 5, 5, 5)], []),
        ([*signals_of(Kind.LED, 6, 8), *signals_of(Kind.EVALUATED, 5, 5)], []),
        ([*signals_of(Kind.LED, 6, 8), *signals_of(Kind.EVALUATED, 5, 3, 3, 4)], []),
        (MENTORED, ["You mentored trainees in 2 placements, 105 days in all, since 1 September 2024."]),
        (MENTORED[:1], []),
        (
            signals_of(Kind.INDUCTION_MENTORED, 0),
            ["You mentored a teacher through induction since 1 September 2024."],
        ),
        (
            signals_of(Kind.INDUCTION_MENTORED, 0, 0),
            ["You mentored 2 teachers through induction since 1 September 2024."],
        ),
    ],
)
def test_every_threshold_that_is_met_is_a_reason_in_plain_words(held: list[Signal], told: list[str]) -> None:
    assert list(reasons(held, TODAY)) == told


@pytest.mark.parametrize(
    ("contribution", "of_activity", "expected"),
    [
        ("led", True, True),
        ("coached", True, True),
        ("mentored", True, True),
        ("mentored", False, False),
        ("adopted", True, False),
    ],
)
def test_mentoring_that_is_offered_to_peers_is_something_led(
    contribution: str, of_activity: bool, expected: bool
) -> None:
    assert signals.is_leading(contribution, of_activity=of_activity) is expected


def test_all_reasons_are_told_together() -> None:
    assert len(reasons([*LED_WELL, *MENTORED, *signals_of(Kind.INDUCTION_MENTORED, 0)], TODAY)) == 3


def test_evidence_over_24_months_old_does_not_count() -> None:
    kept = signals_of(Kind.INDUCTION_MENTORED, 0, on=date(2024, 9, 1))
    old = signals_of(Kind.INDUCTION_MENTORED, 0, on=date(2024, 8, 31))

    assert reasons(kept, TODAY)
    assert not reasons(old, TODAY)


@pytest.mark.parametrize(
    ("on", "since"),
    [
        (date(2028, 2, 29), "28 February 2026"),
        (date(2028, 1, 31), "31 January 2026"),
        (date(2028, 12, 15), "15 December 2026"),
    ],
)
def test_24_months_before_the_end_of_february_is_a_day_that_exists(on: date, since: str) -> None:
    (told,) = reasons(signals_of(Kind.INDUCTION_MENTORED, 0, on=on), on)

    assert told.endswith(f"since {since}.")


def test_the_thresholds_in_force_are_those_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = signals.THRESHOLDS
    later = replace(first, since=date(2027, 9, 1), trainees_mentored=3)
    monkeypatch.setattr(signals, "THRESHOLDS", (later, first))

    assert in_force(date(2014, 8, 31)) is None
    assert in_force(date(2027, 8, 31)) == first
    assert in_force(date(2027, 9, 1)) == later
    assert reasons(MENTORED, date(2014, 8, 31)) == ()


@given(st.permutations([*LED_WELL, *MENTORED]), st.integers(0, 7))
def test_order_and_doubles_do_not_change_the_reasons(shuffled: list[Signal], doubled: int) -> None:
    assert reasons([*shuffled, *shuffled[:doubled]], TODAY) == reasons([*LED_WELL, *MENTORED], TODAY)


def test_a_teacher_whose_contributions_meet_a_threshold_is_suggested() -> None:
    assert len(reasons_to_suggest(TEACHER, TODAY)) == 1


@pytest.mark.parametrize(
    "person",
    [
        replace(TEACHER, passed_induction=False),
        replace(TEACHER, suspended=True),
        replace(TEACHER, is_nominated=True),
        replace(TEACHER, signals=[]),
        replace(TEACHER, earlier=[OPEN]),
    ],
    ids=["in induction", "suspended", "nominated", "no signals", "suggested already"],
)
def test_nobody_is_suggested_who_is_not_a_teacher_in_good_standing_or_is_suggested_already(
    person: Signaller,
) -> None:
    assert reasons_to_suggest(person, TODAY) == ()


@pytest.mark.parametrize(
    ("event", "days_later", "again"),
    [
        ("refuse", 0, False),
        ("refuse", 364, False),
        ("refuse", 365, True),
        ("expire", 364, False),
        ("expire", 365, True),
        ("lapse", 0, True),
        ("consent", 0, True),
    ],
)
def test_who_refused_or_did_not_answer_is_left_in_peace_for_a_year(
    event: str, days_later: int, again: bool
) -> None:
    closed = OPEN.move(event, TODAY)
    person = replace(TEACHER, earlier=[closed])

    assert bool(reasons_to_suggest(person, TODAY + timedelta(days=days_later))) is again


@pytest.mark.parametrize(
    ("event", "state", "kept"),
    [
        ("consent", SuggestionState.CONSENTED, ("You led.",)),
        ("refuse", SuggestionState.REFUSED, ()),
        ("expire", SuggestionState.EXPIRED, ()),
        ("lapse", SuggestionState.LAPSED, ()),
    ],
)
def test_without_consent_the_reasons_are_blanked(
    event: str, state: SuggestionState, kept: tuple[str, ...]
) -> None:
    moved = OPEN.move(event, TODAY)

    assert (moved.state, moved.reasons, moved.closed_on) == (state, kept, TODAY)
    with pytest.raises(TransitionNotAllowed):
        moved.move("consent", TODAY)


def test_a_suggestion_is_open_for_28_days() -> None:
    assert OPEN.open_until == date(2026, 9, 29)
    assert SUGGESTION_TRANSITIONS.allowed(SuggestionState.OPEN) == ["consent", "refuse", "expire", "lapse"]
