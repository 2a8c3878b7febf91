"""One run: first without faults, for what is to be expected; then the same under the schedule; then the checks."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import eventlet
import psycopg2
from eventlet import GreenPool

from tests.chaos.asking import Asking, holds
from tests.chaos.checks import Checked, check_everything, ledger_by_source
from tests.chaos.faults import KINDS, Planned
from tests.chaos.job import Job
from tests.chaos.operator import Operator
from tests.chaos.outcome import Outcome, outcome
from tests.chaos.schedule import schedule
from tests.chaos.script import SCRIPT, Phase, moment
from tests.chaos.world import World

AT_ONCE = 8
SHARE = 0.85  # of the time of a phase is for its steps; the rest for coming to rest
ANSWERS_WITHIN_S, SETTLES_WITHIN_S, RECOVERS_WITHIN_S = 90.0, 240.0, 240.0
OPERATOR_EVERY_S = 2.0
# In order, something was killed or away, killed, and told to end before it could listen.
ENDINGS = {0, 1, 3, -9, -15}


@dataclass
class Injected:
    """A fault that happened: when by the run's clock, how long it was held, how long until all was well again."""

    planned: Planned
    began_s: float
    held_s: float = 0.0
    recovered_s: float | None = None


@dataclass
class Result:
    """What a report tells."""

    seed: int
    people: int
    seconds: float
    planned: list[Planned]
    injected: list[Injected] = field(default_factory=list)
    checked: list[Checked] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    ledger: list[tuple[object, ...]] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """Everything that is wrong, in words."""
        return self.problems + [f"{each.name}: {what}" for each in self.checked for what in each.wrong]


class Run:
    """``seconds`` is how long faults happen; the main job is spread over that time."""

    def __init__(self, world: World, seed: int, people: int, seconds: float) -> None:
        self._world, self._seconds = world, seconds
        self.result = Result(seed, people, seconds, schedule(seed, seconds))
        self._began = 0.0

    # --- without faults

    def reference(self) -> Outcome:
        """What is to be expected: the same people, the same steps, and nothing fails."""
        self._world.start_one_process()
        asking, operator, job = self._hands(60.0)
        self._answering(operator)
        began = time.monotonic()
        for phase in SCRIPT:
            self._play(job, operator, phase, pace_s=0)
        operator.settle(moment(SCRIPT[-1]), SETTLES_WITHIN_S)
        expected = outcome(self._world.sql)
        asking.close()
        self._world.stop_all()
        self.result.told["the job without faults took, s"] = round(time.monotonic() - began, 1)
        return expected

    # --- with faults

    def chaos(self, expected: Outcome) -> None:
        """The same under the schedule; what is wrong stands in the result afterwards."""
        world = self._world
        world.renew()
        world.start_all()
        asking, operator, job = self._hands(self._seconds + SETTLES_WITHIN_S)
        self._answering(operator)
        self._began = time.monotonic()
        faults = eventlet.spawn(self._inject_all, operator)
        helping = eventlet.spawn(self._help, operator)
        each_s = self._seconds / len(SCRIPT)
        for nth, phase in enumerate(SCRIPT):
            self._wait_until(nth * each_s)
            late = time.monotonic() > self._began + self._seconds
            self._play(job, operator, phase, pace_s=0 if late else each_s * SHARE)
        self.result.told["the job under faults took, s"] = round(time.monotonic() - self._began, 1)
        faults.wait()
        self._end(operator, moment(SCRIPT[-1]))
        helping.kill()
        self.result.checked = check_everything(world, job.people, expected, operator.mailed_again)
        self.result.ledger = ledger_by_source()
        self._tell(asking, operator)
        asking.close()
        self.result.told["exit codes at the end"] = sorted(set(world.stop_all()))

    def _end(self, operator: Operator, now: datetime) -> None:
        """Faults are over: an operator puts in order what is left, and everything comes to rest."""
        operator.discard_junk()
        operator.reconcile()
        operator.settle(now, SETTLES_WITHIN_S)
        operator.mail_again()
        operator.settle(now, SETTLES_WITHIN_S)
        operator.discard_junk()
        self.result.told["everything at rest after, s"] = round(time.monotonic() - self._began, 1)

    def _tell(self, asking: Asking, operator: Operator) -> None:
        codes = [code for member in self._world.members for code in member.codes]
        self.result.told |= {
            "calls": asking.calls,
            "errors of calls": dict(sorted(asking.errors.items())),
            "processes that ended and were started again": len(codes),
            "parked events tried again": operator.retried,
            "events sent again by reconcile": operator.resent,
            "junk discarded": operator.discarded,
            "mails of an unknown end sent again": len(operator.mailed_again),
            "killed elsewhere than planned, because nothing came by": self._world.killed_elsewhere,
        }
        if asking.errors["Fault"]:
            self.result.problems.append(f"{asking.errors['Fault']} calls ended with a fault of ours")
        if wrong := sorted(set(codes) - ENDINGS):
            self.result.problems.append(f"processes ended with {wrong}")

    # --- the main job

    def _hands(self, patience_s: float) -> tuple[Asking, Operator, Job]:
        asking = Asking(self._world.rabbit.uri, self._world.folder / "data", patience_s)
        return asking, Operator(self._world, asking), Job(asking, self._world.sql, self.result.people)

    def _answering(self, operator: Operator) -> None:
        self._world.until(operator.answers, "all services answer", ANSWERS_WITHIN_S)

    def _play(self, job: Job, operator: Operator, phase: Phase, pace_s: float) -> None:
        """The steps of a day, several at a time; those of one group one after another."""
        now = moment(phase)
        if phase.at_rest:
            operator.settle(now, self._seconds + SETTLES_WITHIN_S)
        groups: dict[Any, list[Any]] = defaultdict(list)
        for who in phase.who(job):
            groups[phase.group(who)].append(who)
        pool, began = GreenPool(AT_ONCE), time.monotonic()
        threads = []
        for nth, members in enumerate(groups.values()):
            time.sleep(max(0.0, began + pace_s * nth / len(groups) - time.monotonic()))
            threads.append(pool.spawn(self._steps, job, phase, members, now))
        for thread in threads:
            thread.wait()
        if phase.what == "import":
            self._world.until(job.learn_ids, "the people of the files are there", 60)
        self._world.note(f"day {phase.day} is over: {phase.what}, {time.monotonic() - began:.1f} s")

    def _steps(self, job: Job, phase: Phase, members: list[Any], now: datetime) -> None:
        for who in members:
            self._patiently(lambda: phase.step(job, who, now))  # noqa: B023 - called at once

    def _patiently(self, step: Callable[[], None]) -> None:
        """A look into the database waits for it, as a call does; what is not there yet is waited for, too."""
        end = time.monotonic() + self._seconds + SETTLES_WITHIN_S
        while True:
            try:
                return step()
            except (psycopg2.OperationalError, IndexError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.3)

    # --- faults

    def _wait_until(self, at_s: float) -> None:
        time.sleep(max(0.0, self._began + at_s - time.monotonic()))

    def _inject_all(self, operator: Operator) -> None:
        threads = []
        for planned in self.result.planned:
            self._wait_until(planned.at_s)
            threads.append(eventlet.spawn(self._inject, operator, planned))
        for thread in threads:
            thread.wait()

    def _inject(self, operator: Operator, planned: Planned) -> None:
        kind = next(kind for kind in KINDS if kind.name == planned.kind)
        began = time.monotonic()
        since = self._database_now(operator) - timedelta(seconds=60)
        told = Injected(planned, round(began - self._began, 1))
        self.result.injected.append(told)
        self._world.note(f"fault: {planned}")
        try:
            kind.inject(self._world, planned)
        except Exception as error:  # noqa: BLE001 - the run goes on, and tells
            self.result.problems.append(f"{planned}: could not be made: {type(error).__name__} {error}")
            return
        ended = time.monotonic()
        told.held_s = round(ended - began, 1)
        until = self._database_now(operator)
        while time.monotonic() < ended + RECOVERS_WITHIN_S:
            if holds(lambda: operator.has_arrived(since, until) and operator.answers()):
                told.recovered_s = round(time.monotonic() - ended, 1)
                self._world.note(f"recovered after {told.recovered_s} s: {planned}")
                return
            time.sleep(0.2)

    def _database_now(self, operator: Operator) -> datetime:
        while True:
            try:
                return operator.database_now()
            except psycopg2.OperationalError:
                time.sleep(0.1)

    def _help(self, operator: Operator) -> None:
        while True:
            time.sleep(OPERATOR_EVERY_S)
            operator.try_to_work()
