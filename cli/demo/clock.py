"""Business time, moved by hand: to the day of the next step, with every deadline of every service before it."""

import time
from datetime import datetime, timedelta
from typing import Any

import eventlet

from cli.demo.cast import OPERATOR
from cli.demo.outboxes import Outboxes
from cli.demo.stage import Stage, office_hours
from shared.config import settings
from shared.errors import Unavailable
from shared.messaging.declarations import subscriptions
from shared.service_names import SERVICES

SETTLES_WITHIN_S, LOOK_S = 120.0, 0.004
ROUNDS = 100
AFTERWARDS = timedelta(days=366)
LONGEST = timedelta(days=3652)


class Clock:
    """Moves the stage's time, and lets every effect arrive before it moves again."""

    def __init__(self, stage: Stage, outboxes: Outboxes) -> None:
        self._stage, self._outboxes = stage, outboxes
        self._listening = {
            consumer: sorted({subscription.type for subscription in listed})
            for consumer, listed in subscriptions().items()
        }

    def next_moment(self) -> datetime | None:
        """When the next step is due; after the last, when the next deadline is, for a year at most."""
        stage = self._stage
        if (day := stage.next_day()) is not None:
            return max(office_hours(day), stage.now)
        due = self._next_due()
        return due if due is not None and due <= stage.now + AFTERWARDS else None

    def move(self, moment: datetime) -> None:
        """Let everything happen that is due until then."""
        self._stage.now = moment
        for _ in range(ROUNDS):
            due = self._next_due()
            if due is None or due > moment:
                return
            for service in SERVICES:
                self._ask(service, "advance", now=moment.isoformat())
            self.settle()

    def play_steps(self) -> None:
        """The steps of the day, one after another; their effects go on beside them."""
        for who, steps in self._stage.take(self._stage.today).items():
            self._stage.run(who, steps)
        self.settle()

    def settle(self) -> None:
        """Wait until everything has arrived: seen twice with nothing new between, because effects publish as well.

        Raises Unavailable when that takes two minutes.
        """
        began, before = time.monotonic(), None
        while time.monotonic() - began < SETTLES_WITHIN_S:
            published = self._outboxes.published_when_empty()
            if published is not None and self._arrived():
                if published == before:
                    return
                before = published
            else:
                before = None
                eventlet.sleep(LOOK_S)
        raise Unavailable(
            "the services did not come to rest within two minutes; 'continuum ledger' shows why"
        )

    def _arrived(self) -> bool:
        """Whether every consumer has all that was made for it. In one process that is so before an outbox is empty."""
        if settings().amqp_uri is None:
            return True
        found: dict[str, Any] = {service: self._ask(service, "backlog") for service in SERVICES}
        made: dict[str, int] = {type_: n for each in found.values() for type_, n in each["made"].items()}
        for consumer, types in self._listening.items():
            known, failed = found[consumer]["handled"], found[consumer]["failed"]
            if any(known.get(type_, 0) + failed.get(type_, 0) < made.get(type_, 0) for type_ in types):
                return False
        return True

    def _next_due(self) -> datetime | None:
        moments = [self._ask(service, "next_due")["at"] for service in SERVICES]
        return min((datetime.fromisoformat(at) for at in moments if at), default=None)

    def _ask(self, service: str, method: str, **arguments: Any) -> Any:
        return self._stage.call(service, method, arguments, by=OPERATOR)
