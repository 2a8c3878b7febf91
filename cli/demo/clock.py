"""Business time, moved by hand: to the day of the next step, with every deadline of every service before it."""

import time
from datetime import datetime, timedelta
from typing import Any

import eventlet

from cli.demo.cast import OPERATOR
from cli.demo.rest import Rest
from cli.demo.stage import Stage, office_hours
from shared.config import settings
from shared.errors import Unavailable
from shared.service_names import SERVICES

SETTLES_WITHIN_S, LOOK_S, LOOK_AT_BROKER_S = 120.0, 0.004, 0.015
ROUNDS = 100
AFTERWARDS = timedelta(days=366)
LONGEST = timedelta(days=3652)


class Clock:
    """Moves the stage's time, and lets every effect arrive before it moves again."""

    def __init__(self, stage: Stage, rest: Rest) -> None:
        self._stage, self._rest = stage, rest
        self._last_step = stage.now

    def next_moment(self) -> datetime | None:
        """When the next step is due; for a year after the last, when the next deadline is.

        Some deadlines come every year, whether or not there is anybody whom they are about.
        """
        stage = self._stage
        if (day := stage.next_day()) is not None:
            return max(office_hours(day), stage.now)
        due = self._next_due()
        return due if due is not None and due <= self._last_step + AFTERWARDS else None

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
            self._last_step = self._stage.now
            self._stage.run(who, steps)
        self.settle()

    def settle(self) -> None:
        """Wait until everything has arrived: seen twice with nothing new between, because effects publish as well.

        Raises Unavailable when that takes two minutes.
        """
        until, before = time.monotonic() + SETTLES_WITHIN_S, None
        while time.monotonic() < until:
            published = self._rest.published()
            if published is not None and published == before:
                return
            before = published
            if published is None:
                eventlet.sleep(LOOK_S if settings().amqp_uri is None else LOOK_AT_BROKER_S)
        raise Unavailable(
            "the services did not come to rest within two minutes; 'continuum ledger' shows why"
        )

    def _next_due(self) -> datetime | None:
        moments = [self._ask(service, "next_due")["at"] for service in SERVICES]
        return min((datetime.fromisoformat(at) for at in moments if at), default=None)

    def _ask(self, service: str, method: str, **arguments: Any) -> Any:
        return self._stage.ask(OPERATOR, service, method, **arguments)
