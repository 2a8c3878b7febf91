"""Reviews against the standards, each with evidence: the Teachers' Standards (DfE, 2011), eight in Part One and Part
Two, conduct; on early years routes the eight of the Teachers' Standards (Early Years) (NCTL, 2013)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.itt.domain.dates import today
from services.itt.domain.routes import EYTS
from services.itt.domain.trainees import Change, Trainee, about, refuse_edits_when_closed
from shared.errors import Invalid, join
from shared.events.itt import FinalAssessmentRecorded, ReviewRecorded
from shared.events.training import ReviewCorrected

STANDARDS = {
    "1": "Set high expectations which inspire, motivate and challenge pupils",
    "2": "Promote good progress and outcomes by pupils",
    "3": "Demonstrate good subject and curriculum knowledge",
    "4": "Plan and teach well structured lessons",
    "5": "Adapt teaching to respond to the strengths and needs of all pupils",
    "6": "Make accurate and productive use of assessment",
    "7": "Manage behaviour effectively to ensure a good and safe learning environment",
    "8": "Fulfil wider professional responsibilities",
    "part_two": "Personal and professional conduct",
}
EARLY_YEARS_STANDARDS = {
    "1": "Set high expectations which inspire, motivate and challenge all children",
    "2": "Promote good progress and outcomes by children",
    "3": "Demonstrate good knowledge of early learning and EYFS",
    "4": "Plan education and care taking account of the needs of all children",
    "5": "Adapt education and care to respond to the strengths and needs of all children",
    "6": "Make accurate and productive use of assessment",
    "7": "Safeguard and promote the welfare of children, and provide a safe learning environment",
    "8": "Fulfil wider professional responsibilities",
}


def standards_of(trainee: Trainee) -> Mapping[str, str]:
    """The standards that the trainee's award asks for, by number."""
    return EARLY_YEARS_STANDARDS if trainee.rules.award == EYTS else STANDARDS


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a standard is met, and what shows it."""

    met: bool
    evidence: str


Judgements = Mapping[str, Judgement]


def review(
    trainee: Trainee, review_id: UUID, reviewed_on: date, standards: Judgements, now: datetime
) -> ReviewRecorded:
    """A review of some or all standards. Raises Invalid for an unknown standard or one without evidence."""
    _check(trainee, "reviewed_on", reviewed_on, standards, now)
    told = _told(review_id, reviewed_on, standards)
    return ReviewRecorded(**about(trainee, now), **told, qualification=trainee.rules.award)


def correct_review(
    trainee: Trainee,
    review_id: UUID,
    reviewed_on: date,
    standards: Judgements,
    now: datetime,
    *,
    removed: bool = False,
) -> ReviewCorrected:
    """A review was recorded wrongly and is this one, or never was (``removed``). Raises as ``review`` does."""
    if removed:
        refuse_edits_when_closed(trainee)
    else:
        _check(trainee, "reviewed_on", reviewed_on, standards, now)
    return ReviewCorrected(**about(trainee, now), **_told(review_id, reviewed_on, standards), removed=removed)


def _told(review_id: UUID, reviewed_on: date, standards: Judgements) -> dict[str, Any]:
    return {
        "review_id": review_id,
        "reviewed_on": reviewed_on,
        "standards_met": _numbers(standards, met=True),
        "standards_not_yet_met": _numbers(standards, met=False),
    }


def assess(trainee: Trainee, assessed_on: date, standards: Judgements, now: datetime) -> Change:
    """The final assessment: every standard is judged, and it is passed only when all are met."""
    if missing := [number for number in standards_of(trainee) if number not in standards]:
        raise Invalid.field("standards", f"{join(missing)} not judged; a final assessment judges all of them")
    _check(trainee, "assessed_on", assessed_on, standards, now)
    not_met = _numbers(standards, met=False)
    event = FinalAssessmentRecorded(
        **about(trainee, now),
        assessed_on=assessed_on,
        passed=not not_met,
        standards_not_met=not_met,
        qualification=trainee.rules.award,
    )
    return replace(trainee, assessed_on=assessed_on, assessment_passed=not not_met), (event,)


def _numbers(standards: Judgements, *, met: bool) -> tuple[str, ...]:
    return tuple(number for number in STANDARDS if number in standards and standards[number].met is met)


def _check(trainee: Trainee, name: str, on: date, standards: Judgements, now: datetime) -> None:
    refuse_edits_when_closed(trainee)
    if on > today(now):
        raise Invalid.field(name, "is in the future; give the day on which it happened")
    if on < trainee.itt_start_date:
        raise Invalid.field(name, f"is before the start; give a date from {trainee.itt_start_date}")
    if not standards:
        raise Invalid.field("standards", "is empty; judge at least one standard")
    known = standards_of(trainee)
    if strange := [number for number in standards if number not in known]:
        raise Invalid.field("standards", f"{join(strange)} is no standard; use {join(list(known))}")
    if bare := [number for number, judged in standards.items() if not judged.evidence.strip()]:
        raise Invalid.field("standards", f"{join(bare)} has no evidence; say what shows it")
