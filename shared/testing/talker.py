"""Publishes at a steady rate from inside a service, for tests: each word is a row of its own and an event."""

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from nameko.extensions import DependencyProvider
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from shared.database import sessions
from shared.events import Event
from shared.messaging import publish

SAID = text("INSERT INTO said (number, subject) VALUES (:number, :subject)")
NUMBERS = text("SELECT number FROM said")
Word = Callable[[UUID, int, str], Event]


@dataclass(frozen=True)
class Plan:
    """``CONTINUUM_TALK="total=1000,subjects=20,rate=500,burden=raise,every=100"``; rate is words in a second.

    With ``die_at`` the process is killed right after the commit of that number.
    """

    total: int = 0
    subjects: int = 20
    rate: int = 500
    at_once: int = 4
    burden: str = ""
    every: int = 0
    die_at: int = -1

    @classmethod
    def read(cls, text_: str) -> "Plan":
        given = dict(part.split("=", 1) for part in filter(None, text_.split(",")))
        return cls(**{name: value if name == "burden" else int(value) for name, value in given.items()})  # type: ignore[arg-type]

    def burden_of(self, number: int) -> str:
        return self.burden if self.every and number % self.every == self.every - 1 else ""


class Talker(DependencyProvider):
    """Green threads that commit words until ``total`` of them are said; a word that fails is said again."""

    def __init__(self, word: Word) -> None:
        self._word, self._stopping = word, False
        self.plan = Plan.read(os.environ.get("CONTINUUM_TALK", ""))

    def start(self) -> None:
        if self.plan.total:
            self.container.spawn_managed_thread(self._talk)

    def stop(self) -> None:
        self._stopping = True

    def _talk(self) -> None:
        said = self._until_it_works(self._said) or set()
        numbers = iter([number for number in range(self.plan.total) if number not in said])
        for _ in range(self.plan.at_once):
            self.container.spawn_managed_thread(lambda: self._say_all(numbers))

    def _say_all(self, numbers: Any) -> None:
        for number in numbers:
            if self._stopping:
                return
            self._until_it_works(lambda: self._say(number))  # noqa: B023 - run before the next number comes
            time.sleep(self.plan.at_once / self.plan.rate)

    def _until_it_works(self, work: Callable[[], Any]) -> Any:
        while not self._stopping:
            try:
                return work()
            except IntegrityError:
                return None  # the connection was lost during the commit, which came through
            except SQLAlchemyError:
                time.sleep(0.1)
        return None

    def _said(self) -> set[int]:
        with sessions(self.container.service_name)() as session, session.begin():
            return set(session.scalars(NUMBERS))

    def _say(self, number: int) -> None:
        """One in ten changes its mind first, and is rolled back."""
        with sessions(self.container.service_name)() as session:
            if random.random() < 0.1:
                with session.begin() as change_of_mind:
                    self._publish(session, number)
                    change_of_mind.rollback()
            with session.begin():
                self._publish(session, number)
        if number == self.plan.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def _publish(self, session: Any, number: int) -> None:
        id_ = UUID(int=number % self.plan.subjects + 1)
        session.execute(SAID, {"number": number, "subject": f"speech/{id_}"})
        publish(session, self._word(id_, number, self.plan.burden_of(number)))
