"""The calls and deadlines of training beside the trainee's own record."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.itt.handlers import (
    absences,
    assessment_corrections,
    checks,
    concerns,
    many_checks,
    placement_corrections,
    reading,
    school_days,
)
from services.itt.schemas import checks as check_schemas
from services.itt.schemas import training as schemas
from services.itt.schemas.reading import ObservationPage, Trainee
from shared.rpc import Call, rpc
from shared.timers import timer


class TrainingCalls:
    """What callers may ask about training beside the trainee's own record."""

    # --- checks before training

    @rpc(check_schemas.RecordChecks, Trainee)
    def record_checks(self, call: Call, **arguments: Any) -> Any:
        """Record some or all of the five checks before training."""
        return checks.record_checks(call.session, call.now, call.principal, **arguments)

    @rpc(check_schemas.RecordChecksOfMany, check_schemas.ChecksRecorded)
    def record_checks_of_many(self, call: Call, **arguments: Any) -> Any:
        """Record the checks of up to 1,000 trainees, or of none."""
        return many_checks.record_checks_of_many(call.session, call.now, call.principal, **arguments)

    @rpc(check_schemas.CorrectCheck, Trainee)
    def correct_check(self, call: Call, **arguments: Any) -> Any:
        """Correct a check, with a reason."""
        return checks.correct_check(call.session, call.now, call.principal, **arguments)

    @rpc(check_schemas.RemoveCheck, Trainee)
    def remove_check(self, call: Call, **arguments: Any) -> Any:
        """Remove a check that was not made, with a reason."""
        return checks.remove_check(call.session, call.now, call.principal, **arguments)

    @rpc(check_schemas.ListChecks, check_schemas.ChecksPage, idempotent=True)
    def list_checks(self, call: Call, **arguments: Any) -> Any:
        """The checks of your trainees, with what is missing."""
        return many_checks.list_checks(call.session, call.now, call.principal, **arguments)

    # --- days in school

    @rpc(schemas.RecordSchoolDays, Trainee)
    def record_school_days(self, call: Call, **arguments: Any) -> Any:
        """Days were done in the school of a placement."""
        return school_days.record_school_days(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CorrectSchoolDays, Trainee)
    def correct_school_days(self, call: Call, **arguments: Any) -> Any:
        """Correct an entry of days, with a reason."""
        return school_days.correct_school_days(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RemoveSchoolDays, Trainee)
    def remove_school_days(self, call: Call, **arguments: Any) -> Any:
        """Remove an entry of days, with a reason."""
        return school_days.remove_school_days(call.session, call.now, call.principal, **arguments)

    # --- absence

    @rpc(schemas.RecordAbsence, Trainee)
    def record_absence(self, call: Call, **arguments: Any) -> Any:
        """The trainee is away."""
        return absences.record_absence(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CorrectAbsence, Trainee)
    def correct_absence(self, call: Call, **arguments: Any) -> Any:
        """Correct an absence, or say when it ended, with a reason."""
        return absences.correct_absence(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RemoveAbsence, Trainee)
    def remove_absence(self, call: Call, **arguments: Any) -> Any:
        """Remove an absence, with a reason."""
        return absences.remove_absence(call.session, call.now, call.principal, **arguments)

    # --- causes for concern

    @rpc(schemas.RaiseConcern, Trainee)
    def raise_concern(self, call: Call, **arguments: Any) -> Any:
        """Raise a cause for concern about some standards."""
        return concerns.raise_concern(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.AgreePlan, Trainee)
    def agree_support_plan(self, call: Call, **arguments: Any) -> Any:
        """Agree or change the support plan of a concern."""
        return concerns.agree_support_plan(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ReviewPlan, Trainee)
    def review_support_plan(self, call: Call, **arguments: Any) -> Any:
        """The support plan was looked at, and goes on."""
        return concerns.review_support_plan(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.EscalateConcern, Trainee)
    def escalate_concern(self, call: Call, **arguments: Any) -> Any:
        """Support is not enough."""
        return concerns.escalate_concern(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CloseConcern, Trainee)
    def resolve_concern(self, call: Call, **arguments: Any) -> Any:
        """There is no cause for concern any more."""
        return concerns.resolve_concern(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CloseConcern, Trainee)
    def withdraw_concern(self, call: Call, **arguments: Any) -> Any:
        """A concern was raised in error."""
        return concerns.withdraw_concern(call.session, call.now, call.principal, **arguments)

    # --- placements that were recorded wrongly

    @rpc(schemas.CorrectPlacement, Trainee)
    def correct_placement(self, call: Call, **arguments: Any) -> Any:
        """Correct the school, dates, mentor or days done of a placement, with a reason."""
        return placement_corrections.correct_placement(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RemovePlacement, Trainee)
    def remove_placement(self, call: Call, **arguments: Any) -> Any:
        """Remove a placement, with a reason."""
        return placement_corrections.remove_placement(call.session, call.now, call.principal, **arguments)

    # --- observations and reviews: read, and corrected where they were recorded wrongly

    @rpc(schemas.ListObservations, ObservationPage, idempotent=True)
    def list_observations(self, call: Call, **arguments: Any) -> Any:
        """The observed lessons of a trainee, in pages."""
        return reading.list_observations(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CorrectObservation, Trainee)
    def correct_observation(self, call: Call, **arguments: Any) -> Any:
        """Correct an observed lesson, with a reason."""
        return assessment_corrections.correct_observation(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RemoveObservation, Trainee)
    def remove_observation(self, call: Call, **arguments: Any) -> Any:
        """Remove an observed lesson, with a reason."""
        return assessment_corrections.remove_observation(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CorrectReview, Trainee)
    def correct_review(self, call: Call, **arguments: Any) -> Any:
        """Correct a review, with a reason."""
        return assessment_corrections.correct_review(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RemoveReview, Trainee)
    def remove_review(self, call: Call, **arguments: Any) -> Any:
        """Remove a review, with a reason."""
        return assessment_corrections.remove_review(call.session, call.now, call.principal, **arguments)

    # --- deadlines

    @timer("support_review")
    def support_review(self, session: Session, now: datetime, subject: str) -> None:
        """The day on which a support plan is looked at."""
        concerns.support_review_due(session, now, subject)
