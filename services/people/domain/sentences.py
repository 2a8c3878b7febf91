"""Every fact as a sentence: one table, (event type, the field that names the person) -> what they read.

"The timeline shows every fact with its source, date and who recorded it; the person sees all of theirs"
(domain page, "The professional continuum"). ``mine`` are facts that the person alone sees.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.events import Event, accreditation, applications, cpd, itt, leadership, people, training

ME = "person_id"


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text`` is a template of ``words``; ``on`` is the field with the date that people mean, if it has one.

    ``mine``: the person alone reads it; ``unsigned``: nobody reads who recorded it.
    """

    text: str
    on: str = ""
    mine: bool = False
    unsigned: bool = False


_ITT: Mapping[tuple[str, str], Sentence] = {
    (itt.TraineeRegistered.TYPE, ME): Sentence(
        "Registered as a trainee with provider {provider_code}: {course_subjects:plain_list},"
        " {training_route:route}, {itt_start_date:day} to {itt_end_date:day}"
    ),
    (itt.TraineeSubmittedForTrn.TYPE, ME): Sentence("A teacher reference number was asked for"),
    (itt.TrnReceived.TYPE, ME): Sentence("Teacher reference number {trn} received"),
    (itt.TrnDelayed.TYPE, ME): Sentence("The teacher reference number has not come yet", mine=True),
    (itt.TrainingStarted.TYPE, ME): Sentence("Training started with provider {provider_code}", "started_on"),
    (itt.PlacementArranged.TYPE, ME): Sentence(
        "Placement {number} arranged at school {school_urn}, {starts_on:day} to {ends_on:day}"
    ),
    (itt.PlacementArranged.TYPE, "mentor_id"): Sentence(
        "Asked to mentor a trainee at school {school_urn}, {starts_on:day} to {ends_on:day}"
    ),
    (itt.PlacementCompleted.TYPE, ME): Sentence(
        "Placement completed at school {school_urn}: {days} days", "completed_on"
    ),
    (itt.PlacementCompleted.TYPE, "mentor_id"): Sentence(
        "Mentored a trainee for {days} days at school {school_urn}", "completed_on"
    ),
    (itt.ReviewRecorded.TYPE, ME): Sentence("Reviewed against the Teachers' Standards", "reviewed_on"),
    (itt.FinalAssessmentRecorded.TYPE, ME): Sentence("Final assessment: {passed:result}", "assessed_on"),
    (itt.TraineeRecommended.TYPE, ME): Sentence(
        "Recommended for {qualification} by provider {provider_code}; standards met on {standards_met_on:day}"
    ),
    (itt.QtsAwarded.TYPE, ME): Sentence("Qualified teacher status awarded", "awarded_on"),
    (itt.EytsAwarded.TYPE, ME): Sentence("Early years teacher status awarded", "awarded_on"),
    (itt.TraineeDeferred.TYPE, ME): Sentence("Training deferred", "deferred_on"),
    (itt.TraineeReinstated.TYPE, ME): Sentence(
        "Back in training, which now ends on {itt_end_date:day}", "reinstated_on"
    ),
    (itt.TraineeWithdrawn.TYPE, ME): Sentence("Withdrawn from training", "withdrawn_on"),
    (itt.TraineeDiscarded.TYPE, ME): Sentence("The trainee record was removed ({code:plain})"),
    (itt.TraineeChanged.TYPE, ME): Sentence("Details changed: {changed:plain_list}"),
    (itt.WithdrawalUndone.TYPE, ME): Sentence("Correction: the withdrawal was a mistake and was undone"),
    (itt.RecommendationUndone.TYPE, ME): Sentence(
        "Correction: the recommendation for {qualification} was a mistake and was undone"
    ),
    (itt.AwardUndone.TYPE, ME): Sentence(
        "Correction: the award of {qualification} was a mistake and was undone"
    ),
    (itt.CourseCorrected.TYPE, ME): Sentence(
        "Correction: the course is {course_subjects:plain_list}, {training_route:route}"
    ),
    (itt.TraineeMoved.TYPE, ME): Sentence(
        "Moved from provider {from_provider_code} to provider {provider_code}"
    ),
}

# What is checked, when somebody is away and what gives cause for concern is the trainee's own affair.
_TRAINING: Mapping[type[Event], Sentence] = {
    training.ChecksRecorded: Sentence("Checks before training were recorded", mine=True),
    training.CheckCorrected: Sentence("Correction: a check before training ({kind:plain})", mine=True),
    training.SchoolDaysRecorded: Sentence(
        "Days in school {school_urn}: {days}, {first_on:day} to {last_on:day}", "last_on", mine=True
    ),
    training.SchoolDaysCorrected: Sentence(
        "Correction: days in school {school_urn}, {first_on:day} to {last_on:day}", "last_on", mine=True
    ),
    training.AbsenceRecorded: Sentence("Away from training", "starts_on", mine=True),
    training.AbsenceCorrected: Sentence("Correction: an absence from training", "starts_on", mine=True),
    training.PlacementCorrected: Sentence(
        "Correction: placement {number} is at school {school_urn}, {starts_on:day} to {ends_on:day}"
        "{completed_on:completed}{days:done}"
    ),
    training.PlacementRemoved: Sentence("Correction: there is no placement {number} at school {school_urn}"),
    training.ReviewCorrected: Sentence(
        "Correction: a review against the Teachers' Standards", "reviewed_on", mine=True
    ),
    training.ConcernRaised: Sentence("A cause for concern was raised", "raised_on", mine=True),
    training.SupportPlanAgreed: Sentence(
        "A support plan was agreed; it is looked at on {review_on:day}", "agreed_on", mine=True
    ),
    training.SupportReviewDue: Sentence("The support plan was to be looked at", "review_on", mine=True),
    training.SupportPlanReviewed: Sentence(
        "The support plan was looked at and goes on until {review_on:day}", "reviewed_on", mine=True
    ),
    training.ConcernEscalated: Sentence("A cause for concern was escalated", "escalated_on", mine=True),
    training.ConcernResolved: Sentence("A cause for concern was resolved", "resolved_on", mine=True),
    training.ConcernWithdrawn: Sentence(
        "A cause for concern was withdrawn: it was raised in error", "withdrawn_on", mine=True
    ),
}

# Who applies where is the candidate's own affair: nobody else reads it on their timeline.
_APPLYING: Mapping[type[Event], str] = {
    applications.CandidateRegistered: "Opened an account to apply for teacher training",
    applications.CandidateDetailsChanged: "Changed what the application says: {sections:plain_list}",
    applications.FormCarriedOver: "Took the application along from cycle {from_cycle} to cycle {cycle}",
    applications.CourseChosen: "Chose {course_name} ({course_code}) at provider {provider_code}",
    applications.ChoiceRemoved: "Removed the choice of {course_name} at provider {provider_code}",
    applications.ApplicationSent: "Applied for {course_name} at provider {provider_code}",
    applications.ApplicationNotSent: "The application for {course_name} was not sent before the deadline",
    applications.ApplicationInactivated: "Provider {provider_code} had not decided about {course_name} in time",
    applications.InterviewArranged: "Invited to an interview by provider {with_provider_code} on {at:day}",
    applications.InterviewChanged: "The interview with provider {with_provider_code} was changed: {at:day}",
    applications.InterviewCancelled: "The interview with provider {with_provider_code} on {at:day} was cancelled",
    applications.OfferMade: "Offered a place on {course_name} by provider {provider_code}",
    applications.OfferWithdrawn: "Provider {provider_code} withdrew its offer of {course_name}",
    applications.ApplicationRejected: "Provider {provider_code} did not offer a place on {course_name}",
    applications.OfferAccepted: "Accepted the place on {course_name} at provider {provider_code}",
    applications.OfferDeclined: "The offer of {course_name} at provider {provider_code} was declined",
    applications.ApplicationWithdrawn: "The application for {course_name} was withdrawn",
    applications.ConditionChanged: "A condition of the offer of {course_name}: {condition_state:plain}",
    applications.ConditionsNotMet: "The conditions of the offer of {course_name} were not met",
    applications.ConditionsConfirmed: "All conditions of the offer of {course_name} are met",
    applications.Recruited: "Recruited to {course_name} by provider {provider_code}",
    applications.OfferDeferred: "The place on {course_name} was deferred to cycle {deferred_to}",
    applications.OfferReinstated: "The deferred place was taken up: {course_name} at provider {provider_code}",
    applications.ReferenceRequested: "A referee was asked for a reference",
    applications.ReferenceChaserDue: "A referee was reminded",
    applications.ReferenceProvided: "A reference was received",
    applications.ReferenceRefused: "A referee did not want to give a reference",
    applications.ReferenceCancelled: "A reference is no longer needed",
}

_CPD: Mapping[tuple[str, str], Sentence] = {
    (cpd.InductionDue.TYPE, ME): Sentence("Statutory induction is due"),
    (cpd.InductionProposed.TYPE, ME): Sentence(
        "Induction proposed at school {school_urn} from {starts_on:day}; {appropriate_body:body} is to agree"
    ),
    (cpd.InductionRefused.TYPE, ME): Sentence(
        "{appropriate_body:body} did not agree to the induction period ({code:plain})"
    ),
    (cpd.InductionOpened.TYPE, ME): Sentence(
        "Induction began at school {school_urn}, {terms_required_hundredths:hundredths} terms,"
        " with {appropriate_body:body}",
        "starts_on",
    ),
    (cpd.InductionOpened.TYPE, "mentor_id"): Sentence(
        "Mentor of a teacher in induction at school {school_urn}", "starts_on"
    ),
    (cpd.InductionOpened.TYPE, "tutor_id"): Sentence(
        "Induction tutor of a teacher at school {school_urn}", "starts_on"
    ),
    (cpd.TermAssessed.TYPE, ME): Sentence(
        "Induction term {term}: {kind:plain} assessment{at_risk:risk};"
        " {terms_served_hundredths:terms} served",
        "assessed_on",
    ),
    (cpd.InductionExtended.TYPE, ME): Sentence(
        "Induction extended to {terms_required_hundredths:terms}, {cause:cause}"
    ),
    (cpd.InductionReleased.TYPE, ME): Sentence(
        "Left the school during induction; {terms_served_hundredths:terms} served and counted",
        "released_on",
    ),
    (cpd.InductionRecommended.TYPE, ME): Sentence(
        "The head's recommendation is to {recommendation:plain}; the decision is due by {decision_due_on:day}",
        "recommended_on",
    ),
    (cpd.QtsRemovalRefused.TYPE, ME): Sentence(
        "Qualified teacher status counts on: it cannot be taken back once induction has begun", "refused_on"
    ),
    (cpd.InductionPassed.TYPE, ME): Sentence("Induction passed at school {school_urn}", "passed_on"),
    (cpd.InductionPassed.TYPE, "mentor_id"): Sentence(
        "Mentored a teacher through induction at school {school_urn}", "passed_on"
    ),
    (cpd.InductionFailed.TYPE, ME): Sentence(
        "Induction failed; an appeal is possible until {appeal_until:day}", "failed_on"
    ),
    (cpd.InductionExempted.TYPE, ME): Sentence("Exempt from induction", "exempt_from"),
    (cpd.ExemptionEnded.TYPE, ME): Sentence("The exemption from induction ended", "ended_on"),
    (cpd.InductionReduced.TYPE, ME): Sentence("Induction reduced to {terms_required_hundredths:terms}"),
    (cpd.InductionDropped.TYPE, ME): Sentence("The proposed induction fell away: {code:plain}"),
    (cpd.AtRiskTold.TYPE, ME): Sentence("Told of being at risk of not passing induction", "told_on"),
    (cpd.InductionAppealed.TYPE, ME): Sentence("Appealed against failing induction", "appealed_on"),
    (cpd.FailureListed.TYPE, ME): Sentence("The failed induction is final", "listed_on"),
    (cpd.MentorAssigned.TYPE, ME): Sentence("An induction mentor was assigned", "since"),
    (cpd.MentorAssigned.TYPE, "mentor_id"): Sentence(
        "Mentor of a teacher in induction at school {school_urn}", "since"
    ),
    (cpd.MentorAssigned.TYPE, "tutor_id"): Sentence(
        "Induction tutor of a teacher at school {school_urn}", "since"
    ),
    (cpd.ActivityCancelled.TYPE, "offered_by"): Sentence("Cancelled: {title}"),
    (cpd.ActivityClosed.TYPE, "offered_by"): Sentence("An activity was closed, fully evaluated", "closed_on"),
    (cpd.ActivityOffered.TYPE, "offered_by"): Sentence(
        "Offered to peers: {title} ({kind:plain}), {starts_at:day}, {school_urn:at_school}"
    ),
    (cpd.BookingMade.TYPE, ME): Sentence("{waiting:booked}: {title}, {starts_at:day}"),
    (cpd.BookingCancelled.TYPE, ME): Sentence("A booking was cancelled"),
    (cpd.BookingMovedUp.TYPE, ME): Sentence("Moved up from the waiting list to a place: {title:activity}"),
    (cpd.ActivityAttended.TYPE, ME): Sentence(
        "Took part in {title:activity}, {hours_hundredths:hundredths} hours", "attended_on"
    ),
    (cpd.EvaluationScheduled.TYPE, ME): Sentence(
        "To be asked on {due_on:day} to evaluate {title:activity} ({level:level})"
    ),
    (cpd.EvaluationRequested.TYPE, ME): Sentence("Asked to evaluate {title} ({level:level})", "due_on"),
    (cpd.EvaluationRecorded.TYPE, ME): Sentence(
        "Evaluated {title:activity} ({level:level}): {score} out of 5", "recorded_on"
    ),
    (cpd.EvaluationRecorded.TYPE, "offered_by"): Sentence(
        "A peer evaluated {title:activity} ({level:level}): {score} out of 5", "recorded_on", unsigned=True
    ),
    (cpd.ContributionRecorded.TYPE, ME): Sentence(
        "Contributed ({kind:plain}): {what}; {people_reached} colleagues,"
        " {hours_hundredths:hundredths} hours",
        "contributed_on",
    ),
}

_LEADERSHIP: Mapping[tuple[str, str], Sentence] = {
    (leadership.SuggestionMade.TYPE, ME): Sentence(
        "Invited to be nominated, for what they have contributed to colleagues; open until {open_until:day}",
        mine=True,
    ),
    (leadership.SuggestionExpired.TYPE, ME): Sentence(
        "The invitation to be nominated lapsed and was erased", mine=True
    ),
    (leadership.ConsentGiven.TYPE, ME): Sentence("Agreed to be nominated", mine=True),
    (leadership.ConsentRefused.TYPE, ME): Sentence("Declined to be nominated", mine=True),
    (leadership.NominationProposed.TYPE, ME): Sentence(
        "Proposed for nomination by a {source:plain}; may agree until {open_until:day}", mine=True
    ),
    (leadership.NominationLapsed.TYPE, ME): Sentence(
        "The proposed nomination lapsed ({cause:plain}) and was erased", mine=True
    ),
    (leadership.NominationMade.TYPE, ME): Sentence(
        "Nominated for leadership development, {source:proposed}", "nominated_on"
    ),
}

_PEOPLE: Mapping[tuple[str, str], Sentence] = {
    (people.PersonIdentified.TYPE, ME): Sentence("First known to the continuum, through {met_by:through}"),
    (people.PersonMerged.TYPE, ME): Sentence("Two records were found to be the same person and joined"),
    (people.PersonSeparated.TYPE, ME): Sentence("Two records that had been joined were separated again"),
    (people.PersonSeparated.TYPE, "merged_id"): Sentence("The record became a person of its own again"),
    (people.RoleBegun.TYPE, ME): Sentence(
        "{role:plain} at school {school_urn}, {full_time_equivalent_percent:working_time}", "begins_on"
    ),
    (people.RoleEnded.TYPE, ME): Sentence("Left the post of {role:plain} at school {school_urn}", "ended_on"),
    (people.StageChanged.TYPE, ME): Sentence("Stage: from {from_stage:plain} to {stage:plain}{flag:flag}"),
    (people.ProhibitionImposed.TYPE, ME): Sentence("Prohibited from teaching", "imposed_on"),
    (people.ProhibitionLifted.TYPE, ME): Sentence("The prohibition from teaching ended", "lifted_on"),
    (people.FactVoided.TYPE, ME): Sentence("A fact was recorded in error and no longer counts"),
}

_ACCREDITING: Mapping[type[Event], str] = {
    accreditation.AccreditationMemberInvited: (
        "Asked to sit on the panel on the accreditation of provider {provider_code}, {meets_on:day}"
    ),
    accreditation.AccreditationInterestsDeclared: (
        "Declared interests as a member of the panel on provider {provider_code}"
    ),
    accreditation.AccreditationVoted: "Voted on the panel on provider {provider_code}",
    accreditation.AccreditationMemberReleased: (
        "The panel on the accreditation of provider {provider_code} did not sit: it withdrew"
    ),
}

# A mentor reads of a correction what it means for them; who was named by mistake, that they were.
_MENTORING: Mapping[tuple[str, str], Sentence] = {
    (training.PlacementCorrected.TYPE, "mentor_id"): Sentence(
        "Correction: mentor of a trainee at school {school_urn}, {starts_on:day} to {ends_on:day}"
        "{completed_on:completed}{days:done}"
    ),
    (training.PlacementCorrected.TYPE, "from_mentor_id"): Sentence(
        "Correction: was named as the mentor of a trainee by mistake"
    ),
    (training.PlacementRemoved.TYPE, "mentor_id"): Sentence(
        "Correction: not asked to mentor a trainee at school {school_urn}"
    ),
}

SENTENCES: Mapping[tuple[str, str], Sentence] = {
    **_ITT,
    **_MENTORING,
    **{(event.TYPE, ME): sentence for event, sentence in _TRAINING.items()},
    **{(event.TYPE, ME): Sentence(text, mine=True) for event, text in _APPLYING.items()},
    **{(event.TYPE, ME): Sentence(text, mine=True) for event, text in _ACCREDITING.items()},
    **_CPD,
    **_LEADERSHIP,
    **_PEOPLE,
}
