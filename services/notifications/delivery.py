"""The delivery loop: claim in one transaction, hand over outside of any, settle in another.

What time it is says the database: processes that claim from the same table need not agree on it.
"""

import time
from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from services.notifications.channels import Channel, NotReached, OutcomeLost, Refused, ServerAway
from services.notifications.handlers import sending
from services.notifications.handlers.sending import Mail, Outcome
from shared.logs import get_logger

BUDGET_S = 10.0
log = get_logger(__name__)
Sessions = Callable[[], Session]
Clock = Callable[[], float]
EVENTS: dict[type[Refused], str] = {
    Refused: "refused",
    NotReached: "not_reached",
    ServerAway: "server_away",
    OutcomeLost: "outcome_lost",
}


class _Run:
    """One run of the loop: it ends when time is up, or when there is no server to talk to."""

    def __init__(self, channel: Channel, budget_s: float, clock: Clock) -> None:
        self.channel, self._clock, self._until, self.away = channel, clock, clock() + budget_s, False

    @property
    def over(self) -> bool:
        return self.away or self._clock() > self._until

    def hand_over(self, mails: Sequence[Mail]) -> list[Outcome]:
        """Each of them until the run is over; the rest is put back as if it had not been claimed."""
        return [Outcome(mail.message_id, "put_back") if self.over else self._outcome(mail) for mail in mails]

    def _outcome(self, mail: Mail) -> Outcome:
        try:
            self.channel.hand_over(mail)
        except Refused as error:
            self.away = isinstance(error, ServerAway)
            told = {"message_id": mail.message_id, "channel": self.channel.name, "reason_code": error.code}
            log.warning("mail not taken", **told)
            return Outcome(mail.message_id, EVENTS[type(error)], error.code)
        except Exception:
            log.exception("mail not taken by a fault of ours", message_id=mail.message_id)
            return Outcome(mail.message_id, "refused", "fault")
        return Outcome(mail.message_id, "accepted")


def deliver(
    open_session: Sessions, channel: Channel, budget_s: float = BUDGET_S, clock: Clock = time.monotonic
) -> int:
    """Deliver what is ready, for so long at most; gives how many were taken by the channel."""
    run, taken = _Run(channel, budget_s, clock), 0
    with open_session() as session, session.begin():
        sending.take_over(session)
    try:
        while not run.over and (mails := _claim(open_session, channel)):
            outcomes = run.hand_over(mails)
            with open_session() as session, session.begin():
                sending.settle(session, outcomes)
            taken += sum(outcome.event == "accepted" for outcome in outcomes)
    finally:
        channel.close()
    return taken


def _claim(open_session: Sessions, channel: Channel) -> list[Mail]:
    with open_session() as session, session.begin():
        return sending.claim(session, channel.name, channel.batch)
