"""The tables of initial teacher training, a module an area."""

from services.itt.models import accreditation, applications, courses, funding, training
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
from services.itt.models.recruits import OfferedCorrection
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
)

__all__ = [
    "FIRST_TRN",
    "LAST_TRN",
    "REGISTER_TRN",
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
    "Trainee",
    "TraineeEquality",
    "TraineeImport",
    "accreditation",
    "applications",
    "courses",
    "funding",
    "training",
]
