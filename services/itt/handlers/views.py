"""What callers see of a trainee: never the NI number, never equality data."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import details as national
from services.itt.domain import policy, recommendation, rules
from services.itt.domain.codes import labels
from services.itt.domain.dates import academic_year, today
from services.itt.domain.placements import Placement
from services.itt.domain.standards import standards_of
from services.itt.domain.trainees import TRANSITIONS, State, Trainee, trn_still_missing
from services.itt.handlers import records, recruits_view
from services.itt.handlers.training_views import training_view
from shared.aliases import resolve
from shared.events import Person
from shared.policy import Principal, Role

View = dict[str, Any]
WHY = ("defer_reason", "withdrawal_text", "withdrawal_reasons")
SHOWN = tuple(name for name in records.OWN_COLUMNS if name != "ni_number")


def summary(row: models.Trainee, on: date) -> View:
    """A trainee in a list."""
    known = records.trainee(row)
    return {
        "trainee_id": row.id,
        "person_id": row.person_id,
        "provider_code": row.provider_code,
        "state": row.state,
        "first_names": row.first_names,
        "last_name": row.last_name,
        "email": row.email,
        "hesa_id": row.hesa_id,
        "provider_trainee_id": row.provider_trainee_id,
        "trn": row.trn,
        "trn_still_missing": trn_still_missing(known.state, known.trn, known.submitted_on, on),
        "route": known.route.value,
        "qualification": known.rules.award,
        "subjects": list(known.subjects),
        "academic_year": academic_year(row.itt_start_date),
        "itt_start_date": row.itt_start_date,
        "itt_end_date": row.itt_end_date,
        "started_on": row.started_on,
        "awarded_on": row.awarded_on,
    }


def view(session: Session, now: datetime, by: Principal, row: models.Trainee) -> View:
    """Everything about a trainee that who may read it needs; why one paused or left is the provider's to know."""
    session.flush()
    known, placed = records.trainee(row), records.placements(session, row.id)
    training = training_view(session, now, by, row, placed)
    return (
        {name: getattr(row, name) for name in SHOWN}
        | {name: getattr(known, name) for name in records.LIFECYCLE if name != "discarded_at"}
        | summary(row, today(now))
        | {
            "person_id": resolve(session, row.person_id),
            "import_id": row.import_id,
            "route_label": labels("training_route")[row.training_route],
            "possible": possible(known),
            "placements": [placement_view(one) for one in placed],
            "missing_for_recommendation": _missing(known, placed, training["checks_missing"] or []),
            "missing_for_trn": _missing_for_trn(session, row, today(now)),
            **recruits_view.shown(session, row, whole=_knows_why(by, row)),
            "placements_needed": known.rules.placements,
            **training,
            **_assessments(session, known),
        }
        | ({} if _knows_why(by, row) else dict.fromkeys(WHY))
    )


def _knows_why(by: Principal, row: models.Trainee) -> bool:
    return by.has(Role.OPERATOR) or by.belongs(policy.provider(row.provider_code))


def possible(known: Trainee) -> list[str]:
    """The moves that a person may make now: the table's, with "reinstate" for a deferred trainee's way back."""
    if known.state is State.DEFERRED:
        return ["reinstate", "withdraw"]
    return [event for event in TRANSITIONS.allowed(known.state) if event != "receive_trn"]


def _missing(known: Trainee, placed: list[Placement], unchecked: list[str]) -> list[str]:
    recommended = {State.RECOMMENDED_FOR_AWARD, State.AWARDED}
    return [] if known.state in recommended else recommendation.missing(known, placed, unchecked)


def _missing_for_trn(session: Session, row: models.Trainee, on: date) -> dict[str, list[str]]:
    """What keeps a draft from being submitted for a TRN, by column; equality data was checked when it was said."""
    if row.state != State.DRAFT:
        return {}
    record = records.details(row, None, records.placements(session, row.id))
    return rules.by_column(rules.problems(national.write(record), on))


def placement_view(one: Placement) -> View:
    """A placement with its mentor."""
    return {
        "placement_id": one.id,
        "number": one.number,
        "school_urn": one.school_urn,
        "starts_on": one.starts_on,
        "ends_on": one.ends_on,
        "mentor": mentor_view(one),
        "completed_on": one.completed_on,
        "days": one.days,
    }


def mentor_view(one: Placement) -> View | None:
    """The mentor of a placement, None while there is none."""
    if one.mentor_id is None:
        return None
    mentor = one.mentor or Person(first_names="", last_name="")
    return {
        "person_id": one.mentor_id,
        "first_names": mentor.first_names,
        "last_name": mentor.last_name,
        "email": mentor.email,
    }


def _assessments(session: Session, trainee: Trainee) -> View:
    """Reviews and observations, oldest first, and where each standard stands now; without what was removed."""
    kept, seen = models.Review, models.Observation
    known = select(kept).where(kept.trainee_id == trainee.id, kept.removed_at.is_(None))
    reviews = list(session.scalars(known.order_by(kept.reviewed_on, kept.recorded_at)))
    known_lessons = select(seen).where(seen.trainee_id == trainee.id, seen.removed_at.is_(None))
    lessons = session.scalars(known_lessons.order_by(seen.observed_on, seen.id))
    return {
        "reviews": [_review(each) for each in reviews if not each.final],
        "final_assessments": [_review(each) for each in reviews if each.final],
        "standards": _standing(trainee, reviews),
        "observations": [observation_view(each) for each in lessons],
    }


def _review(row: models.Review) -> View:
    return {"review_id": row.id, "reviewed_on": row.reviewed_on, "standards": row.standards}


def observation_view(row: models.Observation) -> View:
    """An observed lesson."""
    return {
        "observation_id": row.id,
        "observed_on": row.observed_on,
        "school_urn": row.school_urn,
        "observer": row.observer,
        "notes": row.notes,
    }


def _standing(trainee: Trainee, reviews: list[models.Review]) -> View:
    """Each standard with what the latest review that judged it says: None while none has."""
    latest: View = dict.fromkeys(standards_of(trainee))
    for review in reviews:
        latest |= {number: judged["met"] for number, judged in review.standards.items()}
    return latest
