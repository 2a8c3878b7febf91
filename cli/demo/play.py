"""Plays the demonstration from the first check of the file to the report."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from csv import DictReader
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.demo import applying, cast, peers, recruiting, register, training
from cli.demo.applicants import applicants
from cli.demo.clock import LONGEST, Clock
from cli.demo.installation import installation
from cli.demo.names import BODIES, SCHOOLS
from cli.demo.narrator import Narrator
from cli.demo.report import report
from cli.demo.rest import rest
from cli.demo.sample import sample, with_mistakes
from cli.demo.stage import Answer, Player, Stage, body_of, fates, office_hours
from cli.errors import NO
from cli.importing import check, read, tell_duplicates, tell_errors
from cli.output import console, day
from cli.providers import code_of
from services.itt.domain import bulk_file
from services.itt.domain.csv_files import pack
from shared.config import settings

BEFORE_THE_COURSE = timedelta(days=14)
STEPS, STEPS_A_PERSON = 500, 26
PAGE = 200
Perform = Callable[[datetime], None]


def play(file: Path | None, provider: str, *, keep: bool, remote: bool) -> int:
    """Play it; gives the exit code."""
    provider = code_of(provider)
    content = read(file) if file else None
    if content is not None and (errors := check(content, _first_moment(content))):
        tell_errors(*errors)
        return NO
    began = time.monotonic()
    screen = console()
    screen.print(
        "Starting the services of the demonstration ..." if not remote else "Calling the services ..."
    )
    with installation(keep=keep, remote=remote) as call:
        stage = Stage(call, provider, seed=1)
        screen.print(f"They answer after {time.monotonic() - began:.1f} s.")
        stage.seed += _earlier_files(stage) if content is None else 0
        register.load(stage)
        with performance(stage, screen) as perform:
            if content is None:
                content = _recruit(stage, screen, perform, remote)
            stage.now = _first_moment(content)
            answer = _import(stage, content, file.name if file else "sample-trainees.csv")
            if answer["errors"] or answer["duplicates"]:
                return _refused(answer)
            _cast(stage, answer)
            applying.complete_drafts(stage)
            training.plan_checks(stage)
            perform(stage.now + LONGEST)
        return report(stage, screen, time.monotonic() - began, remote=remote)


def _earlier_files(stage: Stage) -> int:
    asked = {"provider_code": stage.provider_code}
    found: Answer = stage.call("itt", "list_imports", asked, by=stage.provider)
    return sum(each["state"] == "succeeded" for each in found["items"])


def _recruit(stage: Stage, screen: Console, perform: Perform, remote: bool) -> bytes:
    """Let candidates apply until the day of the sample; then show first what becomes of a file with mistakes.

    The sample is written where it can be looked at.
    """
    made = sample(stage.seed)
    first = _first_moment(made)
    screen.rule("Candidates apply, and the lead school decides")
    stage.now = office_hours(recruiting.FIRST_DAY)
    applying.plan(stage, names_so_far(stage.seed))
    perform(first)
    if not remote:
        file = settings().data_dir / "sample-trainees.csv"
        file.write_bytes(made)
        screen.print(f"Sixty more trainees are invented; their file is {file}", soft_wrap=True)
    screen.rule("A file with mistakes is refused as a whole")
    stage.now = first
    refused = _import(stage, with_mistakes(stage.seed), "with-mistakes.csv", dry_run=True)
    tell_errors(refused["errors"], refused["rows"])
    screen.rule("Now the file without mistakes")
    return made


def names_so_far(seed: int) -> set[str]:
    """Everybody in the file of this demonstration, and in those before it, by name."""
    taken: set[str] = set()
    for earlier in range(1, seed):
        taken |= _names(sample(earlier))
        taken |= {each.name for each in applicants(earlier, taken)}
    return taken | _names(sample(seed))


def _names(content: bytes) -> set[str]:
    rows = DictReader(StringIO(content.decode()))
    return {f"{row['first_names']} {row['last_name']}" for row in rows}


def _first_moment(content: bytes) -> datetime:
    """Two weeks before the first course of the file, if its rules hold on that day; else the present."""
    present = datetime.now(UTC)
    records = bulk_file.parse(content, present.date()).records.values()
    first = min((record.itt_start_date for record in records), default=present.date()) - BEFORE_THE_COURSE
    return present if check(content, office_hours(first)) else min(office_hours(first), present)


def _import(stage: Stage, content: bytes, name: str, *, dry_run: bool = False) -> Answer:
    answer: Answer = stage.ask(
        stage.provider,
        "itt",
        "import_trainees",
        provider_code=stage.provider_code,
        file_name=name,
        content=pack(content),
        dry_run=dry_run,
    )
    return answer


def _refused(answer: Answer) -> int:
    if answer["errors"]:
        tell_errors(answer["errors"], answer["rows"])
    else:
        tell_duplicates(answer["duplicates"])
    return NO


def _cast(stage: Stage, answer: Answer) -> None:
    """Make a player of everybody in the file, and tell cpd which bodies the schools have chosen."""
    for code, name in BODIES.items():
        urns = [urn for urn in SCHOOLS if body_of(urn) == code]
        stage.ask(cast.OPERATOR, "cpd", "register_appropriate_body", code=code, name=name, school_urns=urns)
    random = Random(f"{stage.seed} fates")
    trainees = _trainees(stage, answer["import_id"])
    for number, (trainee, fate) in enumerate(zip(trainees, fates(len(trainees), random), strict=True)):
        name = f"{trainee['first_names']} {trainee['last_name']}"
        own = Random(f"{stage.seed} {number}")
        player = Player(number, name, trainee["person_id"], trainee, fate, own)
        stage.players.append(player)
        training.plan(stage, player)
    last = min(date.fromisoformat(trainee["itt_end_date"]) for trainee in trainees)
    peers.plan_mentors(stage, last + timedelta(days=30))


def _trainees(stage: Stage, import_id: str) -> list[Answer]:
    found: list[Answer] = []
    after: str | None = None
    while True:
        asked = {"provider_code": stage.provider_code, "import_id": import_id, "limit": PAGE, "after": after}
        page = stage.ask(stage.provider, "itt", "list_trainees", **asked)
        found, after = found + page["items"], page["next"]
        if after is None:
            return found


@contextmanager
def performance(stage: Stage, screen: Console) -> Iterator[Perform]:
    """Gives what plays day after day, until nothing more is due or that moment has come; a line for each fact."""
    with rest() as looking:
        clock, narrator = Clock(stage, looking), Narrator(stage)

        def perform(end: datetime) -> None:
            clock.settle()
            with _progress(screen) as progress:
                bar = progress.add_task(day(stage.today), total=STEPS)
                while (moment := clock.next_moment()) is not None and moment <= end:
                    clock.move(moment)
                    clock.play_steps()
                    for told in narrator.lines(until=stage.today):
                        progress.print(told.wrapped(screen.width), markup=False)
                    total = max(STEPS, len(stage.players) * STEPS_A_PERSON)
                    progress.update(bar, completed=stage.done, total=total, description=day(stage.today))

        yield perform
        for told in narrator.lines():
            screen.print(told.wrapped(screen.width), markup=False)


def _progress(screen: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed} steps"),
        TimeElapsedColumn(),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    )
