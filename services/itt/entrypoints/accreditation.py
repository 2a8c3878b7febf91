"""The calls and deadlines of the accreditation of school-led providers."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.itt.handlers import accreditation, accreditation_panel, accreditation_views
from services.itt.schemas import accreditation as schemas
from shared.rpc import Call, rpc
from shared.timers import timer


class AccreditationCalls:
    """From the draft of a lead school to the accredited provider."""

    # --- the applicant

    @rpc(schemas.BeginAccreditation, schemas.Accreditation)
    def begin_accreditation(self, call: Call, **arguments: Any) -> Any:
        """A draft of an application for accreditation."""
        return accreditation.begin_accreditation(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.SaveAccreditation, schemas.Accreditation)
    def save_accreditation(self, call: Call, **arguments: Any) -> Any:
        """Write sections of a draft, which need not be complete."""
        return accreditation.save_accreditation(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.AccreditationId, schemas.Accreditation)
    def submit_accreditation(self, call: Call, **arguments: Any) -> Any:
        """Send an application that is complete."""
        return accreditation.submit_accreditation(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.WithdrawAccreditation, schemas.Accreditation)
    def withdraw_accreditation(self, call: Call, **arguments: Any) -> Any:
        """Take an application back before it is decided."""
        return accreditation.withdraw_accreditation(call.session, call.now, call.principal, **arguments)

    # --- the panel

    @rpc(schemas.ConvenePanel, schemas.Accreditation)
    def convene_panel(self, call: Call, **arguments: Any) -> Any:
        """Ask three or more to sit on an application."""
        return accreditation_panel.convene_panel(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.InvitePanelMember, schemas.Accreditation)
    def invite_panel_member(self, call: Call, **arguments: Any) -> Any:
        """Ask one more to sit on the panel."""
        return accreditation_panel.invite_panel_member(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ChangePanel, schemas.Accreditation)
    def change_panel(self, call: Call, **arguments: Any) -> Any:
        """Another day or chair of the panel."""
        return accreditation_panel.change_panel(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.DeclareInterests, schemas.Accreditation)
    def declare_interests(self, call: Call, **arguments: Any) -> Any:
        """Say whether you have a conflict of interest."""
        return accreditation_panel.declare_interests(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.LiftConflict, schemas.Accreditation)
    def lift_conflict(self, call: Call, **arguments: Any) -> Any:
        """Say, as the chair or an operator, why a member's conflict of interest is none."""
        return accreditation_panel.lift_conflict(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.VoteOnAccreditation, schemas.Accreditation)
    def vote_on_accreditation(self, call: Call, **arguments: Any) -> Any:
        """Vote on an application as a member of its panel."""
        return accreditation_panel.vote_on_accreditation(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.DecideAccreditation, schemas.Accreditation)
    def decide_accreditation(self, call: Call, **arguments: Any) -> Any:
        """Record the decision of the panel, as its chair."""
        return accreditation_panel.decide_accreditation(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.AnnulDecision, schemas.Accreditation)
    def annul_accreditation_decision(self, call: Call, **arguments: Any) -> Any:
        """Take back a decision that was recorded in error."""
        return accreditation_panel.annul_decision(call.session, call.now, call.principal, **arguments)

    # --- reading

    @rpc(schemas.AccreditationId, schemas.Accreditation, idempotent=True)
    def get_accreditation(self, call: Call, **arguments: Any) -> Any:
        """Everything about an application for accreditation."""
        return accreditation_views.get_accreditation(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.ListAccreditations, schemas.AccreditationPage, idempotent=True)
    def list_accreditations(self, call: Call, **arguments: Any) -> Any:
        """The applications for accreditation that you may read."""
        return accreditation_views.list_accreditations(call.session, call.now, call.principal, **arguments)

    # --- deadlines

    @timer("accreditation_begins")
    def accreditation_begins(self, session: Session, now: datetime, subject: str) -> None:
        """The first day of an accreditation."""
        accreditation_panel.accreditation_begins(session, now, subject)
