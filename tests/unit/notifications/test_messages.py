"""The states of a message, and the hours in which no mail is sent."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notifications.domain.messages import (
    MOST_ATTEMPTS,
    TRANSITIONS,
    State,
    after_address,
    after_interruption,
    attempts_that_count,
    first_state,
    leaving,
    retry_delay,
    target,
)
from services.notifications.domain.quiet_hours import quiet_until
from shared.errors import TransitionNotAllowed

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
NIGHT = datetime(2026, 1, 12, 23, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# In summer London is an hour ahead of UTC. The clocks change on 29 March and 25 October 2026.
QUIET = [
    ("2026-01-12T06:59:59", "2026-01-12T07:00"),
    ("2026-01-12T07:00", None),
    ("2026-01-12T21:59:59", None),
    ("2026-01-12T22:00", "2026-01-13T07:00"),
    ("2026-01-12T23:30", "2026-01-13T07:00"),
    ("2026-01-13T00:00", "2026-01-13T07:00"),
    ("2026-07-01T05:59", "2026-07-01T06:00"),
    ("2026-07-01T06:00", None),
    ("2026-07-01T20:59", None),
    ("2026-07-01T21:00", "2026-07-02T06:00"),
    ("2026-03-28T22:30", "2026-03-29T06:00"),
    ("2026-10-24T21:30", "2026-10-25T07:00"),
    ("2026-12-31T23:00", "2027-01-01T07:00"),
]


@pytest.mark.parametrize(("now", "until"), QUIET)
def test_mail_waits_for_seven_in_the_morning_in_london(now: str, until: str | None) -> None:
    assert quiet_until(utc(now)) == (utc(until) if until else None)


@pytest.mark.parametrize(
    ("now", "has_address", "wants_mail", "state"),
    [
        (NOON, True, True, State.READY),
        (NIGHT, True, True, State.HELD),
        (NOON, False, True, State.WAITING),
        (NIGHT, False, True, State.WAITING),
        (NOON, True, False, State.IN_APP_ONLY),
        (NIGHT, False, False, State.IN_APP_ONLY),
    ],
)
def test_where_a_message_begins(now: datetime, has_address: bool, wants_mail: bool, state: State) -> None:
    begun, held_until = first_state(happened_at=now, now=now, has_address=has_address, wants_mail=wants_mail)
    assert begun is state
    assert (held_until is not None) == (state is State.HELD)


@pytest.mark.parametrize(("days", "state"), [(14, State.READY), (15, State.IN_APP_ONLY)])
def test_old_news_are_not_mailed(days: int, state: State) -> None:
    begun, _ = first_state(
        happened_at=NOON - timedelta(days=days), now=NOON, has_address=True, wants_mail=True
    )
    assert begun is state


@pytest.mark.parametrize("wants_mail", [True, False])
def test_a_notice_is_mailed_however_late_and_whatever_the_person_prefers(wants_mail: bool) -> None:
    begun, _ = first_state(
        happened_at=NOON - timedelta(days=60), now=NOON, has_address=True, wants_mail=wants_mail, notice=True
    )
    assert begun is State.READY


def test_when_the_address_comes_at_night_the_message_is_held_for_the_morning() -> None:
    assert after_address(NOON) == (State.READY, None)
    assert after_address(NIGHT) == (State.HELD, utc("2026-01-13T07:00"))


def test_a_mail_that_is_put_off_is_tried_for_a_week() -> None:
    delays = [retry_delay(attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert delays[:6] == [timedelta(seconds=s) for s in (60, 300, 1800, 7200, 21600, 21600)]
    assert sum(filter(None, delays), timedelta()) // timedelta(days=1) == 7
    assert retry_delay(MOST_ATTEMPTS) is None


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        (0, "accepted", 1),
        (4, "not_reached", 5),
        (0, "server_away", 1),
        (2, "server_away", 3),
        (3, "server_away", 3),
        (MOST_ATTEMPTS - 1, "server_away", MOST_ATTEMPTS - 1),
        (4, "put_back", 4),
    ],
)
def test_that_the_server_is_away_never_gives_a_mail_up(before: int, event: str, after: int) -> None:
    assert attempts_that_count(before, event) == after


@pytest.mark.parametrize(
    ("channel", "state"), [("file", State.READY), ("smtp", State.UNKNOWN), (None, State.UNKNOWN)]
)
def test_only_what_does_no_harm_is_repeated_after_an_interruption(channel: str | None, state: State) -> None:
    assert after_interruption(channel) is state


def test_every_state_leads_somewhere_but_the_one_that_the_reader_chose() -> None:
    ends = [state for state in State if not TRANSITIONS.allowed(state)]
    assert ends == [State.IN_APP_ONLY]


def test_a_message_that_is_being_sent_cannot_be_sent_again() -> None:
    with pytest.raises(TransitionNotAllowed, match="sending"):
        TRANSITIONS.next(State.SENDING, "sent_again")


def test_events_that_move_many_messages_lead_to_one_state() -> None:
    assert (leaving("quiet_hours_over"), target("quiet_hours_over")) == ([State.HELD], State.READY)
    assert (leaving("no_address_came"), target("no_address_came")) == ([State.WAITING], State.FAILED)
    assert (leaving("switched_off"), target("switched_off")) == (
        [State.WAITING, State.HELD, State.READY],
        State.IN_APP_ONLY,
    )
