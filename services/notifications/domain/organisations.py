"""The table of facts that organisations hear of: event, which organisations (fields of the event), and the text.

It stands beside the table of people in ``telling``; together they are all that anybody is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from shared.events import Event, accreditation, applications, itt, recruits, reports, training

# In place of a school's number: "not applicable" (domain page, "The bulk file").
NO_SCHOOLS = frozenset({"900000", "900020", "900030"})
MOST_CONTACTS = 20


class OrganisationKind(StrEnum):
    """What a message to an organisation is about; each of its contacts wants some of these."""

    APPLICATIONS = "applications"
    OFFERS = "offers"
    REFERENCES = "references"
    TRAINEES = "trainees"
    PLACEMENTS = "placements"
    RETURNS = "returns"
    ACCREDITATION = "accreditation"


def _always(_: Any) -> bool:
    return True


@dataclass(frozen=True)
class OrganisationTelling:
    """One fact tells some organisations one thing. ``to``: fields with a provider's code or a school's number."""

    event: type[Event]
    template: str
    kind: OrganisationKind
    to: tuple[str, ...]
    of: str = "provider"
    when: Callable[[Any], bool] = _always
    notice: bool = False

    def organisations(self, event: Event) -> tuple[str, ...]:
        """Who is told of this very event, each once: ``provider:2A5``, ``school:123456``."""
        if not self.when(event):
            return ()
        values = [value for field in self.to for value in _several(getattr(event, field))]
        wanted = [value for value in values if value and value not in NO_SCHOOLS]
        return tuple(dict.fromkeys(f"{self.of}:{value}" for value in wanted))


def _several(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value or "",)


A, O, R = OrganisationKind.APPLICATIONS, OrganisationKind.OFFERS, OrganisationKind.REFERENCES
T, P = OrganisationKind.TRAINEES, OrganisationKind.PLACEMENTS
U, C = OrganisationKind.RETURNS, OrganisationKind.ACCREDITATION
OWN = ("provider_code",)
BOTH, SCHOOL = ("provider_code", "accredited_code"), "school"
PARTNERS = ("training_urns",)
INTERVIEWER, WAITING, EMPLOYER = ("with_provider_code",), ("provider_codes",), ("employing_school_urn",)

TO_ORGANISATIONS = (
    OrganisationTelling(applications.ApplicationSent, "application_sent_provider", A, BOTH),
    OrganisationTelling(applications.ApplicationInactivated, "application_inactivated_provider", A, BOTH),
    OrganisationTelling(applications.ApplicationWithdrawn, "application_withdrawn_provider", A, BOTH),
    OrganisationTelling(
        applications.ApplicationRejected,
        "application_rejected_by_default_provider",
        A,
        BOTH,
        when=lambda e: e.by_default,
    ),
    OrganisationTelling(applications.DuplicateSuspected, "duplicate_suspected_provider", A, WAITING),
    OrganisationTelling(applications.InterviewArranged, "interview_arranged_provider", A, INTERVIEWER),
    OrganisationTelling(applications.InterviewChanged, "interview_changed_provider", A, INTERVIEWER),
    OrganisationTelling(applications.InterviewCancelled, "interview_cancelled_provider", A, INTERVIEWER),
    OrganisationTelling(applications.OfferAccepted, "offer_accepted_provider", O, BOTH),
    OrganisationTelling(applications.OfferDeclined, "offer_declined_provider", O, BOTH),
    OrganisationTelling(applications.ConditionsNotMet, "conditions_not_met_provider", O, BOTH),
    OrganisationTelling(
        applications.Recruited, "recruited_provider", O, BOTH, when=lambda e: not e.reinstated
    ),
    OrganisationTelling(applications.OfferDeferred, "offer_deferred_provider", O, BOTH),
    OrganisationTelling(applications.OfferReinstated, "offer_reinstated_provider", O, BOTH),
    OrganisationTelling(applications.ReferenceProvided, "reference_provided_provider", R, WAITING),
    OrganisationTelling(applications.ReferenceRefused, "reference_refused_provider", R, WAITING),
    OrganisationTelling(itt.TraineeDiscarded, "trainee_discarded_provider", T, ("provider_code",)),
    OrganisationTelling(
        itt.TraineeMoved, "trainee_moved_provider", T, ("provider_code", "from_provider_code")
    ),
    OrganisationTelling(itt.TrnDelayed, "trn_delayed_provider", T, ("provider_code",)),
    OrganisationTelling(itt.PlacementArranged, "placement_arranged_school", P, ("school_urn",), SCHOOL),
    OrganisationTelling(itt.PlacementArranged, "placement_moved_school", P, ("from_school_urn",), SCHOOL),
    OrganisationTelling(
        training.PlacementCorrected,
        "placement_corrected_school",
        P,
        ("school_urn",),
        SCHOOL,
        when=lambda e: e.from_school_urn is None,
    ),
    OrganisationTelling(
        training.PlacementCorrected,
        "placement_given_school",
        P,
        ("school_urn",),
        SCHOOL,
        when=lambda e: e.from_school_urn is not None,
    ),
    OrganisationTelling(
        training.PlacementCorrected, "placement_mistaken_school", P, ("from_school_urn",), SCHOOL
    ),
    OrganisationTelling(training.PlacementRemoved, "placement_removed_school", P, ("school_urn",), SCHOOL),
    OrganisationTelling(itt.TraineeDeferred, "trainee_deferred_school", T, EMPLOYER, SCHOOL),
    OrganisationTelling(itt.TraineeDeferred, "trainee_deferred_partner", T, PARTNERS, SCHOOL),
    OrganisationTelling(itt.TraineeWithdrawn, "trainee_withdrawn_school", T, EMPLOYER, SCHOOL),
    OrganisationTelling(itt.TraineeWithdrawn, "trainee_withdrawn_partner", T, PARTNERS, SCHOOL),
    OrganisationTelling(itt.TraineeRecommended, "trainee_recommended_school", T, EMPLOYER, SCHOOL),
    OrganisationTelling(itt.RecommendationUndone, "recommendation_undone_school", T, EMPLOYER, SCHOOL),
    OrganisationTelling(itt.QtsAwarded, "qts_awarded_school", T, (*EMPLOYER, "trained_at_urns"), SCHOOL),
    OrganisationTelling(itt.EytsAwarded, "eyts_awarded_school", T, EMPLOYER, SCHOOL),
    OrganisationTelling(recruits.CorrectionOffered, "correction_offered_provider", T, OWN),
    OrganisationTelling(training.ConcernRaised, "concern_raised_provider", T, OWN),
    OrganisationTelling(training.ConcernEscalated, "concern_escalated_provider", T, OWN),
    OrganisationTelling(reports.CensusDue, "census_due_provider", U, OWN),
    OrganisationTelling(reports.CensusReopened, "census_reopened_provider", U, OWN),
    OrganisationTelling(reports.PerformanceProfileDue, "performance_profile_due_provider", U, OWN),
    OrganisationTelling(reports.PerformanceProfileReopened, "performance_profile_reopened_provider", U, OWN),
    OrganisationTelling(
        accreditation.AccreditationGranted, "accreditation_granted_provider", C, OWN, notice=True
    ),
    OrganisationTelling(
        accreditation.AccreditationRefused, "accreditation_refused_provider", C, OWN, notice=True
    ),
    OrganisationTelling(
        accreditation.AccreditationDecisionAnnulled, "accreditation_annulled_provider", C, OWN, notice=True
    ),
)


def organisations_of(event: Event) -> list[tuple[OrganisationTelling, str]]:
    """What this event tells, and which organisations."""
    of_type = [telling for telling in TO_ORGANISATIONS if telling.event is type(event)]
    return [(telling, name) for telling in of_type for name in telling.organisations(event)]


def inbox_of(organisation: str) -> UUID:
    """The recipient of the message that stands in an organisation's inbox: always the same for one organisation."""
    return uuid5(NAMESPACE_URL, f"continuum:{organisation}")
