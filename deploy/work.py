"""Work for an installation whose parts are being restarted: people come and take up posts, until it is told to stop.

``python work.py``, as the command line and inside the network; SIGTERM ends the work. A call that is not answered is
asked again, as by any client. At the end the ledger must have exactly what was done, each with its effects, in order,
and each mail gone out once.
"""

import json
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from shared.runner.green import patch

patch()

from amqp.exceptions import AMQPError

from cli.demo.sample import sample
from cli.importing import provider_of
from cli.installation import Caller, connected
from services.itt.domain.csv_files import pack
from shared.errors import DeadlineExceeded, OutcomeUnknown, Unavailable
from shared.ids import new_id
from shared.operations.ledger import Line, ledger

AGAIN = (Unavailable, OutcomeUnknown, DeadlineExceeded, AMQPError, OSError)
PAUSE_S, WITHIN_S, LONGEST_S, SETTLES_WITHIN_S = 0.2, 15.0, 1200.0, 180.0
EVERY, ROWS = 25, 5
BEGUN, ENDED, REGISTERED = "people.role.begun.v1", "people.role.ended.v1", "itt.trainee.registered.v1"


class Work:
    """What is asked of the services, and how much of it was answered."""

    def __init__(self, call: Caller) -> None:
        self._call, self.stop = call, False
        self.done = {BEGUN: 0, ENDED: 0, REGISTERED: 0}
        self.asked_again, self.longest_s = 0, 0.0

    def run(self) -> None:
        """Until SIGTERM."""
        until, number = time.monotonic() + LONGEST_S, 0
        while not self.stop and time.monotonic() < until:
            number += 1
            self._post(number)
            if number % EVERY == 0:
                self._file(number)
            time.sleep(PAUSE_S)

    def ask(self, service: str, method: str, asked: dict[str, Any], **more: Any) -> tuple[Any, bool]:
        """The answer, and whether it was asked for more than once."""
        began, again = time.monotonic(), False
        while True:
            try:
                answer = self._call(service, method, asked, timeout_s=WITHIN_S, **more)
                self.longest_s = max(self.longest_s, time.monotonic() - began)
                return answer, again
            except AGAIN as error:
                if time.monotonic() > began + LONGEST_S:
                    raise
                print(f"{service}.{method}: {type(error).__name__}: {error}", file=sys.stderr)
                again = True
                self.asked_again += 1
                time.sleep(0.5)

    def _post(self, number: int) -> None:
        person = {
            "first_names": f"Zoë {number}",
            "last_name": "Ó Briain",
            "email": f"zoe{number}@example.org",
        }
        asked = {
            "role": "teacher",
            "school_urn": "990101",
            "begins_on": "2026-09-01",
            "person_id": str(new_id()),
        }
        period, _ = self.ask("people", "begin_role", asked | {"person": person})
        self.done[BEGUN] += 1
        over = {"role_period_id": period["role_period_id"], "ended_on": "2026-10-01"}
        self.ask("people", "end_role", over)
        self.done[ENDED] += 1

    def _file(self, number: int) -> None:
        content = b"\n".join(sample(1000 + number).splitlines()[: ROWS + 1]) + b"\n"
        asked = {
            "provider_code": "2A5",
            "file_name": f"{number}.csv",
            "content": pack(content),
            "dry_run": False,
        }
        answer, again = self.ask("itt", "import_trainees", asked, by=provider_of("2A5"))
        if not answer["errors"] and (again or not answer["duplicates"]):
            self.done[REGISTERED] += ROWS


def settled(look: Callable[[], list[Line]]) -> list[Line]:
    """The ledger when everything has arrived, or after three minutes."""
    until = time.monotonic() + SETTLES_WITHIN_S
    while True:
        lines = look()
        arrived = all(line.handled == line.committed for line in lines if line.consumer)
        if arrived or time.monotonic() > until:
            return lines
        time.sleep(1)


def messages(work: Work) -> dict[str, int]:
    """The messages by state, when none is on its way out any more, or after three minutes."""
    until = time.monotonic() + SETTLES_WITHIN_S
    while True:
        states: dict[str, int] = work.ask("notifications", "counts", {})[0]["states"]
        if not unsent(states) or time.monotonic() > until:
            return {state: count for state, count in states.items() if count}
        time.sleep(1)


def unsent(states: dict[str, int]) -> int:
    """How many are on their way out (those that are held wait for the morning)."""
    return states.get("ready", 0) + states.get("sending", 0)


def mistakes(done: dict[str, int], committed: dict[str, int], lines: list[Line]) -> list[str]:
    """What the ledger says otherwise than it was done."""
    counts = [
        f"{type_}: {made} done, {committed.get(type_, 0)} committed"
        for type_, made in done.items()
        if committed.get(type_, 0) != made
    ]
    return counts + [
        str(line) for line in lines if line.consumer and (line.handled != line.committed or line.late)
    ]


def main() -> int:
    """Work, wait, compare. The last line is JSON; exit code 1 when something is not as it should be."""
    with connected() as call:
        work = Work(call)
        signal.signal(signal.SIGTERM, lambda *_: setattr(work, "stop", True))
        before = {line.type: line.committed for line in ledger()}
        work.run()
        lines = settled(ledger)
        states = messages(work)
    committed = {line.type: line.committed - before.get(line.type, 0) for line in lines}
    wrong = mistakes(work.done, committed, lines)
    wrong += [f"{unsent(states)} messages were not sent"] if unsent(states) else []
    told = {
        "done": work.done,
        "asked_again": work.asked_again,
        "longest_s": round(work.longest_s, 1),
        "committed": sum(committed.values()),
        "messages": states,
        "wrong": wrong,
    }
    print(json.dumps(told))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
