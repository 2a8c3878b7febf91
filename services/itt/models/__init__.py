"""The tables of initial teacher training, a module an area."""

from services.itt.models import applications, courses, training
from services.itt.models.base import Base
from services.itt.models.courses import Course, CourseOption, Partnership, Provider, School
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
    "Base",
    "BegunInduction",
    "Course",
    "CourseOption",
    "Observation",
    "Partnership",
    "Placement",
    "Provider",
    "RegisterEntry",
    "Review",
    "School",
    "Trainee",
    "TraineeEquality",
    "TraineeImport",
    "applications",
    "courses",
    "training",
]
