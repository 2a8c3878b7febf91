"""The delivery loop: claim in one transaction, hand over outside of any, settle in another."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from services.notifications.channels import Channel, NotReached, OutcomeLost, Refused
from services.notifications.handlers import sending
from services.notifications.handlers.sending import Mail, Outcome
from shared.logs import get_logger

BUDGET_S = 10.0
log = get_logger(__name__)
Sessions = Callable[[], Session]
EVENTS: dict[type[Refused], str] = {
    Refused: "refused",
    NotReached: "not_reached",
    OutcomeLost: "outcome_lost",
}


def _now() -> datetime:
    return datetime.now(UTC)


def deliver(open_session: Sessions, channel: Channel, budget_s: float = BUDGET_S) -> int:
    """Deliver what is ready, for so long at most; gives how many were taken by the channel."""
    until, taken = time.monotonic() + budget_s, 0
    with open_session() as session, session.begin():
        sending.take_over(session, _now())
    try:
        while time.monotonic() < until and (mails := _claim(open_session, channel)):
            outcomes = _hand_over(channel, mails, until)
            with open_session() as session, session.begin():
                sending.settle(session, _now(), outcomes)
            taken += sum(outcome.event == "accepted" for outcome in outcomes)
    finally:
        channel.close()
    return taken


def _claim(open_session: Sessions, channel: Channel) -> list[Mail]:
    with open_session() as session, session.begin():
        return sending.claim(session, _now(), channel.name, channel.batch)


def _hand_over(channel: Channel, mails: Sequence[Mail], until: float) -> list[Outcome]:
    """Each of them until time is up or the server is away; the rest is put back as if it had not been claimed."""
    outcomes: list[Outcome] = []
    away = False
    for mail in mails:
        if away or time.monotonic() > until:
            outcomes.append(Outcome(mail.message_id, "put_back"))
            continue
        outcomes.append(_outcome(channel, mail))
        away = outcomes[-1].event == "not_reached"
    return outcomes


def _outcome(channel: Channel, mail: Mail) -> Outcome:
    try:
        channel.hand_over(mail)
    except Refused as error:
        log.warning(
            "mail not taken", message_id=mail.message_id, channel=channel.name, reason_code=error.code
        )
        return Outcome(mail.message_id, EVENTS[type(error)], error.code)
    except Exception:
        log.exception("mail not taken by a fault of ours", message_id=mail.message_id, channel=channel.name)
        return Outcome(mail.message_id, "refused", "fault")
    return Outcome(mail.message_id, "accepted")
