"""The table of facts that people hear of: event, whom (a field of the event), and the text that tells it.

Every event of the catalogue stands either in ``TELLINGS`` or, with the reason, in ``TELLS_NOBODY``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.notifications.domain.organisations import TO_ORGANISATIONS, OrganisationTelling
from shared.events import (
    Event,
    accreditation,
    applications,
    courses,
    cpd,
    funding,
    itt,
    leadership,
    people,
    reports,
    training,
)


class Kind(StrEnum):
    """What a message is about; each can be switched off for e-mail, except for notices."""

    TRAINING = "training"
    INDUCTION = "induction"
    ACTIVITIES = "activities"
    LEADERSHIP = "leadership"


class Audience(StrEnum):
    """Whom a message is for: ``organisation`` is its inbox, ``contact`` the mail to one of its contacts."""

    PERSON = "person"
    REFEREE = "referee"
    ORGANISATION = "organisation"
    CONTACT = "contact"


def referee(reference_id: UUID) -> UUID:
    """The recipient who answers this reference: never the id of a person or of an organisation's contact."""
    return uuid5(NAMESPACE_URL, f"continuum:reference:{reference_id}")


def _always(_: Any) -> bool:
    return True


def _because(cause: str) -> Callable[[Any], bool]:
    return lambda event: event.because == cause


@dataclass(frozen=True)
class Telling:
    """One fact tells one person one thing.

    ``to`` is the field with the person's id (empty: nobody is told); ``notice``: it goes by e-mail whatever the
    person prefers, because a decision about them is only fair when they learn of it; ``apart``: how long after one of
    these another goes by e-mail at the earliest.
    """

    event: type[Event]
    template: str
    kind: Kind
    to: str = "person_id"
    notice: bool = False
    when: Callable[[Any], bool] = _always
    audience: Audience = Audience.PERSON
    apart: timedelta | None = None

    def recipient(self, event: Event) -> UUID | None:
        """Who is told of this very event, if anybody."""
        found: UUID | None = getattr(event, self.to)
        if found is None or not self.when(event):
            return None
        return referee(found) if self.audience is Audience.REFEREE else found


# Chasers are never within 48 hours of another (domain page, "references").
TWO_DAYS = timedelta(hours=48)
REFEREE: dict[str, Any] = {"to": "reference_id", "notice": True, "audience": Audience.REFEREE}

# A provider may withdraw or decline for the candidate, who must learn of it: nobody else saw them ask.
FOR_YOU, BY_DEFAULT = _because("for_candidate"), _because("by_default")

T, I, A, L = Kind.TRAINING, Kind.INDUCTION, Kind.ACTIVITIES, Kind.LEADERSHIP

TELLINGS = (
    Telling(itt.TraineeRegistered, "trainee_registered", T),
    Telling(itt.TrnReceived, "trn_received", T),
    Telling(itt.PlacementArranged, "placement_arranged", T),
    Telling(itt.PlacementArranged, "placement_arranged_mentor", T, to="mentor_id"),
    Telling(itt.PlacementArranged, "placement_moved_mentor", T, to="from_mentor_id"),
    Telling(itt.PlacementCompleted, "placement_completed_mentor", T, to="mentor_id"),
    Telling(itt.ReviewRecorded, "review_recorded", T),
    Telling(itt.FinalAssessmentRecorded, "final_assessment_passed", T, when=lambda e: e.passed),
    Telling(
        itt.FinalAssessmentRecorded,
        "final_assessment_not_passed",
        T,
        notice=True,
        when=lambda e: not e.passed,
    ),
    Telling(itt.TraineeRecommended, "trainee_recommended", T),
    Telling(itt.QtsAwarded, "qts_awarded", T, notice=True),
    Telling(itt.EytsAwarded, "eyts_awarded", T, notice=True),
    Telling(itt.TraineeDeferred, "trainee_deferred", T, notice=True),
    Telling(itt.TraineeReinstated, "trainee_reinstated", T, notice=True),
    Telling(itt.TraineeWithdrawn, "trainee_withdrawn", T, notice=True),
    Telling(
        itt.TraineeDiscarded,
        "trainee_discarded",
        T,
        notice=True,
        when=lambda e: e.code != "already_registered",
    ),
    Telling(itt.WithdrawalUndone, "withdrawal_undone", T, notice=True),
    Telling(itt.RecommendationUndone, "recommendation_undone", T, notice=True),
    Telling(itt.AwardUndone, "award_undone", T, notice=True),
    Telling(itt.CourseCorrected, "course_corrected", T),
    Telling(itt.TraineeMoved, "trainee_moved", T, notice=True),
    Telling(training.ChecksRecorded, "check_not_passed", T, notice=True, when=lambda e: bool(e.not_passed)),
    Telling(training.ChecksRecorded, "checks_complete", T, when=lambda e: not e.not_passed and not e.missing),
    Telling(training.CheckCorrected, "check_corrected", T, notice=True),
    Telling(training.PlacementCorrected, "placement_corrected", T),
    Telling(
        training.PlacementCorrected,
        "placement_corrected_mentor",
        T,
        to="mentor_id",
        when=lambda e: e.from_mentor_id is None,
    ),
    Telling(
        training.PlacementCorrected,
        "placement_given_mentor",
        T,
        to="mentor_id",
        when=lambda e: e.from_mentor_id is not None,
    ),
    Telling(training.PlacementCorrected, "placement_mistaken_mentor", T, to="from_mentor_id"),
    Telling(training.PlacementRemoved, "placement_removed", T),
    Telling(training.PlacementRemoved, "placement_removed_mentor", T, to="mentor_id"),
    Telling(training.ReviewCorrected, "review_corrected", T, notice=True),
    Telling(training.ConcernRaised, "concern_raised", T, notice=True),
    Telling(training.ConcernRaised, "concern_raised_mentor", T, to="mentor_id"),
    Telling(training.SupportPlanAgreed, "support_plan_agreed", T, notice=True),
    Telling(training.SupportPlanAgreed, "support_plan_agreed_mentor", T, to="mentor_id"),
    Telling(training.SupportReviewDue, "support_review_due", T),
    Telling(training.SupportReviewDue, "support_review_due_mentor", T, to="mentor_id"),
    Telling(training.SupportPlanReviewed, "support_plan_reviewed", T),
    Telling(training.ConcernEscalated, "concern_escalated", T, notice=True),
    Telling(training.ConcernResolved, "concern_resolved", T, notice=True),
    Telling(training.ConcernWithdrawn, "concern_withdrawn", T, notice=True),
    Telling(applications.ApplicationSent, "application_sent", T),
    Telling(applications.ApplicationNotSent, "application_not_sent", T, notice=True),
    Telling(applications.ApplicationInactivated, "application_inactivated", T),
    Telling(applications.InterviewArranged, "interview_arranged", T, notice=True),
    Telling(applications.InterviewChanged, "interview_changed", T, notice=True),
    Telling(applications.InterviewCancelled, "interview_cancelled", T, notice=True),
    Telling(applications.OfferMade, "offer_made", T, notice=True),
    Telling(applications.OfferWithdrawn, "offer_withdrawn", T, notice=True),
    Telling(applications.ApplicationRejected, "application_rejected", T, notice=True),
    Telling(applications.OfferAccepted, "offer_accepted", T),
    Telling(applications.ApplicationWithdrawn, "withdrawn_for_you", T, notice=True, when=FOR_YOU),
    Telling(applications.OfferDeclined, "declined_for_you", T, notice=True, when=FOR_YOU),
    Telling(applications.OfferDeclined, "offer_declined_by_default", T, notice=True, when=BY_DEFAULT),
    Telling(applications.ConditionsNotMet, "conditions_not_met", T, notice=True),
    Telling(applications.Recruited, "recruited", T, notice=True, when=lambda e: not e.reinstated),
    Telling(applications.OfferDeferred, "offer_deferred", T, notice=True),
    Telling(applications.OfferReinstated, "offer_reinstated", T, notice=True),
    Telling(applications.ReferenceRequested, "reference_requested_referee", T, **REFEREE),
    Telling(applications.ReferenceChaserDue, "reference_chaser_referee", T, **REFEREE, apart=TWO_DAYS),
    Telling(applications.ReferenceChaserDue, "reference_chaser", T, apart=TWO_DAYS),
    Telling(applications.ReferenceRefused, "reference_refused", T),
    Telling(accreditation.AccreditationMemberInvited, "accreditation_member_invited", T),
    Telling(accreditation.AccreditationMemberReleased, "accreditation_member_released", T),
    Telling(cpd.InductionDue, "induction_due", I),
    Telling(cpd.InductionProposed, "induction_proposed", I),
    Telling(cpd.InductionRefused, "induction_refused", I, notice=True),
    Telling(cpd.InductionOpened, "induction_opened", I, notice=True),
    Telling(cpd.InductionOpened, "induction_opened_mentor", I, to="mentor_id"),
    Telling(cpd.InductionOpened, "induction_opened_tutor", I, to="tutor_id"),
    Telling(cpd.TermAssessed, "term_assessed", I, when=lambda e: not e.at_risk),
    Telling(
        cpd.TermAssessed,
        "term_at_risk",
        I,
        notice=True,
        when=lambda e: e.at_risk and e.outcome != "unsatisfactory",
    ),
    Telling(
        cpd.TermAssessed, "term_unsatisfactory", I, notice=True, when=lambda e: e.outcome == "unsatisfactory"
    ),
    Telling(cpd.InductionExtended, "induction_extended", I, notice=True),
    Telling(cpd.InductionReleased, "induction_released", I, notice=True),
    Telling(cpd.InductionRecommended, "induction_recommended", I, notice=True),
    Telling(cpd.InductionPassed, "induction_passed", I, notice=True),
    Telling(cpd.InductionPassed, "induction_passed_mentor", I, to="mentor_id"),
    Telling(cpd.InductionFailed, "induction_failed", I, notice=True),
    Telling(cpd.InductionDropped, "induction_dropped", I, notice=True),
    Telling(cpd.MentorAssigned, "mentor_assigned", I),
    Telling(cpd.MentorAssigned, "mentor_assigned_mentor", I, to="mentor_id"),
    Telling(cpd.MentorAssigned, "mentor_assigned_tutor", I, to="tutor_id"),
    Telling(cpd.AtRiskTold, "at_risk_told", I, notice=True),
    Telling(cpd.InductionReduced, "induction_reduced", I, notice=True),
    Telling(cpd.InductionAppealed, "induction_appealed", I, notice=True),
    Telling(cpd.FailureListed, "failure_listed", I, notice=True),
    Telling(cpd.InductionExempted, "induction_exempted", I, notice=True),
    Telling(cpd.ExemptionEnded, "exemption_ended", I, notice=True),
    Telling(cpd.BookingMade, "booking_made", A, when=lambda e: not e.waiting),
    Telling(cpd.BookingMade, "booking_waiting", A, when=lambda e: e.waiting),
    Telling(cpd.BookingMovedUp, "booking_moved_up", A),
    Telling(cpd.BookingCancelled, "booking_cancelled", A),
    Telling(cpd.EvaluationRequested, "evaluation_requested", A),
    Telling(leadership.SuggestionMade, "suggestion_made", L, when=lambda e: bool(e.reasons)),
    Telling(leadership.SuggestionExpired, "suggestion_expired", L, when=lambda e: e.cause == "expired"),
    Telling(leadership.SuggestionExpired, "suggestion_taken_back", L, when=lambda e: e.cause == "taken_back"),
    Telling(leadership.NominationMade, "nomination_made", L),
    Telling(leadership.NominationProposed, "nomination_proposed", L),
    Telling(leadership.NominationLapsed, "nomination_lapsed", L, when=lambda e: e.cause == "expired"),
)

TELLS_NOBODY: dict[type[Event], str] = {
    courses.ProviderNamed: "what a provider is called; it only brings the name",
    courses.CoursePublished: "candidates find courses by searching; nobody is mailed what they did not ask for",
    courses.CourseChanged: "a matter of the provider's pages",
    courses.CoursePlacesChanged: "places are seen when searching, and change too often to be told",
    courses.CourseWithdrawn: "who applied is told by the facts of their application",
    applications.CandidateRegistered: "the person opened the account",
    applications.CandidateDetailsChanged: "the candidate wrote it; it only changes the contact",
    applications.FormCarriedOver: "the candidate asked for it",
    applications.DuplicateDecided: "a matter of records",
    applications.CourseChosen: "the candidate chose it",
    applications.ChoiceRemoved: "the candidate removed it",
    applications.ApplicationNoted: "a note of the provider, which the candidate does not read",
    applications.ConditionChanged: "it shows in the application; the decision that follows is told",
    applications.ConditionsConfirmed: "the candidate is recruited already",
    applications.ReferenceCancelled: "nothing is asked of anybody any more",
    accreditation.AccreditationSubmitted: "the applicant sent it; who convenes panels works by the list",
    accreditation.AccreditationWithdrawn: "the applicant withdrew it; each member of a panel is released",
    accreditation.AccreditationPanelConvened: "each member is invited",
    accreditation.AccreditationPanelChanged: "who convenes the panel settles another day with its members",
    accreditation.AccreditationInterestsDeclared: "the member declared them",
    accreditation.AccreditationVoted: "a vote is the panel's own",
    accreditation.ProviderAccredited: "it tells an organisation, which knows the day from the decision",
    accreditation.ProviderAccreditationUndone: "who corrects the record tells the provider",
    funding.FundingRatesChanged: "a table, which everybody may read; what it gives is shown with the trainee",
    itt.TraineeSubmittedForTrn: "the answer of the register is what the trainee waits for",
    itt.TrainingStarted: "the trainee is there",
    itt.TraineeChanged: "the provider corrects its record with the trainee; it only changes the contact",
    reports.CensusSignedOff: "it names nobody; the provider signed it off",
    reports.PerformanceProfileSignedOff: "it names nobody; the provider signed it off",
    training.SchoolDaysRecorded: "the trainee was there, and sees it in the record",
    training.SchoolDaysCorrected: "it shows in the trainee's record",
    training.AbsenceRecorded: "the trainee told it; a message about an absence is nobody's business",
    training.AbsenceCorrected: "it shows in the trainee's record",
    cpd.QtsRemovalRefused: "the award that is made again is told",
    cpd.ActivityOffered: "offers are found by searching; nobody is mailed what they did not ask for",
    cpd.ActivityCancelled: "who booked is told that the booking is cancelled; who offered it cancelled it",
    cpd.ActivityClosed: "a matter of records",
    cpd.ActivityAttended: "the person was there",
    cpd.EvaluationScheduled: "the person is asked when the date has come",
    cpd.EvaluationRecorded: "a single evaluation would tell the offerer who said what",
    cpd.ContributionRecorded: "it shows on the person's timeline",
    leadership.ConsentGiven: "the person gave it; the nomination that follows is told",
    leadership.ConsentRefused: "what was held is blanked, and nothing may remind of it",
    people.PersonIdentified: "an id, which means nothing to a person",
    people.PersonMerged: "a matter of records; messages of both then stand in one inbox",
    people.PersonSeparated: "a matter of records",
    people.RoleBegun: "the person agreed to the post with the school; it only brings the contact",
    people.RoleEnded: "the person ended it with the school",
    people.StageChanged: "it follows from facts that were told",
    people.ProhibitionImposed: "the regulator serves the notice itself",
    people.ProhibitionLifted: "the regulator serves the notice itself",
    people.FactVoided: "who corrects the record tells the person",
}

# Events that bring somebody's name and address, and the field with the id of whom these are. The person of a reference
# is the referee, who goes by an id made of the reference's.
CONTACTS: dict[type[Event], str] = {
    **dict.fromkeys(applications.AboutApplication.__subclasses__(), "person_id"),
    accreditation.AccreditationMemberInvited: "person_id",
    applications.CandidateRegistered: "person_id",
    applications.CandidateDetailsChanged: "person_id",
    applications.FormCarriedOver: "person_id",
    applications.Recruited: "person_id",
    applications.ReferenceRequested: "reference_id",
    applications.ReferenceChaserDue: "reference_id",
    itt.TraineeRegistered: "person_id",
    itt.TraineeChanged: "person_id",
    itt.PlacementArranged: "mentor_id",
    training.PlacementCorrected: "mentor_id",
    itt.QtsAwarded: "person_id",
    people.RoleBegun: "person_id",
}

# Facts in which somebody else names a person whom they know: what these say stands until a better source speaks, and
# never in place of it.
HEARSAY: tuple[type[Event], ...] = (
    accreditation.AccreditationMemberInvited,
    itt.PlacementArranged,
    training.PlacementCorrected,
)

# Facts after which nobody is asked for a reference any more: the referee's name and address go, what is not sent stays.
ANSWERING: tuple[type[Event], ...] = (
    applications.ReferenceProvided,
    applications.ReferenceRefused,
    applications.ReferenceCancelled,
)
ASKED = (applications.ReferenceRequested, applications.ReferenceChaserDue)
ASKING = ("reference_requested_referee", "reference_chaser_referee", "reference_chaser")

# Facts that end what was never consented to: messages about the same subject are erased.
ERASING: tuple[type[Event], ...] = (
    leadership.SuggestionExpired,
    leadership.ConsentRefused,
    leadership.NominationLapsed,
)
ERASED_SUBJECT = "A message that was erased"
ERASED_BODY = "What it was about came to nothing, so its text was erased."

BY_TEMPLATE: dict[str, Telling | OrganisationTelling] = {
    telling.template: telling for telling in (*TELLINGS, *TO_ORGANISATIONS)
}
TOLD = tuple(dict.fromkeys(telling.event for telling in (*TELLINGS, *TO_ORGANISATIONS)))


def tellings_of(event: Event) -> list[tuple[Telling, UUID]]:
    """What this event tells people, and whom."""
    of_type = [telling for telling in TELLINGS if telling.event is type(event)]
    return [(telling, to) for telling in of_type if (to := telling.recipient(event)) is not None]


def contact_in(event: Event) -> UUID | None:
    """Whose name and address the event brings, if any."""
    field = CONTACTS.get(type(event))
    if field is None or getattr(event, "person", None) is None:
        return None
    found: UUID | None = getattr(event, field)
    return referee(found) if found is not None and type(event) in ASKED else found
