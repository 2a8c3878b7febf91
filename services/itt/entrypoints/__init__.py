"""The entrypoints, a class an area; ``service.py`` puts them together."""

from services.itt.entrypoints.applications import ApplicationCalls
from services.itt.entrypoints.courses import CourseCalls
from services.itt.entrypoints.trainees import TraineeCalls
from services.itt.entrypoints.training import TrainingCalls

__all__ = ["ApplicationCalls", "CourseCalls", "TraineeCalls", "TrainingCalls"]
