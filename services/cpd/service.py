"""The cpd service: entrypoints only."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Session

from services.cpd.handlers import (
    activities,
    bodies,
    bookings,
    evaluations,
    listing,
    outcomes,
    proposals,
    reactions,
    reading,
    serving,
    standings,
)
from services.cpd.schemas import induction, peers, results
from services.cpd.schemas.shapes import PeriodId, PersonId
from shared.events.itt import AwardUndone, QtsAwarded
from shared.events.people import PersonMerged, RoleBegun, RoleEnded
from shared.messaging import Fact, handles, projects
from shared.rpc import Call, rpc
from shared.service import Service
from shared.timers import timer


class CpdService(Service):
    """Statutory induction, and development among peers."""

    name: ClassVar[str] = "cpd"

    # --- facts of others

    @projects(QtsAwarded, RoleBegun)
    def name_known(self, session: Session, fact: Fact[Any]) -> None:
        reactions.name_known(session, fact)

    @handles(QtsAwarded)
    def qts_awarded(self, session: Session, fact: Fact[QtsAwarded]) -> None:
        reactions.qts_awarded(session, fact)

    @handles(AwardUndone)
    def award_undone(self, session: Session, fact: Fact[AwardUndone]) -> None:
        reactions.award_undone(session, fact)

    @handles(RoleBegun)
    def role_begun(self, session: Session, fact: Fact[RoleBegun]) -> None:
        reactions.role_begun(session, fact)

    @handles(RoleEnded)
    def role_ended(self, session: Session, fact: Fact[RoleEnded]) -> None:
        reactions.role_ended(session, fact)

    @handles(PersonMerged)
    def one_person(self, session: Session, fact: Fact[PersonMerged]) -> None:
        reactions.person_merged(session, fact)

    # --- deadlines

    @timer(outcomes.TIME_TO_APPEAL_OVER)
    def appeal_time_over(self, session: Session, now: datetime, subject: str) -> None:
        outcomes.appeal_time_over(session, now, UUID(subject))

    @timer(reactions.POST_OVER)
    def post_over(self, session: Session, now: datetime, subject: str) -> None:
        reactions.post_over(session, now, UUID(subject))

    @timer(evaluations.EVALUATION_DUE)
    def evaluation_due(self, session: Session, now: datetime, subject: str) -> None:
        evaluations.evaluation_due(session, now, UUID(subject))

    # --- appropriate bodies and schools

    @rpc(induction.RegisterBody, results.Body)
    def register_appropriate_body(self, call: Call, **arguments: Any) -> Any:
        return bodies.register(call.session, call.now, call.principal, **arguments)

    @rpc(induction.ChooseBody, results.School)
    def choose_appropriate_body(self, call: Call, **arguments: Any) -> Any:
        return bodies.choose(call.session, call.now, call.principal, **arguments)

    @rpc(induction.SetTerms, results.TermDates, many=True)
    def set_school_terms(self, call: Call, **arguments: Any) -> Any:
        return bodies.set_terms(call.session, call.now, call.principal, **arguments)

    @rpc(induction.MarkIntervention, results.School)
    def mark_intervention(self, call: Call, **arguments: Any) -> Any:
        return bodies.mark_intervention(call.session, call.now, call.principal, **arguments)

    @rpc(induction.ListBodies, results.BodyPage, idempotent=True)
    def list_appropriate_bodies(self, call: Call, **arguments: Any) -> Any:
        return reading.bodies(call.session, **arguments)

    # --- induction

    @rpc(induction.Propose, results.Period)
    def propose_induction(self, call: Call, **arguments: Any) -> Any:
        return proposals.propose(call.session, call.now, call.principal, **arguments)

    @rpc(induction.Agree, results.Period)
    def agree_induction(self, call: Call, **arguments: Any) -> Any:
        return proposals.agree(call.session, call.now, call.principal, **arguments)

    @rpc(induction.Refuse, results.Period)
    def refuse_induction(self, call: Call, **arguments: Any) -> Any:
        return proposals.refuse(call.session, call.now, call.principal, **arguments)

    @rpc(induction.AssignMentor, results.Period)
    def assign_mentor(self, call: Call, **arguments: Any) -> Any:
        return serving.assign_mentor(call.session, call.now, call.principal, **arguments)

    @rpc(induction.AssessTerm, results.Assessment)
    def assess_term(self, call: Call, **arguments: Any) -> Any:
        return serving.assess_term(call.session, call.now, call.principal, **arguments)

    @rpc(induction.TellAtRisk, results.Period)
    def tell_at_risk(self, call: Call, **arguments: Any) -> Any:
        return serving.tell_at_risk(call.session, call.now, call.principal, **arguments)

    @rpc(induction.RecordAbsence, results.Period)
    def record_absence(self, call: Call, **arguments: Any) -> Any:
        return serving.record_absence(call.session, call.now, call.principal, **arguments)

    @rpc(induction.Reduce, results.Period)
    def reduce_induction(self, call: Call, **arguments: Any) -> Any:
        return serving.reduce_induction(call.session, call.now, call.principal, **arguments)

    @rpc(induction.Recommend, results.Period)
    def recommend_outcome(self, call: Call, **arguments: Any) -> Any:
        return outcomes.recommend(call.session, call.now, call.principal, **arguments)

    @rpc(induction.Represent, results.Period)
    def make_representations(self, call: Call, **arguments: Any) -> Any:
        return outcomes.represent(call.session, call.now, call.principal, **arguments)

    @rpc(induction.Decide, results.Period)
    def decide_induction(self, call: Call, **arguments: Any) -> Any:
        return outcomes.decide(call.session, call.now, call.principal, **arguments)

    @rpc(PeriodId, results.Period)
    def appeal(self, call: Call, **arguments: Any) -> Any:
        return outcomes.appeal(call.session, call.now, call.principal, **arguments)

    @rpc(PeriodId, results.Period)
    def waive_appeal(self, call: Call, **arguments: Any) -> Any:
        return outcomes.waive_appeal(call.session, call.now, call.principal, **arguments)

    @rpc(induction.DecideAppeal, results.Period)
    def decide_appeal(self, call: Call, **arguments: Any) -> Any:
        return outcomes.decide_appeal(call.session, call.now, call.principal, **arguments)

    @rpc(induction.Exempt, results.Standing)
    def exempt(self, call: Call, **arguments: Any) -> Any:
        return standings.exempt(call.session, call.now, call.principal, **arguments)

    @rpc(induction.EndExemption, results.Standing)
    def end_exemption(self, call: Call, **arguments: Any) -> Any:
        return standings.end_exemption(call.session, call.now, call.principal, **arguments)

    @rpc(induction.FailureInWales, results.Standing)
    def record_failure_in_wales(self, call: Call, **arguments: Any) -> Any:
        return standings.record_failure_in_wales(call.session, call.now, call.principal, **arguments)

    @rpc(PersonId, results.Induction, idempotent=True)
    def get_induction(self, call: Call, **arguments: Any) -> Any:
        return reading.induction(call.session, call.now, call.principal, **arguments)

    @rpc(PeriodId, results.PeriodShown, idempotent=True)
    def get_period(self, call: Call, **arguments: Any) -> Any:
        return reading.period(call.session, call.now, call.principal, **arguments)

    @rpc(induction.ListPeriods, results.PeriodPage, idempotent=True)
    def list_periods(self, call: Call, **arguments: Any) -> Any:
        return reading.periods(call.session, call.principal, **arguments)

    # --- development among peers

    @rpc(peers.OfferActivity, peers.Activity)
    def offer_activity(self, call: Call, **arguments: Any) -> Any:
        return activities.offer(call.session, call.now, call.principal, **arguments)

    @rpc(peers.CancelActivity, peers.Activity)
    def cancel_activity(self, call: Call, **arguments: Any) -> Any:
        return activities.cancel(call.session, call.now, call.principal, **arguments)

    @rpc(peers.RecordAttendance, peers.Activity)
    def record_attendance(self, call: Call, **arguments: Any) -> Any:
        return activities.record_attendance(call.session, call.now, call.principal, **arguments)

    @rpc(peers.ActivityId, peers.Activity)
    def close_activity(self, call: Call, **arguments: Any) -> Any:
        return activities.close(call.session, call.now, call.principal, **arguments)

    @rpc(peers.ActivityId, peers.Booking)
    def book(self, call: Call, **arguments: Any) -> Any:
        return bookings.book(call.session, call.now, call.principal, **arguments)

    @rpc(peers.BookingId, peers.Booking)
    def cancel_booking(self, call: Call, **arguments: Any) -> Any:
        return bookings.cancel_booking(call.session, call.now, call.principal, **arguments)

    @rpc(peers.Evaluate, peers.Evaluation)
    def evaluate(self, call: Call, **arguments: Any) -> Any:
        return evaluations.evaluate(call.session, call.now, call.principal, **arguments)

    @rpc(peers.ActivityId, peers.ActivityShown, idempotent=True)
    def get_activity(self, call: Call, **arguments: Any) -> Any:
        return listing.activity(call.session, call.principal, **arguments)

    @rpc(peers.ListActivities, peers.ActivityPage, idempotent=True)
    def list_activities(self, call: Call, **arguments: Any) -> Any:
        return listing.activities(call.session, **arguments)

    @rpc(peers.OfPerson, peers.BookingPage, idempotent=True)
    def list_bookings(self, call: Call, **arguments: Any) -> Any:
        return listing.bookings(call.session, call.principal, **arguments)

    @rpc(peers.ListEvaluations, peers.EvaluationPage, idempotent=True)
    def list_evaluations(self, call: Call, **arguments: Any) -> Any:
        return listing.evaluations(call.session, call.principal, **arguments)
