"""The calls of candidates, and of the referees whom they name."""

from typing import Any

from services.itt.handlers import application_lists, candidate_equality, candidates, choices, forms, referees
from services.itt.schemas import application_views as views
from services.itt.schemas import applications as schemas
from services.itt.schemas import form
from shared.rpc import Call, rpc


class CandidateCalls:
    """From the account to the place that is accepted."""

    # --- the candidate

    @rpc(schemas.RegisterCandidate, views.Candidate)
    def register_candidate(self, call: Call, **arguments: Any) -> Any:
        """Open an account to apply; asked again it is the same one."""
        return candidates.register_candidate(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.WhichCandidate, views.Candidate, idempotent=True)
    def get_candidate(self, call: Call, **arguments: Any) -> Any:
        """One's own account, or any by its id for who may."""
        return candidates.get_candidate(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ChangeEmail, views.Candidate)
    def change_candidate_email(self, call: Call, **arguments: Any) -> Any:
        """Another address to be reached at."""
        return candidates.change_email(call.session, call.now, call.principal, **arguments)

    # --- the form

    @rpc(form.WhichForm, form.Form, idempotent=True)
    def get_form(self, call: Call, **arguments: Any) -> Any:
        """One's own form of a cycle, with what it still lacks."""
        return forms.get_form(call.session, call.now, call.principal, **arguments)

    @rpc(form.SaveSection, form.Form)
    def save_section(self, call: Call, **arguments: Any) -> Any:
        """Save a section of the form, as a draft or as complete."""
        return forms.save_section(call.session, call.now, call.principal, **arguments)

    @rpc(form.CarryFormOver, form.Form)
    def carry_form_over(self, call: Call, **arguments: Any) -> Any:
        """Begin the form of a cycle with what stood in an earlier one."""
        return forms.carry_form_over(call.session, call.now, call.principal, **arguments)

    @rpc(form.SaveEquality, form.EqualityOut)
    def save_equality(self, call: Call, **arguments: Any) -> Any:
        """Say, change or take back one's own equality data."""
        return candidate_equality.save_equality(call.session, call.now, call.principal, **arguments)

    @rpc(None, form.EqualityOut)
    def candidate_equality(self, call: Call) -> Any:
        """One's own equality data."""
        return candidate_equality.candidate_equality(call.session, call.now, call.principal)

    # --- referees

    @rpc(form.AddReference, form.Form)
    def add_reference(self, call: Call, **arguments: Any) -> Any:
        """Name a referee, up to ten."""
        return forms.add_reference(call.session, call.now, call.principal, **arguments)

    @rpc(form.ChangeReference, form.Form)
    def change_reference(self, call: Call, **arguments: Any) -> Any:
        """Correct a referee who was not asked yet."""
        return forms.change_reference(call.session, call.now, call.principal, **arguments)

    @rpc(form.RemoveReference, form.Form)
    def remove_reference(self, call: Call, **arguments: Any) -> Any:
        """Name somebody no more."""
        return forms.remove_reference(call.session, call.now, call.principal, **arguments)

    @rpc(form.ReferenceId, form.AskedReference, idempotent=True)
    def reference_asked_for(self, call: Call, **arguments: Any) -> Any:
        """What a referee is asked, about whom."""
        return referees.reference_asked_for(call.session, call.now, call.principal, **arguments)

    @rpc(form.GiveReference, form.AskedReference)
    def give_reference(self, call: Call, **arguments: Any) -> Any:
        """The referee writes the reference."""
        return referees.give_reference(call.session, call.now, call.principal, **arguments)

    @rpc(form.ReferenceId, form.AskedReference)
    def refuse_reference(self, call: Call, **arguments: Any) -> Any:
        """The referee does not want to give one."""
        return referees.refuse_reference(call.session, call.now, call.principal, **arguments)

    # --- what candidates do

    @rpc(schemas.ChooseCourse, views.Application)
    def choose_course(self, call: Call, **arguments: Any) -> Any:
        """Add a course to the form."""
        return choices.choose_course(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationId, schemas.ApplicationId)
    def remove_choice(self, call: Call, **arguments: Any) -> Any:
        """Take a course that was not sent from the form."""
        return choices.remove_choice(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationId, views.Application)
    def send_application(self, call: Call, **arguments: Any) -> Any:
        """Send an application to the provider."""
        return choices.send_application(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationId, views.Application)
    def accept_offer(self, call: Call, **arguments: Any) -> Any:
        """Accept an offer, and settle all other applications."""
        return choices.accept_offer(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ApplicationId, views.Application)
    def decline_offer(self, call: Call, **arguments: Any) -> Any:
        """Say no to an offer."""
        return choices.decline_offer(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.WithdrawApplication, views.Application)
    def withdraw_application(self, call: Call, **arguments: Any) -> Any:
        """Withdraw, for one or more reasons."""
        return choices.withdraw_application(call.session, call.now, call.principal, **arguments)

    @rpc(None, views.OwnApplications, idempotent=True)
    def my_applications(self, call: Call) -> Any:
        """All applications of the candidate who asks."""
        return application_lists.my_applications(call.session, call.now, call.principal)
