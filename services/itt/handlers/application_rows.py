"""Applications as rows: the domain's application of its rows, and the columns of what became of it."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from services.itt import models
from services.itt.domain.applications import Application, Condition, ConditionState, Reason, State
from services.itt.domain.duplicates import fold
from services.itt.handlers import catalogue
from shared.events import Person

COMPOSED = frozenset({"id", "person_id", "person", "course", "option", "candidate_id", "cycle"})
LIFECYCLE = tuple(field.name for field in fields(Application) if field.name not in COMPOSED)


def application(
    row: models.Application,
    candidate: models.Candidate,
    course_row: models.Course,
    option_row: models.CourseOption,
) -> Application:
    """The domain's application of its rows."""
    course = catalogue.offered(course_row, option_row)
    known = {name: getattr(row, name) for name in LIFECYCLE}
    known |= {
        "state": State(row.state),
        "conditions": tuple(_condition(each) for each in row.conditions),
        "rejection_reasons": tuple(Reason(**each) for each in row.rejection_reasons),
        "withdrawal_reasons": tuple(row.withdrawal_reasons),
        "state_before_deferral": State(row.state_before_deferral) if row.state_before_deferral else None,
    }
    return Application(
        id=row.id,
        candidate_id=candidate.id,
        person_id=candidate.person_id,
        person=person(candidate),
        cycle=row.cycle,
        course=course,
        option=course.options[0],
        **known,
    )


def _condition(each: Mapping[str, Any]) -> Condition:
    return Condition(id=UUID(each["id"]), text=each["text"], state=ConditionState(each["state"]))


def person(candidate: models.Candidate) -> Person:
    """The candidate as facts carry people."""
    return Person(
        first_names=candidate.first_names,
        last_name=candidate.last_name,
        date_of_birth=candidate.date_of_birth,
        email=candidate.email,
    )


def columns(after: Application) -> dict[str, Any]:
    """The columns of what became of an application."""
    values = {name: getattr(after, name) for name in LIFECYCLE}
    return values | {
        "state": after.state.value,
        "conditions": [asdict(c) | {"id": str(c.id), "state": c.state.value} for c in after.conditions],
        "rejection_reasons": [asdict(reason) for reason in after.rejection_reasons],
        "withdrawal_reasons": list(after.withdrawal_reasons),
        "state_before_deferral": after.state_before_deferral and after.state_before_deferral.value,
        "course_option_id": after.option.id,
        "course_id": after.course.id,
        "provider_code": after.course.provider_code,
        "accredited_code": after.course.content.accredited_code or after.course.provider_code,
        "site_code": after.option.site_code,
    }


def names(candidate: models.Candidate) -> dict[str, str]:
    """What the lists of providers sort and search by."""
    said = (candidate.first_names, candidate.last_name, candidate.email)
    return {
        "sort_name": fold(f"{candidate.last_name} {candidate.first_names}"),
        "search_text": fold(" ".join(said)),
    }
