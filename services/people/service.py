"""The entrypoints of people: what it offers, and what it listens to."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.people import handlers, schemas
from services.people.domain.facts import moves_stage
from services.people.domain.timeline import parts_of
from shared.events import Event, accreditation, applications, event_types, itt, people, training
from shared.messaging import Fact, handles, projects
from shared.rpc import Call, rpc
from shared.service import Service
from shared.timers import timer

ABOUT_PEOPLE = tuple(event for event in event_types().values() if parts_of(event))
MOVING = tuple(event for event in ABOUT_PEOPLE if moves_stage(event.TYPE))
DESCRIBING = (
    accreditation.AccreditationMemberInvited,
    applications.ApplicationSent,
    applications.CandidateDetailsChanged,
    itt.TraineeRegistered,
    itt.TraineeChanged,
    itt.PlacementArranged,
    training.PlacementCorrected,
    itt.QtsAwarded,
    people.RoleBegun,
)
WITH_TRN = (itt.TrnReceived, itt.TraineeRecommended, itt.QtsAwarded, itt.EytsAwarded)


class PeopleService(Service):
    """Identity, role periods, timeline and stage."""

    name = "people"

    # --- projections: replayed in any order they give the same

    @projects(*ABOUT_PEOPLE)
    def record_fact(self, session: Session, fact: Fact[Event]) -> None:
        """Store the fact, and fold the stage."""
        handlers.record_fact(session, fact)

    @projects(*DESCRIBING)
    def record_details(self, session: Session, fact: Fact[Any]) -> None:
        """Keep name and contact."""
        handlers.record_details(session, fact)

    @projects(*WITH_TRN)
    def record_trn(self, session: Session, fact: Fact[Any]) -> None:
        """Keep the teacher reference number."""
        handlers.record_trn(session, fact)

    # --- reactions

    @handles(*DESCRIBING)
    def meet(self, session: Session, fact: Fact[Any]) -> None:
        """Confirm a new person, or find that it is somebody known."""
        handlers.meet(session, fact)

    @handles(*MOVING)
    def tell_stage(self, session: Session, fact: Fact[Event]) -> None:
        """Publish the stage when it is another one."""
        handlers.tell_stage(session, fact)

    @timer("fold_again")
    def fold_again(self, session: Session, now: datetime, subject: str) -> None:
        """A role period begins or ends today."""
        handlers.fold_again(session, now, subject)

    # --- role periods

    @rpc(schemas.BeginRole, schemas.RolePeriod, idempotent=True)
    def begin_role(self, call: Call, **arguments: Any) -> Any:
        """Begin a role period."""
        return handlers.begin_role(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.RolePeriodId, schemas.RolePeriod, idempotent=True)
    def confirm_role(self, call: Call, **arguments: Any) -> Any:
        """A claimed role is true."""
        return handlers.confirm_role(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.EndRole, schemas.RolePeriod, idempotent=True)
    def end_role(self, call: Call, **arguments: Any) -> Any:
        """End a role period."""
        return handlers.end_role(call.session, call.now, call.principal, **arguments)

    # --- identity

    @rpc(schemas.GiveNiNumber, schemas.Known, idempotent=True)
    def give_ni_number(self, call: Call, **arguments: Any) -> Any:
        """Add an NI number to the match."""
        return handlers.give_ni_number(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Duplicates, schemas.Pairs, idempotent=True)
    def duplicates(self, call: Call, **arguments: Any) -> Any:
        """Pairs that wait for a decision."""
        return handlers.duplicates(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Merge, schemas.Merged, idempotent=True)
    def merge(self, call: Call, **arguments: Any) -> Any:
        """Two ids are one person."""
        return handlers.merge(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.Separate, schemas.Merged)
    def separate(self, call: Call, **arguments: Any) -> Any:
        """Undo a merge."""
        return handlers.separate(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.KeepApart, schemas.MatchState)
    def keep_apart(self, call: Call, **arguments: Any) -> Any:
        """A pair is two people."""
        return handlers.keep_apart(call.session, call.now, call.principal, **arguments)

    # --- corrections of the stage

    @rpc(schemas.RecordProhibition, schemas.Prohibition, idempotent=True)
    def record_prohibition(self, call: Call, **arguments: Any) -> Any:
        """Suspend every stage."""
        return handlers.record_prohibition(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.LiftProhibition, schemas.Prohibition, idempotent=True)
    def lift_prohibition(self, call: Call, **arguments: Any) -> Any:
        """Suspend no longer."""
        return handlers.lift_prohibition(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.VoidFact, schemas.Voided, idempotent=True)
    def void_fact(self, call: Call, **arguments: Any) -> Any:
        """A fact was recorded in error."""
        return handlers.void_fact(call.session, call.now, call.principal, **arguments)

    # --- questions

    @rpc(schemas.Query, schemas.Timeline, idempotent=True)
    def timeline(self, call: Call, **arguments: Any) -> Any:
        """Everything that happened to somebody."""
        return handlers.timeline(call.session, call.now, call.principal, **arguments)

    @rpc(None, schemas.Timeline, idempotent=True)
    def my_timeline(self, call: Call) -> Any:
        """Everything that happened to the caller."""
        return handlers.my_timeline(call.session, call.now, call.principal)

    @rpc(schemas.Find, schemas.Found, idempotent=True)
    def find(self, call: Call, **arguments: Any) -> Any:
        """Search people."""
        return handlers.find(call.session, call.now, call.principal, **arguments)

    @rpc(schemas.PersonId, schemas.Whole, idempotent=True)
    def get_person(self, call: Call, **arguments: Any) -> Any:
        """One person."""
        return handlers.get_person(call.session, call.now, call.principal, **arguments)

    @rpc(None, schemas.StageCounts, idempotent=True)
    def stage_counts(self, call: Call) -> Any:
        """How many stand where."""
        return handlers.stage_counts(call.session, call.now, call.principal)
