"""What the demonstration shows at its end: where everybody stands, how fast, whether anything was lost, one career."""

import statistics
import time
from typing import Any

from rich.console import Console
from rich.padding import Padding

from cli.careers import tell
from cli.demo import recruiting
from cli.demo.cast import OPERATOR
from cli.demo.names import in_names
from cli.demo.stage import Player, Stage
from cli.ledger_table import NARROW, ledger_sums, ledger_table, not_right, verdict
from cli.output import day, table
from shared.operations.ledger import Line, ledger, missing
from shared.service_names import SERVICES

TROUBLES_SHOWN = 10
MAIL_WITHIN_S = 5.0  # mails go out once a second
MAILED = {  # a message's state -> what became of so many
    "sent": "went out by e-mail as well",
    "in_app_only": "are read in the service alone",
    "waiting": "wait for an address",
    "held": "wait for the morning",
    "ready": "wait to be sent by e-mail",
    "sending": "are being sent by e-mail",
    "failed": "could not be sent by e-mail",
    "unknown": "may or may not have been sent by e-mail",
}


def report(stage: Stage, screen: Console, took_s: float, *, remote: bool) -> int:
    """Print it; gives the exit code: 1 when the ledger misses something."""
    demo = "" if remote else " --demo"
    screen.rule("Where everybody stands")
    _stages(stage, screen)
    _messages(stage, screen)
    screen.rule("Speed, by the wall clock")
    _latencies(stage, screen, took_s)
    screen.rule("The ledger: what became of every event")
    lines = ledger()
    tell_ledger(lines, screen, demo)
    screen.rule("One career")
    shown = _career(stage, screen)
    _troubles(stage, screen)
    screen.rule("Try next")
    _next(screen, shown, demo)
    return 1 if missing(lines) else 0


def tell_ledger(lines: list[Line], screen: Console, demo: str) -> None:
    """Print the sums and what is not right; the command shows all."""
    screen.print(ledger_sums(lines))
    if wrong := not_right(lines):
        screen.print("These are not as they should be:")
        screen.print(ledger_table(wrong, narrow=screen.width < NARROW))
    unheard = sum(line.committed for line in lines if not line.consumer)
    aside = f"; {unheard} more concern no other service" if unheard else ""
    screen.print(f"An event counts once for each service that listens to it{aside}.")
    screen.print(verdict(lines))
    screen.print(f"Every type of event, row by row: ./continuum ledger{demo}", markup=False)


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
    became = ", ".join(
        f"{counts['states'][state]} {what}" for state, what in MAILED.items() if counts["states"].get(state)
    )
    screen.print(
        f"{counts['messages']} messages were written, one for each recipient and fact: {became or 'none'}."
    )


def _latencies(stage: Stage, screen: Console, took_s: float) -> None:
    """The last effect of an event is the latest of those in all services."""
    last: dict[str, float] = {}
    for service in SERVICES:
        for event_id, took_ms in _ask(stage, service, "latencies")["latencies_ms"].items():
            last[event_id] = max(took_ms, last.get(event_id, 0.0))
    if last:
        screen.print(
            f"From an event to its last effect in any service: median {statistics.median(last.values()):.1f} ms,"
            f" slowest {max(last.values()):.0f} ms, over {len(last)} events."
        )
    screen.print(f"{stage.done} steps by people in {took_s:.1f} s; the calendar went to {day(stage.today)}.")


def _career(stage: Stage, screen: Console) -> Player | None:
    """As the person reads it: who applies where is read by nobody else."""
    if (player := whole_career(stage)) is None:
        return None
    found = stage.ask(player.myself, "people", "my_timeline")
    providers = recruiting.providers(stage)
    for entry in found["entries"]:
        entry |= {key: in_names(entry[key], providers) for key in ("text", "recorded_by")}
    tell(found, screen)
    return player


def whole_career(stage: Stage) -> Player | None:
    """Who applied before who came by file; of those, who came farthest and was the first."""
    applied = {applicant.person_id for applicant in stage.applicants}

    def order(player: Player) -> tuple[bool, bool, bool, int]:
        return player.person_id not in applied, not player.nominated, not player.period, player.number

    return min(stage.players, key=order, default=None)


def _troubles(stage: Stage, screen: Console) -> None:
    if stage.troubles:
        screen.rule("Steps that were refused")
        for trouble in stage.troubles[:TROUBLES_SHOWN]:
            screen.print(f"{day(trouble.day)}  {trouble.who}: {trouble.error.message}", markup=False)
        if (more := len(stage.troubles) - TROUBLES_SHOWN) > 0:
            screen.print(f"and {more} more")


def _next(screen: Console, shown: Player | None, demo: str) -> None:
    who = f'"{shown.name}"' if shown else "NAME"
    commands = (
        (
            f"./continuum timeline {who}",
            "the same career as an operator reads it, without what the person alone sees",
        ),
        (f"./continuum ledger{demo}", "the whole ledger; --json for programs"),
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
