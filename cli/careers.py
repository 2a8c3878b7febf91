"""``continuum timeline``: one person's entries, or the people among whom the name does not decide."""

import os
import re
import sys
from datetime import date, datetime, timedelta
from typing import Any

from rich.console import Console

from cli.errors import NO
from cli.installation import connected, demo_folder, use_demo
from cli.ledger_table import NARROW
from cli.output import as_json, console, day, table
from cli.settling import Ask
from shared.calendar import LONDON
from shared.config import settings
from shared.database import embedded
from shared.errors import ContinuumError, NotFound, join
from shared.events.cpd import EvaluationRequested, EvaluationScheduled
from shared.events.itt import TraineeDiscarded, TraineeRegistered, TraineeWithdrawn

Answer = dict[str, Any]
LATE = timedelta(days=7)
PROVIDER_CODE = 3  # characters
REGISTERING = frozenset({TraineeRegistered.TYPE, TraineeDiscarded.TYPE, TraineeWithdrawn.TYPE})
SOURCES = {"itt": "teacher training", "cpd": "induction and peers", "people": "career record"}
ORGANISATION = re.compile(r"\b(?i:lead school|school|provider) ([0-9]{6}|[0-9A-Z]{3})\b")
ASKED = frozenset({EvaluationScheduled.TYPE, EvaluationRequested.TYPE})


def show(who: str, *, json: bool, demo: bool, every: bool = False, after_own: bool = False) -> int:
    """Print it; gives 1 when there is no such person, or more than one.

    Only an installation that answered, or none at all, lets the demonstration be looked into: an outage is told.
    ``after_own``: the installation of this folder was asked before, and knows nobody of that name.
    """
    found = _ask(who, in_names=not json) if demo or _is_installed() else None
    if found is None and not demo and _has_demonstration():
        return _from_demo(who, json, every)
    if found is None:
        raise NotFound(_nobody(who, demo, after_own))
    if json:
        as_json(found)
    else:
        tell(found, console(), every=every)
    return 0 if found["person"] else NO


def _nobody(who: str, demo: bool, after_own: bool) -> str:
    """Where was looked, and what to try."""
    try_ = "try a part of the name, the TRN or the id"
    if after_own:
        return f"nobody is known as {who!r} here ({demo_folder().parent}), nor in the demonstration; {try_}"
    if not demo and not _is_installed():
        return (
            f"nobody is known as {who!r}: there is no installation here ({settings().data_dir}) and no demonstration"
            " was played; './continuum demo' plays one, './continuum import trainees' brings people in"
        )
    what = "the demonstration" if demo else "the installation"
    return f"nobody is known as {who!r} in {what} ({_place()}); {try_}"


def _place() -> str:
    """Where the data is: a folder, or the databases of a server by the beginning of their names."""
    here = settings()
    return f"databases {here.database_prefix}_*" if here.database_url else str(here.data_dir)


def _is_installed() -> bool:
    """Without servers of its own an installation that was never run has no data folder, and none is made to look."""
    return _on_servers() or (settings().data_dir / "postgresql").exists()


def _on_servers() -> bool:
    here = settings()
    return bool(here.database_url or here.amqp_uri)


def _has_demonstration() -> bool:
    """Whether one was played on the embedded database; whoever has servers is asking about what is on them."""
    folder = demo_folder()
    return not _on_servers() and (folder / "played").exists() and (folder / "postgresql").exists()


def _ask(who: str, *, in_names: bool) -> Answer | None:
    try:
        with connected() as call:
            found: Answer = call("people", "timeline", {"query": who})
            if in_names:
                name_organisations(found["entries"], call)
    except NotFound:
        return None
    return found if found["person"] or found["candidates"] else None


def name_organisations(entries: list[Answer], call: Ask) -> None:
    """Say schools and providers by name, the code in brackets, as far as itt answers and knows them."""
    said = " ".join(f"{entry['text']} {entry['recorded_by']}" for entry in entries)
    codes = set(ORGANISATION.findall(said))
    if not codes:
        return
    asked = {
        "provider_codes": sorted(code for code in codes if len(code) == PROVIDER_CODE),
        "urns": sorted(code for code in codes if len(code) != PROVIDER_CODE),
    }
    try:
        known = call("itt", "names_of", asked)
    except ContinuumError:
        return  # Without the names the timeline is as true.
    names = known["providers"] | known["schools"]

    def named(it: re.Match[str]) -> str:
        return f"{names[it[1]]} ({it[1]})" if it[1] in names else it[0]

    for entry in entries:
        entry |= {key: ORGANISATION.sub(named, entry[key]) for key in ("text", "recorded_by")}


def _from_demo(who: str, json: bool, every: bool) -> int:
    """Another folder is another process: nothing of the one that was looked at first stays open."""
    sys.stderr.write(f"continuum: from the demonstration ({demo_folder()})\n")
    given = (("--json", json), ("--all", every), ("--after-own", True))
    options = [name for name, is_given in given if is_given]
    use_demo()
    sys.stdout.flush()
    embedded.stop()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "cli", "timeline", "--demo", *options, "--", who])


def tell(found: Answer, screen: Console, *, every: bool = False) -> None:
    """Print a timeline, or who is meant; without ``every`` an evaluation has a row when it was given."""
    person = found["person"]
    if person is None:
        columns = ("name", "TRN", "stage", "id")
        rows = [(name(c), c["trn"], c["stage_label"], c["person_id"]) for c in found["candidates"]]
        screen.print("Several people are meant by that; ask again with a TRN or an id.")
        return screen.print(table(columns, rows))
    flag = f", {person['flag']}" if person["flag"] else ""
    standing = f"{person['stage_label']}{flag}{_why_a_candidate(found)}"
    screen.print(f"[bold]{name(person)}[/], TRN {_trn(person)}: {standing}")
    shown = [e for e in found["entries"] if every or e["type"] not in ASKED]
    if screen.width >= NARROW:
        rows = [
            (day(e["on"]), _text(e), SOURCES.get(e["source"], e["source"]), e["recorded_by"]) for e in shown
        ]
        screen.print(table(("date", "what happened", "source", "recorded by"), rows, right=[0]))
    else:
        narrow = [(day(e["on"]), f"{_text(e)} ({e['recorded_by']})") for e in shown]
        screen.print(table(("date", "what happened (recorded by)"), narrow, right=[0]))
    if left := len(found["entries"]) - len(shown):
        screen.print(f"{left} more say when an evaluation is asked for: timeline --all shows them.")
    return None


def _trn(person: Answer) -> str:
    """The number that counts, and those of records that were removed or joined."""
    trns = person.get("other_trns")  # a service of the version before has none
    others = f" (also given: {join(trns)})" if trns else ""
    return f"{person['trn'] or 'not yet'}{others}"


def _why_a_candidate(found: Answer) -> str:
    """A trainee is whose training has started: who is registered is a candidate until then."""
    moves = [e["type"] for e in found["entries"] if e["type"] in REGISTERING and not e["voided"]]
    registered = bool(moves) and moves[-1] == TraineeRegistered.TYPE
    is_candidate = found["person"]["stage"] == "candidate"
    waits = "training starts on its first day, once every check before it is recorded"
    return f", registered as a trainee; {waits}" if registered and is_candidate else ""


def name(person: Answer) -> str:
    """First names and last name."""
    return f"{person['first_names']} {person['last_name']}".strip()


def _text(entry: Answer) -> str:
    text = f"(recorded in error) {entry['text']}" if entry["voided"] else str(entry["text"])
    entered = datetime.fromisoformat(entry["recorded_at"]).astimezone(LONDON).date()
    return f"{text} (entered {day(entered)})" if entered - date.fromisoformat(entry["on"]) > LATE else text
