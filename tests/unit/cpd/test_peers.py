from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cpd.domain import activities, bookings, evaluation
from services.cpd.domain.activities import Activity, Kind
from services.cpd.domain.bookings import Booking, State
from services.cpd.domain.evaluation import Evaluation, Level
from shared.errors import Conflict, Invalid, TransitionNotAllowed
from tests.unit.cpd.build import activity, booking

NOW = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_tables_of_activities_and_bookings() -> None:
    assert {s: activities.TRANSITIONS.allowed(s) for s in activities.State} == {
        "offered": ["cancel", "hold"],
        "held": ["close"],
        "closed": [],
        "cancelled": [],
    }
    assert {s: bookings.TRANSITIONS.allowed(s) for s in State} == {
        "waiting": ["move_up", "cancel"],
        "booked": ["cancel", "attend", "miss"],
        "cancelled": [],
        "attended": [],
        "absent": ["attend"],
    }


def test_hours_are_hundredths_of_an_hour() -> None:
    assert activity().hours_hundredths == 150


@pytest.mark.parametrize(
    ("kind", "contribution"),
    [("workshop", "led"), ("coaching_pair", "coached"), ("mentoring", "mentored"), ("job_swap", "led")],
)
def test_what_the_leader_contributes(kind: str, contribution: str) -> None:
    assert activity(kind=Kind(kind)).contribution_kind == contribution


def test_a_good_offer_is_accepted() -> None:
    activity().check(NOW)
    activity(kind=Kind.LESSON_STUDY, capacity=2, evaluation_weeks=[4, 8, 20]).check(NOW)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("starts_at", {"starts_at": NOW}),
        ("starts_at", {"ends_at": activity().starts_at}),
        ("capacity", {"capacity": 0}),
        ("capacity", {"kind": Kind.COACHING_PAIR, "capacity": 2}),
        ("capacity", {"kind": Kind.LESSON_STUDY, "capacity": 3}),
        ("evaluation_weeks", {"evaluation_weeks": [6, 12]}),
        ("evaluation_weeks", {"evaluation_weeks": [6, 6, 26]}),
        ("evaluation_weeks", {"evaluation_weeks": [0, 12, 26]}),
    ],
)
def test_offers_that_are_refused(field: str, more: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match=field):
        activity(**more).check(NOW)


def test_bookings_end_when_the_activity_begins() -> None:
    activity().check_open(NOW)
    with pytest.raises(Conflict):
        activity().check_open(activity().starts_at)
    with pytest.raises(Conflict):
        activity(state=activities.State.CANCELLED).check_open(NOW)


def test_an_activity_is_held_once() -> None:
    of = activity()
    of.move("hold")
    with pytest.raises(TransitionNotAllowed):
        of.move("hold")


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([], State.BOOKED),
        ([State.BOOKED, State.CANCELLED], State.BOOKED),
        ([State.BOOKED, State.BOOKED], State.WAITING),
    ],
)
def test_a_full_activity_has_a_waiting_list(states: list[State], expected: State) -> None:
    made = [booking(n, state) for n, state in enumerate(states)]
    assert bookings.first_state(activity(), made) is expected


def test_who_asked_first_moves_up_first() -> None:
    made = [booking(3, State.WAITING), booking(2, State.WAITING), booking(1)]
    assert bookings.move_up(activity(), made) == [made[1]]
    assert [b.state for b in made] == [State.WAITING, State.BOOKED, State.BOOKED]


def test_nobody_moves_up_when_it_is_full() -> None:
    assert bookings.move_up(activity(capacity=1), [booking(1), booking(2, State.WAITING)]) == []


@given(st.lists(st.tuples(st.sampled_from(["book", "cancel"]), st.integers(0, 9)), max_size=40))
def test_capacity_is_never_exceeded_and_nobody_waits_beside_a_free_place(
    steps: list[tuple[str, int]],
) -> None:
    of, made = activity(capacity=3), list[Booking]()
    for step, which in steps:
        live = [b for b in made if b.state in bookings.LIVE]
        if step == "book":
            made.append(booking(len(made), bookings.first_state(of, made)))
        elif live:
            live[which % len(live)].move("cancel")
            bookings.move_up(of, made)
        taken, waiting = (sum(b.state is s for b in made) for s in (State.BOOKED, State.WAITING))
        assert taken <= 3
        assert not (waiting and taken < 3)


@pytest.mark.parametrize(
    ("start", "length", "state", "clashes"),
    [
        (-HOUR, HOUR, State.BOOKED, False),
        (-HOUR, 2 * HOUR, State.BOOKED, True),
        (HOUR, HOUR, State.WAITING, True),
        (HOUR, HOUR, State.CANCELLED, False),
        (1.5 * HOUR, HOUR, State.BOOKED, False),
    ],
)
def test_one_person_is_not_booked_twice_at_the_same_time(
    start: timedelta, length: timedelta, state: State, clashes: bool
) -> None:
    starts_at = activity().starts_at + start
    own = [booking(1, state, starts_at=starts_at, ends_at=starts_at + length)]
    if clashes:
        with pytest.raises(Conflict, match="same time"):
            bookings.check_no_clash(activity(), own)
    else:
        bookings.check_no_clash(activity(), own)


def test_hours_are_counted_once() -> None:
    of = booking(1)
    assert of.attend(150)
    assert not of.attend(200)
    assert of.hours_hundredths == 150


def test_the_register_can_be_corrected_from_absent() -> None:
    of = booking(1, State.ABSENT)
    assert of.attend(150)
    assert of.state is State.ATTENDED


def asked(level: int, score: int | None = None, requested: bool = True) -> Evaluation:
    given = {"id": UUID(int=level), "activity_id": UUID(int=30), "person_id": UUID(int=1)}
    when = {"due_on": date(2026, 3, 4), "requested_at": NOW if requested else None}
    return Evaluation(**given, **when, level=Level(level), score=score)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("of", "weeks"),
    [(activity(), [0, 0, 6, 12, 26]), (activity(evaluation_weeks=[4, 8, 20]), [0, 0, 4, 8, 20])],
)
def test_levels_three_to_five_are_asked_later(of: Activity, weeks: list[int]) -> None:
    day = date(2026, 3, 4)
    assert list(evaluation.due_dates(of, day).values()) == [day + timedelta(weeks=w) for w in weeks]
    assert [asked(level).is_later for level in Level] == [False, False, True, True, True]


def test_a_level_is_asked_once() -> None:
    of = asked(3, requested=False)
    assert of.request(NOW)
    assert not of.request(NOW + HOUR)
    assert of.requested_at == NOW


def test_an_answer_is_recorded_once() -> None:
    of = asked(2)
    assert of.record(4, "Clear", NOW, NOW.date())
    assert not of.record(4, "Clear", NOW, NOW.date())
    assert (of.score, of.comment, of.recorded_on) == (4, "Clear", NOW.date())


def test_another_answer_to_the_same_question_is_refused() -> None:
    of = asked(2, score=4)
    with pytest.raises(Conflict, match="level 2 was answered"):
        of.record(5, "", NOW, NOW.date())


def test_a_level_is_not_answered_before_it_is_asked() -> None:
    with pytest.raises(Conflict, match="level 3 is asked on 2026-03-04"):
        asked(3, requested=False).record(4, "", NOW, NOW.date())


def test_no_level_is_inferred_from_another() -> None:
    rows = [asked(1, 5), asked(1, 4), asked(2), asked(3, requested=False)]
    assert [(s.asked, s.answered, s.mean_score_hundredths) for s in evaluation.summary(rows)] == [
        (2, 2, 450),
        (1, 0, None),
        (0, 0, None),
        (0, 0, None),
        (0, 0, None),
    ]


def test_an_activity_does_not_close_on_level_one_alone() -> None:
    with pytest.raises(Conflict, match="level 1 alone"):
        evaluation.check_may_close([asked(1, 5), *(asked(level) for level in (2, 3, 4, 5))])


def test_an_activity_does_not_close_before_every_level_is_asked() -> None:
    with pytest.raises(Conflict, match=r"levels \[5\] are asked later"):
        evaluation.check_may_close([*(asked(level, 4) for level in (1, 2, 3, 4)), asked(5, requested=False)])


def test_an_activity_closes_on_an_answer_above_level_one() -> None:
    evaluation.check_may_close([asked(1, 5), asked(2), asked(3), asked(4, 3), asked(5)])
