"""The induction status that is shown: of all that hold, the first by priority (register of teachers)."""

from collections.abc import Collection
from enum import StrEnum


class Status(StrEnum):
    """In order of priority, as the national register names them."""

    FAILED = "Failed"
    PASSED = "Passed"
    EXEMPT = "Exempt"
    IN_PROGRESS = "InProgress"
    FAILED_IN_WALES = "FailedInWales"
    REQUIRED_TO_COMPLETE = "RequiredToComplete"
    NONE = "None"


def shown(holding: Collection[Status]) -> Status:
    """The status of the highest priority. An exemption covers what lies under it, which comes back when it ends."""
    return next((status for status in Status if status in holding), Status.NONE)
