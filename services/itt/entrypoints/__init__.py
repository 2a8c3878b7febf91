"""The entrypoints, a class an area; ``service.py`` puts them together."""

from services.itt.entrypoints.accreditation import AccreditationCalls
from services.itt.entrypoints.applications import ApplicationCalls
from services.itt.entrypoints.courses import CourseCalls
from services.itt.entrypoints.funding import FundingCalls
from services.itt.entrypoints.recruits import RecruitsCalls
from services.itt.entrypoints.reports import ReportsCalls
from services.itt.entrypoints.trainees import TraineeCalls
from services.itt.entrypoints.training import TrainingCalls

__all__ = [
    "AccreditationCalls",
    "ApplicationCalls",
    "CourseCalls",
    "FundingCalls",
    "RecruitsCalls",
    "ReportsCalls",
    "TraineeCalls",
    "TrainingCalls",
]
