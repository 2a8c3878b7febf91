"""The use cases of leadership, one function each."""

from services.leadership.handlers.nominations import (
    consent_to_nomination,
    expire_nomination,
    nominate,
    refuse_nomination,
)
from services.leadership.handlers.reading import mine
from services.leadership.handlers.signals import (
    record_contribution,
    record_employment,
    record_evaluation,
    record_induction,
    record_known,
    record_mentoring,
    record_stage,
)
from services.leadership.handlers.suggestions import consent, expire_suggestion, lapse, refuse, suggest

__all__ = [
    "consent",
    "consent_to_nomination",
    "expire_nomination",
    "expire_suggestion",
    "lapse",
    "mine",
    "nominate",
    "record_contribution",
    "record_employment",
    "record_evaluation",
    "record_induction",
    "record_known",
    "record_mentoring",
    "record_stage",
    "refuse",
    "refuse_nomination",
    "suggest",
]
