"""The entrypoints of leadership: what it offers, and what it listens to."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.leadership import handlers, schemas
from shared.events import Event
from shared.events.cpd import ContributionRecorded, EvaluationRecorded, InductionPassed
from shared.events.itt import PlacementCompleted
from shared.events.people import PersonIdentified, PersonMerged, RoleBegun, RoleEnded, StageChanged
from shared.events.training import PlacementCorrected, PlacementRemoved
from shared.messaging import Fact, handles, projects
from shared.rpc import Call, rpc
from shared.service import Service
from shared.timers import timer


class LeadershipService(Service):
    """Signals, suggestions and nominations."""

    name = "leadership"

    # --- projections

    @projects(ContributionRecorded)
    def contribution_recorded(self, session: Session, fact: Fact[ContributionRecorded]) -> None:
        """A signal: led."""
        handlers.record_contribution(session, fact)

    @projects(EvaluationRecorded)
    def evaluation_recorded(self, session: Session, fact: Fact[EvaluationRecorded]) -> None:
        """A signal: evaluated by a peer."""
        handlers.record_evaluation(session, fact)

    @projects(PlacementCompleted, PlacementCorrected, PlacementRemoved)
    def placement_completed(self, session: Session, fact: Fact[Any]) -> None:
        """A signal: mentored a trainee, or did not after all."""
        handlers.record_mentoring(session, fact)

    @projects(InductionPassed)
    def induction_passed(self, session: Session, fact: Fact[InductionPassed]) -> None:
        """A teacher, and a signal of their mentor."""
        handlers.record_induction(session, fact)

    @projects(PersonIdentified)
    def person_identified(self, session: Session, fact: Fact[PersonIdentified]) -> None:
        """Somebody who can be nominated."""
        handlers.record_known(session, fact)

    @projects(StageChanged)
    def stage_changed(self, session: Session, fact: Fact[StageChanged]) -> None:
        """Where somebody stands."""
        handlers.record_stage(session, fact)

    @projects(RoleBegun, RoleEnded)
    def employment(self, session: Session, fact: Fact[Any]) -> None:
        """Where somebody works."""
        handlers.record_employment(session, fact)

    # --- reactions

    @handles(
        ContributionRecorded,
        EvaluationRecorded,
        PlacementCompleted,
        PlacementCorrected,
        InductionPassed,
        StageChanged,
        PersonMerged,
    )
    def suggest(self, session: Session, fact: Fact[Event]) -> None:
        """Suggest whom the signal is about, when the reasons suffice."""
        handlers.suggest(session, fact)

    @handles(PlacementCorrected, PlacementRemoved)
    def lapse(self, session: Session, fact: Fact[Any]) -> None:
        """End an open suggestion whose reasons were taken back."""
        handlers.lapse(session, fact)

    @timer("suggestion_expires")
    def suggestion_expires(self, session: Session, now: datetime, subject: str) -> None:
        """28 days are over."""
        handlers.expire_suggestion(session, now, subject)

    @timer("nomination_expires")
    def nomination_expires(self, session: Session, now: datetime, subject: str) -> None:
        """28 days are over."""
        handlers.expire_nomination(session, now, subject)

    # --- the person's answer to a suggestion

    @rpc(schemas.SuggestionId, schemas.Answered, idempotent=True)
    def consent(self, call: Call, **arguments: Any) -> Any:
        """Agree to be nominated."""
        return handlers.consent(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.SuggestionId, schemas.Answered, idempotent=True)
    def refuse(self, call: Call, **arguments: Any) -> Any:
        """Do not agree."""
        return handlers.refuse(call.session, call.now, call.principal, **arguments)

    # --- nominations

    @rpc(schemas.Nominate, schemas.Nomination, idempotent=True)
    def nominate(self, call: Call, **arguments: Any) -> Any:
        """Nominate oneself or a colleague."""
        return handlers.nominate(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.NominationId, schemas.Nomination, idempotent=True)
    def consent_to_nomination(self, call: Call, **arguments: Any) -> Any:
        """Agree to what a colleague proposed."""
        return handlers.consent_to_nomination(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.NominationId, schemas.Nomination)
    def refuse_nomination(self, call: Call, **arguments: Any) -> Any:
        """Do not agree to what a colleague proposed."""
        return handlers.refuse_nomination(call.session, call.now, call.principal, **arguments)

    @rpc(None, schemas.Mine, idempotent=True)
    def mine(self, call: Call) -> Any:
        """Everything that is held about the caller."""
        return handlers.mine(call.session, call.now, call.principal)
