"""The stage, derived by folding facts and never set by hand.

Highest rank over open role periods; stages 0 to 4 are gates that are passed in order; a prohibition
suspends all; a voided fact does not count (domain page, "The professional continuum").
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.people.domain.facts import EFFECTS, VOIDING, Kind, Mark, PersonFact
from services.people.domain.stages import Flag, Stage, Standing

# A role period that stands for a stage of its own; "teacher" does not: that stage is earned by induction.
ROLE_STAGES: Mapping[str, Stage] = {
    "middle_leader": Stage.MIDDLE_LEADER,
    "senior_leader": Stage.SENIOR_LEADER,
    "headteacher": Stage.HEADTEACHER,
    "executive_head": Stage.EXECUTIVE_HEAD,
}


@dataclass(slots=True)
class Record:
    """What stands on one application, course, induction period, exemption, role period or prohibition."""

    marks: set[Mark] = field(default_factory=set)
    role: str = ""
    begins_on: date = date.min
    ended_on: date = date.max

    def has(self, *marks: Mark) -> bool:
        """Whether any of these marks stands."""
        return not self.marks.isdisjoint(marks)

    @property
    def is_live_application(self) -> bool:
        """Sent, and neither refused nor given up."""
        return self.has(Mark.SENT) and not self.has(Mark.ENDED)

    @property
    def is_live_training(self) -> bool:
        """Neither given up nor ended by an award."""
        return not self.is_given_up and not self.has(Mark.QTS, Mark.EYTS)

    @property
    def is_given_up(self) -> bool:
        """Withdrawn, or removed before it began."""
        return self.has(Mark.WITHDRAWN, Mark.DISCARDED)

    def is_open_on(self, on: date) -> bool:
        """A role period or exemption counts from its first day, and no longer on the day on which it ended."""
        return self.has(Mark.BEGUN) and self.begins_on <= on < self.ended_on


Records = Mapping[Kind, Mapping[str, Record]]


def fold(facts: Iterable[PersonFact], on: date) -> Standing:
    """Where a person with these facts stands on that day. The order of ``facts`` does not matter, nor do doubles."""
    records = _records(facts)
    courses = list(records[Kind.TRAINING].values())
    periods = list(records[Kind.INDUCTION].values())
    exempt = any(exemption.is_open_on(on) for exemption in records[Kind.EXEMPTION].values())
    stage, flag = _gates(courses, periods, exempt)
    if stage.rank == 0 and any(a.is_live_application for a in records[Kind.APPLICATION].values()):
        stage = Stage.CANDIDATE
    gaps = tuple(_gaps(courses, periods))
    if any(r.has(Mark.IMPOSED) for r in records[Kind.PROHIBITION].values()):
        return Standing(min(stage, Stage.QUALIFIED, key=lambda s: s.rank), Flag.SUSPENDED, gaps)
    leading = _leading(records[Kind.ROLE].values(), on)
    if leading is None or leading.rank <= stage.rank:
        return Standing(stage, flag, gaps)
    return Standing(leading, flag if flag is Flag.BARRED else Flag.NONE, gaps)


def days_to_fold_again(facts: Iterable[PersonFact], after: date) -> list[date]:
    """The days after ``after`` on which the stage may change by itself: a role or an exemption begins or ends."""
    records = _records(facts)
    dated = [*records[Kind.ROLE].values(), *records[Kind.EXEMPTION].values()]
    days = {day for record in dated for day in (record.begins_on, record.ended_on)}
    return sorted(day for day in days if after < day < date.max)


def _records(facts: Iterable[PersonFact]) -> Records:
    known = {fact.id: fact for fact in facts if fact.part == "person_id"}
    voided = {fact.details["fact_id"] for fact in known.values() if fact.type == VOIDING}
    records: dict[Kind, dict[str, Record]] = {kind: defaultdict(Record) for kind in Kind}
    for fact in sorted(known.values(), key=lambda f: f.order):
        if fact.type in EFFECTS and str(fact.id) not in voided:
            _apply(fact, records)
    return records


def _apply(fact: PersonFact, records: Records) -> None:
    effect = EFFECTS[fact.type]
    record = records[effect.kind][str(fact.details[effect.key])]
    if Mark.QTS in effect.clears and _is_last_qts_of_who_started(record, records):
        record.marks.add(Mark.REMOVAL_REFUSED)
        return
    record.marks |= effect.sets
    record.marks -= effect.clears
    record.role = fact.details.get("role", record.role)
    if effect.begins:
        record.begins_on = fact.day(effect.begins)
    if effect.ends:
        record.ended_on = fact.day(effect.ends)
    if Mark.ENDED in effect.clears:
        record.ended_on = date.max


def _is_last_qts_of_who_started(course: Record, records: Records) -> bool:
    """Removing the last QTS once induction has started is an error: it counts on."""
    others = (other for other in records[Kind.TRAINING].values() if other is not course)
    started = any(period.has(Mark.OPENED) for period in records[Kind.INDUCTION].values())
    return started and course.has(Mark.QTS) and not any(other.has(Mark.QTS) for other in others)


def _leading(roles: Iterable[Record], on: date) -> Stage | None:
    held = [ROLE_STAGES[role.role] for role in roles if role.role in ROLE_STAGES and role.is_open_on(on)]
    return max(held, key=lambda stage: stage.rank, default=None)


def _gates(courses: list[Record], periods: list[Record], exempt: bool) -> tuple[Stage, Flag]:
    awarded = [c for c in courses if c.has(Mark.QTS, Mark.EYTS) and c.has(Mark.STARTED)]
    if not awarded:
        return _before_award(courses)
    if any(c.has(Mark.QTS) for c in awarded):
        return _after_award([p for p in periods if p.has(Mark.OPENED)], exempt)
    return Stage.EARLY_YEARS, Flag.NONE


def _before_award(courses: list[Record]) -> tuple[Stage, Flag]:
    if all(c.is_given_up for c in courses):
        left = any(c.has(Mark.WITHDRAWN) for c in courses)
        return (Stage.WITHDRAWN if left else Stage.KNOWN, Flag.NONE)
    live = [c for c in courses if c.is_live_training]
    started = [c for c in live if c.has(Mark.STARTED)]
    deciding = started or live
    paused = bool(deciding) and all(c.has(Mark.DEFERRED) for c in deciding)
    return (Stage.TRAINEE if started else Stage.CANDIDATE, Flag.PAUSED if paused else Flag.NONE)


def _after_award(opened: list[Record], exempt: bool) -> tuple[Stage, Flag]:
    if any(p.has(Mark.PASSED) for p in opened):
        return Stage.TEACHER, Flag.NONE
    if any(p.has(Mark.FAILED) for p in opened):
        return Stage.QUALIFIED, Flag.BARRED
    if exempt:
        return Stage.TEACHER, Flag.NONE
    if any(not p.has(Mark.RELEASED) for p in opened):
        return Stage.EARLY_CAREER, Flag.NONE
    return Stage.QUALIFIED, Flag.PAUSED if opened else Flag.NONE


def _gaps(courses: list[Record], periods: list[Record]) -> Iterable[str]:
    if any(c.has(Mark.QTS, Mark.EYTS) and not c.has(Mark.STARTED) for c in courses):
        yield "An award is on record, but no start of that training."
    if any(c.has(Mark.REMOVAL_REFUSED) for c in courses):
        yield "Qualified teacher status was taken back after induction had started: it counts on."
    if periods and not any(c.has(Mark.QTS) for c in courses):
        yield "Induction is on record, but no qualified teacher status."
    if any(p.has(Mark.PASSED, Mark.FAILED) and not p.has(Mark.OPENED) for p in periods):
        yield "The end of an induction period is on record, but not its beginning."
