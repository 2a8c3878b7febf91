"""Recommending for QTS or EYTS: by the accredited provider, when nothing is missing (Register service)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from services.itt.domain import checks
from services.itt.domain.dates import today, years_before
from services.itt.domain.placements import Placement, schools
from services.itt.domain.trainees import TRANSITIONS, Change, State, Trainee, about
from shared.errors import Conflict, Invalid
from shared.events.itt import TraineeRecommended

_ON_COURSE = frozenset({State.SUBMITTED_FOR_TRN, State.TRN_RECEIVED})


def missing(trainee: Trainee, placements: Sequence[Placement], unchecked: Sequence[str] = ()) -> list[str]:
    """What stands between the trainee and a recommendation, each as a sentence; empty when nothing does.

    ``unchecked``: the checks before training that are missing. Nobody is in a school without them ("Keeping children
    safe in education", part three), so that who has not started has met no standard there.
    """
    return list(_missing(trainee, placements, unchecked))


def _missing(trainee: Trainee, placements: Sequence[Placement], unchecked: Sequence[str]) -> Iterator[str]:
    rules = trainee.rules
    if not trainee.trn:
        yield "There is no TRN yet"
    if trainee.started_on is None:
        wanting = f"; checks that are missing: {checks.words(unchecked)}" if unchecked else ""
        yield f"The training has not started{wanting}"
    if (there := schools(placements)) < rules.placements:
        yield f"There are {there} of {rules.placements} placements in different schools"
    if trainee.assessment_passed is None:
        yield "There is no final assessment"
    elif not trainee.assessment_passed:
        yield "The final assessment is not passed: every standard must be met"
    if rules.employing_school and not trainee.employing_school_urn:
        yield "The employing school is not known, which this route has"
    if rules.degree and not trainee.has_degree:
        yield "There is no degree, which this route requires"


def check_date(
    trainee: Trainee, standards_met_on: date, now: datetime, *, in_file: bool = False
) -> str | None:
    """What is wrong with the date on which the standards were met; in a file it is at most 12 months old."""
    oldest = years_before(today(now), 1)
    if standards_met_on > today(now):
        return "is in the future; give the day on which the standards were met"
    if standards_met_on < trainee.itt_start_date:
        return f"is before the start; give a date from {trainee.itt_start_date}"
    if in_file and standards_met_on < oldest:
        return f"is over 12 months ago; give a date from {oldest}, or recommend this trainee by itself"
    return None


def recommend(
    trainee: Trainee,
    placements: Sequence[Placement],
    standards_met_on: date,
    now: datetime,
    *,
    employing_school_urn: str | None = None,
    unchecked: Sequence[str] = (),
) -> Change:
    """Recommend for the award. Raises TransitionNotAllowed, Invalid for a date or school, Conflict with ``missing``."""
    known = _employed(trainee, employing_school_urn)
    wrong = missing(known, placements, unchecked)
    if wrong and trainee.state in _ON_COURSE:
        raise Conflict("This trainee cannot be recommended yet. " + ". ".join(wrong), missing=wrong)
    state = TRANSITIONS.next(trainee.state, "recommend_for_award")
    if problem := check_date(trainee, standards_met_on, now):
        raise Invalid.field("standards_met_on", problem)
    after = replace(known, state=state, standards_met_on=standards_met_on, recommended_on=today(now))
    event = TraineeRecommended(
        **about(after, now),
        provider_code=after.provider_code,
        trn=after.trn or "",
        standards_met_on=standards_met_on,
        qualification=after.rules.award,
        employing_school_urn=after.employing_school_urn,
    )
    return after, (event,)


def _employed(trainee: Trainee, urn: str | None) -> Trainee:
    if urn is None:
        return trainee
    if not trainee.rules.employing_school:
        raise Invalid.field("employing_school_urn", "this route has no employing school; leave it out")
    return replace(trainee, employing_school_urn=urn)
