"""The calls of providers about applications, and the deadlines of applications."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.itt.entrypoints.candidates import CandidateCalls
from services.itt.handlers import (
    application_lists,
    application_timeline,
    candidate_duplicates,
    candidate_equality,
    cycle_ends,
    decisions,
    interviews,
    notes,
    referees,
)
from services.itt.schemas import application_views as views
from services.itt.schemas import applications as schemas
from services.itt.schemas import form
from shared.rpc import Call, rpc
from shared.timers import timer


class ApplicationCalls(CandidateCalls):
    """From the application that was sent to recruited."""

    # --- on the way to a decision

    @rpc(schemas.ArrangeInterview, views.Application)
    def arrange_interview(self, call: Call, **arguments: Any) -> Any:
        """Invite the candidate."""
        return interviews.arrange_interview(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ChangeInterview, views.Application)
    def change_interview(self, call: Call, **arguments: Any) -> Any:
        """Another time, place or provider."""
        return interviews.change_interview(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.CancelInterview, views.Application)
    def cancel_interview(self, call: Call, **arguments: Any) -> Any:
        """Cancel an interview, with a reason."""
        return interviews.cancel_interview(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.AddNote, views.Application)
    def add_note(self, call: Call, **arguments: Any) -> Any:
        """A note, which the candidate does not see."""
        return notes.add_note(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ChangeNote, views.Application)
    def change_note(self, call: Call, **arguments: Any) -> Any:
        """Another text of a note that your organisation wrote."""
        return notes.change_note(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RemoveNote, views.Application)
    def remove_note(self, call: Call, **arguments: Any) -> Any:
        """Remove a note that your organisation wrote."""
        return notes.remove_note(call.session, call.now, call.principal, **arguments)

    # --- decisions

    @rpc(schemas.MakeOffer, views.Application)
    def make_offer(self, call: Call, **arguments: Any) -> Any:
        """Offer the place; again amends it."""
        return decisions.make_offer(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.WithdrawOffer, views.Application)
    def withdraw_offer(self, call: Call, **arguments: Any) -> Any:
        """Take an offer back."""
        return decisions.withdraw_offer(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RejectApplication, views.Application)
    def reject_application(self, call: Call, **arguments: Any) -> Any:
        """Say no, for one or more coded reasons."""
        return decisions.reject_application(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.MarkCondition, views.Application)
    def mark_condition(self, call: Call, **arguments: Any) -> Any:
        """One condition is met, or pending again."""
        return decisions.mark_condition(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationId, views.Application)
    def confirm_conditions_met(self, call: Call, **arguments: Any) -> Any:
        """All conditions are met: recruited."""
        return decisions.confirm_conditions_met(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.NotMet, views.Application)
    def conditions_not_met(self, call: Call, **arguments: Any) -> Any:
        """The conditions are not met: the place is lost."""
        return decisions.conditions_not_met(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationId, views.Application)
    def recruit_with_pending_conditions(self, call: Call, **arguments: Any) -> Any:
        """Recruit before every condition is met."""
        return decisions.recruit_with_pending_conditions(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationId, views.Application)
    def defer_offer(self, call: Call, **arguments: Any) -> Any:
        """Put the place off to the next cycle."""
        return decisions.defer_offer(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ReinstateOffer, views.Application)
    def reinstate_offer(self, call: Call, **arguments: Any) -> Any:
        """Take a deferred place up, on the same or another course."""
        return decisions.reinstate_offer(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationId, views.Application)
    def withdraw_for_candidate(self, call: Call, **arguments: Any) -> Any:
        """The candidate has told the provider to withdraw, or to decline."""
        return decisions.withdraw_for_candidate(call.session, call.now, call.principal, **arguments)

    # --- reading

    @rpc(schemas.ApplicationId, views.Application, idempotent=True)
    def get_application(self, call: Call, **arguments: Any) -> Any:
        """Everything about one application."""
        return application_lists.get_application(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ListApplications, views.ApplicationPage, idempotent=True)
    def list_applications(self, call: Call, **arguments: Any) -> Any:
        """Search, filter and sort the applications that you may read."""
        return application_lists.list_applications(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationChanges, views.Changes, idempotent=True)
    def application_changes(self, call: Call, **arguments: Any) -> Any:
        """Applications that have changed, in the order in which the changes became visible."""
        return application_lists.application_changes(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationId, views.Timeline, idempotent=True)
    def application_timeline(self, call: Call, **arguments: Any) -> Any:
        """What became of an application, oldest first."""
        return application_timeline.application_timeline(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationId, form.EqualityOut)
    def application_equality(self, call: Call, **arguments: Any) -> Any:
        """For the statutory return of who has recruited the candidate."""
        return candidate_equality.application_equality(call.session, call.now, call.principal, **arguments)

    # --- suspected duplicates

    @rpc(schemas.ListDuplicates, views.DuplicatePage, idempotent=True)
    def list_duplicates(self, call: Call, **arguments: Any) -> Any:
        """Candidates who may be one person."""
        return candidate_duplicates.list_duplicates(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.DecideDuplicate, views.Duplicate)
    def decide_duplicate(self, call: Call, **arguments: Any) -> Any:
        """Say whether two candidates are one person."""
        return candidate_duplicates.decide_duplicate(call.session, call.now, call.principal, **arguments)

    # --- deadlines

    @timer("application_inactive")
    def application_inactive(self, session: Session, now: datetime, subject: str) -> None:
        """The provider has not decided in time."""
        cycle_ends.go_inactive(session, now, subject)

    @timer("cycle_ends")
    def cycle_ends(self, session: Session, now: datetime, subject: str) -> None:
        """An end of a recruitment cycle, for the next of its candidates."""
        cycle_ends.end_cycle(session, now, subject)

    @timer("reference_chase")
    def reference_chase(self, session: Session, now: datetime, subject: str) -> None:
        """A referee has not answered for a week, or another one."""
        referees.chase(session, now, subject)
