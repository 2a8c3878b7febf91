"""Checks, days in school, absences and concerns between the tables and the domain."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import absences, checks, concerns, school_days
from services.itt.domain.absences import Absence
from services.itt.domain.checks import Check
from services.itt.domain.concerns import Action, Concern, PlanReview
from services.itt.domain.routes import CODES, RULES
from services.itt.domain.school_days import Entry
from shared.audit import plain


def check(row: models.training.SuitabilityCheck) -> Check:
    """The domain's check of a row."""
    return Check(
        kind=checks.Kind(row.kind),
        outcome=checks.Outcome(row.outcome),
        checked_by=row.checked_by,
        checked_on=row.checked_on,
        organisation=row.organisation,
        reference=row.reference,
        expires_on=row.expires_on,
        note=row.note,
    )


def checks_of(session: Session, trainee_ids: Sequence[UUID]) -> dict[UUID, list[Check]]:
    """The checks of many trainees by one query; everybody has a list, in the order in which checks are made."""
    table = models.training.SuitabilityCheck
    found: dict[UUID, list[Check]] = {id_: [] for id_ in trainee_ids}
    known = select(table).where(table.trainee_id.in_(trainee_ids))
    for row in session.scalars(known.execution_options(populate_existing=True)):
        found[row.trainee_id].append(check(row))
    order = list(checks.Kind)
    return {id_: sorted(made, key=lambda one: order.index(one.kind)) for id_, made in found.items()}


def checks_of_one(session: Session, trainee_id: UUID) -> list[Check]:
    """The checks of one trainee."""
    return checks_of(session, [trainee_id])[trainee_id]


def entry(row: models.training.SchoolDays) -> Entry:
    """The domain's entry of a row."""
    return school_days.Entry(
        id=row.id, placement_id=row.placement_id, first_on=row.first_on, last_on=row.last_on, days=row.days
    )


def entries(session: Session, trainee_id: UUID) -> list[Entry]:
    """The entries of a trainee that stand, oldest first."""
    table = models.training.SchoolDays
    known = select(table).where(table.trainee_id == trainee_id, table.removed_at.is_(None))
    return [entry(row) for row in session.scalars(known.order_by(table.first_on, table.id))]


def absence(row: models.training.Absence) -> Absence:
    """The domain's absence of a row."""
    return Absence(
        id=row.id,
        kind=absences.Kind(row.kind),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        note=row.note,
    )


def absences_of(session: Session, trainee_id: UUID) -> list[Absence]:
    """The absences of a trainee that stand, oldest first."""
    table = models.training.Absence
    known = select(table).where(table.trainee_id == trainee_id, table.removed_at.is_(None))
    return [absence(row) for row in session.scalars(known.order_by(table.starts_on, table.id))]


def concern(row: models.training.Concern) -> Concern:
    """The domain's concern of a row."""
    return Concern(
        id=row.id,
        state=concerns.State(row.state),
        raised_on=row.raised_on,
        standards=tuple(row.standards),
        description=row.description,
        agreed_on=row.agreed_on,
        review_on=row.review_on,
        actions=tuple(
            Action(each["what"], each["who"], date.fromisoformat(each["due_on"])) for each in row.actions
        ),
        reviews=tuple(
            PlanReview(date.fromisoformat(each["reviewed_on"]), each["note"]) for each in row.reviews
        ),
        escalated_on=row.escalated_on,
        escalation=row.escalation,
        closed_on=row.closed_on,
        outcome=row.outcome,
    )


def concern_values(known: Concern) -> dict[str, Any]:
    """The columns of a concern."""
    values = {name: value for name, value in asdict(known).items() if name != "id"}
    return values | {name: plain(values[name]) for name in ("state", "standards", "actions", "reviews")}


def concerns_of(session: Session, trainee_id: UUID) -> list[Concern]:
    """The concerns about a trainee, oldest first."""
    table = models.training.Concern
    known = select(table).where(table.trainee_id == trainee_id)
    return [concern(row) for row in session.scalars(known.order_by(table.raised_on, table.id))]


def days_needed(session: Session, row: models.Trainee) -> int | None:
    """The days in schools that the course sets which the trainee applied for, else those of the route.

    Who came by the national file has no course here: a postgraduate route has 120 (domain page, "Training").
    """
    by_route = RULES[CODES[row.training_route]].school_days
    try:
        application_id = UUID(row.application_id or "")
    except ValueError:
        return by_route
    chosen = select(models.Course.school_days).join(
        models.Application, models.Application.chosen_course_id == models.Course.id
    )
    by_course = session.scalar(chosen.where(models.Application.id == application_id))
    return by_route if by_course is None else by_course
