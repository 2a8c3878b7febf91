"""What the demonstration shows at its end: where everybody stands, how fast, whether anything was lost, one career."""

import statistics
import time
from typing import Any

from rich.console import Console
from rich.padding import Padding

from cli.careers import tell
from cli.demo.cast import OPERATOR
from cli.demo.stage import Player, Stage
from cli.ledger_table import NARROW, ledger_table, verdict
from cli.output import table
from shared.operations.ledger import ledger, missing
from shared.service_names import SERVICES

TROUBLES_SHOWN = 10
MAIL_WITHIN_S = 5.0  # mails go out once a second


def report(stage: Stage, screen: Console, took_s: float, *, remote: bool) -> int:
    """Print it; gives the exit code: 1 when the ledger misses something."""
    screen.rule("Where everybody stands")
    _stages(stage, screen)
    _messages(stage, screen)
    screen.rule("Speed, by the wall clock")
    _latencies(stage, screen, took_s)
    screen.rule("The ledger: what became of every event")
    lines = ledger()
    screen.print(ledger_table(lines, narrow=screen.width < NARROW))
    screen.print(verdict(lines))
    screen.rule("One career")
    shown = _career(stage, screen)
    _troubles(stage, screen)
    screen.rule("Try next")
    _next(screen, shown, "" if remote else " --demo")
    return 1 if missing(lines) else 0


def _ask(stage: Stage, service: str, method: str, **arguments: Any) -> Any:
    return stage.call(service, method, arguments, by=OPERATOR)


def _stages(stage: Stage, screen: Console) -> None:
    counts = _ask(stage, "people", "stage_counts")
    shown = [each for each in counts["stages"] if each["people"]]
    rows = [
        (s["label"], s["people"], s["paused"] or "", s["barred"] or "", s["suspended"] or "") for s in shown
    ]
    columns = ("stage", "people", "paused", "barred", "suspended")
    screen.print(table(columns, rows, right=[1, 2, 3, 4]))
    mentors = sum(len(known) for known in stage.mentors.values())
    others = counts["people"] - len(stage.players) - mentors
    applied = f", {others} who applied and did not come to train" if stage.applicants else ""
    screen.print(
        f"{counts['people']} people are known: {len(stage.players)} trainees{applied},"
        f" and {mentors} mentors whom they met."
    )


def _messages(stage: Stage, screen: Console) -> None:
    until = time.monotonic() + MAIL_WITHIN_S
    while (counts := _ask(stage, "notifications", "counts"))["states"].get(
        "ready"
    ) and time.monotonic() < until:
        time.sleep(0.2)
    states = ", ".join(f"{count} {state}" for state, count in sorted(counts["states"].items()) if count)
    screen.print(
        f"{counts['messages']} messages were written, one for each recipient and fact (e-mail: {states})."
    )


def _latencies(stage: Stage, screen: Console, took_s: float) -> None:
    """The last effect of an event is the latest of those in all services."""
    last: dict[str, float] = {}
    for service in SERVICES:
        for event_id, took_ms in _ask(stage, service, "latencies")["latencies_ms"].items():
            last[event_id] = max(took_ms, last.get(event_id, 0.0))
    if last:
        screen.print(
            f"From commit to the last effect: median {statistics.median(last.values()):.1f} ms,"
            f" slowest {max(last.values()):.0f} ms, over {len(last)} events."
        )
    screen.print(f"{stage.done} steps by people in {took_s:.1f} s; the calendar went to {stage.today}.")


def _career(stage: Stage, screen: Console) -> Player | None:
    """Of those who came farthest, the one with the longest way; the others are found the same way."""
    found = sorted(stage.players, key=lambda player: (not player.nominated, not player.period, player.number))
    if not found:
        return None
    tell(_ask(stage, "people", "timeline", query=found[0].person_id), screen)
    return found[0]


def _troubles(stage: Stage, screen: Console) -> None:
    if stage.troubles:
        screen.rule("Steps that were refused")
        for trouble in stage.troubles[:TROUBLES_SHOWN]:
            screen.print(f"{trouble.day}  {trouble.who}: {trouble.error.message}", markup=False)
        if (more := len(stage.troubles) - TROUBLES_SHOWN) > 0:
            screen.print(f"and {more} more")


def _next(screen: Console, shown: Player | None, demo: str) -> None:
    who = f'"{shown.name}"' if shown else "NAME"
    commands = (
        (f"./continuum timeline {who}", "the same career, from the data that stays"),
        (f"./continuum ledger{demo}", "the ledger again; --json for programs"),
        ("./continuum events", "every event, who publishes it and who listens"),
        ("./continuum demo FILE --provider CODE", "your own file in the national bulk format"),
        (f"./continuum replay people{demo}", "build the timelines again from the logs"),
    )
    for command, what in commands:
        if screen.width >= NARROW:
            screen.print(f"  {command:<46} {what}", markup=False)
        else:
            screen.print(f"  {command}", markup=False, soft_wrap=True)
            screen.print(Padding(what, (0, 0, 0, 6)))
