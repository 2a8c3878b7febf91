"""The states of a message: in the app it stands at once; these are the states of its e-mail."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from services.notifications.domain.quiet_hours import quiet_until
from shared.transitions import Transitions


class State(StrEnum):
    """``unknown``: the mail server may or may not have taken it; nobody but an operator sends it again."""

    IN_APP_ONLY = "in_app_only"
    WAITING = "waiting"
    HELD = "held"
    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


TRANSITIONS = Transitions(
    "notifications.message",
    (State.WAITING, "address_came", State.READY),
    (State.WAITING, "address_came_in_quiet_hours", State.HELD),
    (State.WAITING, "no_address_came", State.FAILED),
    (State.WAITING, "switched_off", State.IN_APP_ONLY),
    (State.HELD, "quiet_hours_over", State.READY),
    (State.HELD, "switched_off", State.IN_APP_ONLY),
    (State.READY, "switched_off", State.IN_APP_ONLY),
    (State.READY, "address_missing", State.WAITING),
    (State.READY, "claimed", State.SENDING),
    (State.SENDING, "accepted", State.SENT),
    (State.SENDING, "not_reached", State.READY),
    (State.SENDING, "server_away", State.READY),
    (State.SENDING, "given_up", State.FAILED),
    (State.SENDING, "refused", State.FAILED),
    (State.SENDING, "put_back", State.READY),
    (State.SENDING, "outcome_lost", State.UNKNOWN),
    (State.FAILED, "sent_again", State.READY),
    (State.UNKNOWN, "sent_again", State.READY),
    (State.SENT, "sent_again", State.READY),
)

# Pauses before another attempt, in seconds; the last one again and again, until the message has failed after a week.
RETRY_DELAYS_S = (60, 300, 1800, 7200, 21600)
MOST_ATTEMPTS = 33
# That there is no server, or that it does not want us, says nothing about a message: of such attempts no more count
# than these, so the pause is half an hour at most, and it goes on for as long as it takes.
MOST_ATTEMPTS_AWAY = 3
# Ends of an attempt after which another one follows.
PUT_OFF = frozenset({"not_reached", "server_away"})
# Channels that may be given a message again: the second time changes nothing.
REPEATABLE = frozenset({"file"})
# A claim that is this old belongs to a process that is gone: no attempt takes so long.
CLAIM_S = 600
# So long an address is waited for; a message is no news after that.
WAIT_FOR_ADDRESS = timedelta(days=28)
# A fact that is told later than this (a service that was away, a new subscription) stays in the app. A notice does
# not: a decision about somebody is only fair when they learn of it, late or not. What was published before this
# service listened to it at all is the past, notice or not.
STALE_AFTER = timedelta(days=14)


def first_state(
    *, happened_at: datetime, now: datetime, has_address: bool, wants_mail: bool, notice: bool = False
) -> tuple[State, datetime | None]:
    """Where a new message begins, and until when it is held (UTC). ``now`` is business time."""
    is_stale = now - happened_at > STALE_AFTER
    if not notice and (is_stale or not wants_mail):
        return State.IN_APP_ONLY, None
    if not has_address:
        return State.WAITING, None
    until = quiet_until(now)
    return (State.HELD, until) if until else (State.READY, None)


def after_address(now: datetime) -> tuple[State, datetime | None]:
    """Where a waiting message goes when the address has come, and until when it is held."""
    until = quiet_until(now)
    event = "address_came_in_quiet_hours" if until else "address_came"
    return TRANSITIONS.next(State.WAITING, event), until


def waits_until(began_at: datetime) -> datetime:
    """Until when an address is waited for: the same moment for all that began on one day (UTC)."""
    day = began_at.astimezone(UTC).date()
    return datetime.combine(day + timedelta(days=1), time(), UTC) + WAIT_FOR_ADDRESS


def retry_delay(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts that were put off; None: that was the last one."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return timedelta(seconds=RETRY_DELAYS_S[min(attempts, len(RETRY_DELAYS_S)) - 1])


def attempts_that_count(before: int, event: str) -> int:
    """How many attempts a message has had after this one, which is the ``before`` and one more, ended so."""
    if event == "put_back":
        return before
    return max(before, min(before + 1, MOST_ATTEMPTS_AWAY)) if event == "server_away" else before + 1


def after_interruption(channel: str | None) -> State:
    """Where a message goes whose sender is gone in the middle of it."""
    return TRANSITIONS.next(State.SENDING, "put_back" if channel in REPEATABLE else "outcome_lost")


def leaving(event: str) -> list[State]:
    """The states that this event leads out of."""
    return [source for source, name, _ in TRANSITIONS if name == event]


def target(event: str) -> State:
    """The one state that this event leads to, wherever it comes from."""
    (only,) = {to for _, name, to in TRANSITIONS if name == event}
    return only
