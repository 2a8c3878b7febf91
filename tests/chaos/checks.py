"""What must hold when everything has come to rest: each check says what it saw, and what is wrong."""

import re
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cli.demo.names import DOMAIN
from shared.operations.ledger import ledger
from shared.service_names import SERVICES
from tests.chaos.outcome import Outcome, differences, outcome, rows
from tests.chaos.people import One
from tests.chaos.world import World

EFFECTS = "SELECT event_id::text, source, type, subject, sequence, late FROM chaos_effect ORDER BY id"
UNFINISHED = ("unpublished", "on_the_way", "waiting", "parked", "missing", "not_covered")
SENT = "sent"


@dataclass(frozen=True)
class Checked:
    """One check: what it looked at, and what is wrong."""

    name: str
    told: str
    wrong: list[str]


def check_everything(
    world: World, people: list[One], expected: Outcome, mailed_again: AbstractSet[str]
) -> list[Checked]:
    """All checks. ``mailed_again``: the messages whose mail the operator has sent once more."""
    return [
        check_ledger(),
        check_log(world),
        check_effects(world),
        check_order(world),
        check_outcome(world, expected),
        check_mails(world, mailed_again),
        check_logs(world, people),
    ]


def check_ledger() -> Checked:
    """Every committed event was handled, or given up by the operator: nothing is missing, nothing waits."""
    lines = ledger(grace_s=0)
    heard = [line for line in lines if line.consumer is not None]
    wrong = [
        f"{line.type} to {line.consumer}: {getattr(line, fate)} {fate.replace('_', ' ')}"
        for line in heard
        for fate in UNFINISHED
        if getattr(line, fate)
    ]
    wrong += [f"{line.type} to {line.consumer}: does not add up" for line in lines if not line.adds_up]
    wrong += [
        f"{line.type}: {line.committed} committed, {line.published} published"
        for line in lines
        if line.committed != line.published
    ]
    handled, late = sum(line.handled for line in heard), sum(line.late for line in heard)
    return Checked(
        "ledger", f"{handled} deliveries handled, {late} of them late; nothing else is left", wrong
    )


def ledger_by_source() -> list[tuple[object, ...]]:
    """(source, events, deliveries, handled, discarded, late, anything else) of each service that publishes."""
    lines, found = ledger(grace_s=0), list[tuple[object, ...]]()
    for source in sorted({line.source for line in lines}):
        mine = [line for line in lines if line.source == source]
        events = sum({line.type: line.committed for line in mine}.values())
        heard = [line for line in mine if line.consumer is not None]
        counts = [sum(getattr(line, what) for line in heard) for what in ("handled", "discarded", "late")]
        rest = sum(getattr(line, fate) for line in heard for fate in UNFINISHED)
        found.append((source, events, sum(line.committed for line in heard), *counts, rest))
    return found


def check_log(world: World) -> Checked:
    """What each service published has the sequences 1, 2, 3 ... of each subject, each once."""
    wrong, events = [], 0
    for service in SERVICES:
        numbers: dict[str, list[int]] = {}
        for subject, sequence in world.sql(service, "SELECT subject, sequence FROM event_log"):
            numbers.setdefault(subject, []).append(sequence)
            events += 1
        wrong += [
            f"{service}: {subject} has {sorted(found)}"
            for subject, found in numbers.items()
            if sorted(found) != list(range(1, len(found) + 1))
        ]
    return Checked("sequences", f"{events} events, each subject counted without a gap", wrong)


def check_effects(world: World) -> Checked:
    """The handlers of each event ran to their commit exactly once at each consumer."""
    wrong, total = [], 0
    for service in SERVICES:
        times = Counter(row[0] for row in world.sql(service, EFFECTS))
        known = {id_ for (id_,) in world.sql(service, "SELECT message_id::text FROM inbox")}
        total += len(times)
        wrong += [f"{service} handled {id_} {n} times" for id_, n in times.items() if n > 1]
        wrong += [f"{service} knows {id_} and had no effect" for id_ in known - times.keys()]
        wrong += [f"{service} had an effect of {id_} and does not know it" for id_ in times.keys() - known]
    return Checked("effects", f"{total} events had their effects, each once", wrong)


def check_order(world: World) -> Checked:
    """In the order of the sequence for each subject, or told to be late: never an earlier one as if it were in time."""
    wrong, late_ones, total = [], 0, 0
    for service in SERVICES:
        highest: dict[tuple[str, str], int] = {}
        for _, source, _, subject, sequence, late in world.sql(service, EFFECTS):
            key = (source, subject)
            if late != (sequence < highest.get(key, 0)):
                wrong.append(
                    f"{service}: {subject} {sequence} after {highest.get(key, 0)}, told late: {late}"
                )
            highest[key] = max(sequence, highest.get(key, 0))
            late_ones, total = late_ones + late, total + 1
    told = f"{total} in the order of their subject, but {late_ones} that came late and were told to be"
    return Checked("order", told, wrong)


def check_outcome(world: World, expected: Outcome) -> Checked:
    """Everybody is where the run without faults has put them, row by row."""
    found = outcome(world.sql)
    told = f"{rows(found)} rows about {len(found)} people are those of the run without faults"
    return Checked("outcome", told, differences(expected, found))


def check_mails(world: World, again: AbstractSet[str]) -> Checked:
    """The mail server took each mail once. Nobody can know of a hand-over that was interrupted whether it went out.

    Such a message was told to be unknown, and the operator has sent it again: its mail was taken once or twice.
    """
    taken = Counter(_message_id(mail) for mail in world.mail.taken)
    states = dict(world.sql("notifications", "SELECT id::text, state FROM message"))
    wrong = [
        f"message {id_} is {state} and its mail was taken {taken[id_]} times"
        for id_, state in states.items()
        if taken[id_] not in mails_of(state, sent_again=id_ in again)
    ]
    wrong += [f"message {id_} is still {state}" for id_, state in states.items() if state == "unknown"]
    wrong += [f"a mail of no message was taken: {id_}" for id_ in taken.keys() - states.keys()]
    doubled = world.sql(
        "notifications",
        "SELECT template, count(*) FROM message GROUP BY recipient_id, template, event_id HAVING count(*) > 1",
    )
    wrong += [f"{template} was written {n} times for one person and fact" for template, n in doubled]
    twice = sum(taken[id_] > 1 for id_ in again)
    told = (
        f"{len(states)} messages, the mails of {len(taken)} taken, each once, but {twice} of the {len(again)} whose"
        " hand-over was interrupted and which the operator then sent again: these twice"
    )
    return Checked("mails", told, wrong)


def mails_of(state: str, *, sent_again: bool) -> set[int]:
    """How often the mail of a message that is in this state at the end may have been taken."""
    if state != SENT:
        return {0}
    return {1, 2} if sent_again else {1}


def check_logs(world: World, people: list[One]) -> Checked:
    """No name and no address stands in a log."""
    names = {f"{one.first_names} {one.last_name}" for one in people}
    numbers = {trn for (trn,) in world.sql("itt", "SELECT trn FROM trainee WHERE trn IS NOT NULL")}
    wrong, size = [], 0
    for file in sorted(world.folder.glob("*.log")):
        text = file.read_text(errors="replace")
        size += len(text)
        found = {name for name in names if name in text}
        found |= set(re.findall(rf"[\w.+-]+@{re.escape(DOMAIN)}", text))
        found |= {trn for trn in set(re.findall(r"(?<![\w.])\d{7}(?![\w.])", text)) if trn in numbers}
        wrong += [f"{file.name} holds {what}" for what in sorted(found)[:5]]
    return Checked("logs", f"{size // 1024} KiB of logs hold no name, address or reference number", wrong)


def _message_id(mail: str) -> str:
    found = re.search(r"^Message-ID: <([^@]+)@", mail, re.MULTILINE | re.IGNORECASE)
    return found.group(1) if found else "?"
