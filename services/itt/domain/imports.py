"""The states of a file of trainees: 7 states, 10 transitions (Register service); undoing is a correction."""

from enum import StrEnum

from shared.transitions import Transitions


class State(StrEnum):
    UPLOADED = "uploaded"
    PENDING = "pending"
    VALIDATED = "validated"
    IN_PROGRESS = "in_progress"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    FAILED = "failed"


TRANSITIONS = Transitions(
    "itt.trainee_import",
    (State.UPLOADED, "import", State.PENDING),
    (State.PENDING, "process", State.VALIDATED),
    (State.VALIDATED, "submit", State.IN_PROGRESS),
    (State.IN_PROGRESS, "succeed", State.SUCCEEDED),
    (State.UPLOADED, "cancel", State.CANCELLED),
    (State.VALIDATED, "cancel", State.CANCELLED),
    (State.FAILED, "cancel", State.CANCELLED),
    (State.PENDING, "fail", State.FAILED),
    (State.VALIDATED, "fail", State.FAILED),
    (State.IN_PROGRESS, "fail", State.FAILED),
    corrections=("undo",),
)
