"""The tables of initial teacher training, a module an area."""

from services.itt.models import accreditation, applications, courses, funding, training
from services.itt.models.accreditation import Accreditation, AccreditationMember
from services.itt.models.applications import (
    Application,
    ApplicationNote,
    Candidate,
    CandidateDuplicate,
    CandidateEquality,
    CandidateForm,
    FeedMark,
    FormSection,
    Interview,
    Reference,
)
from services.itt.models.base import Base
from services.itt.models.courses import Course, CourseOption, Partnership, Provider, School
from services.itt.models.funding import FundingRate
from services.itt.models.recruits import OfferedCorrection
from services.itt.models.reports import SignOff, StatutoryReturn
from services.itt.models.trainees import (
    FIRST_TRN,
    LAST_TRN,
    REGISTER_TRN,
    BegunInduction,
    Observation,
    Placement,
    RegisterEntry,
    Review,
    Trainee,
    TraineeEquality,
    TraineeImport,
    TrnRequest,
)

__all__ = [
    "FIRST_TRN",
    "LAST_TRN",
    "REGISTER_TRN",
    "Accreditation",
    "AccreditationMember",
    "Application",
    "ApplicationNote",
    "Base",
    "BegunInduction",
    "Candidate",
    "CandidateDuplicate",
    "CandidateEquality",
    "CandidateForm",
    "Course",
    "CourseOption",
    "FeedMark",
    "FormSection",
    "FundingRate",
    "Interview",
    "Observation",
    "OfferedCorrection",
    "Partnership",
    "Placement",
    "Provider",
    "Reference",
    "RegisterEntry",
    "Review",
    "School",
    "SignOff",
    "StatutoryReturn",
    "Trainee",
    "TraineeEquality",
    "TraineeImport",
    "TrnRequest",
    "accreditation",
    "applications",
    "courses",
    "funding",
    "training",
]
