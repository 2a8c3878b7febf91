"""The checks before training: nobody starts in a school until all five are passed.

Nobody is admitted before the provider has found them suitable ("Initial teacher training: criteria and supporting
advice", DfE): identity, right to work, an enhanced criminal record check with the barred list, health and physical
capacity to teach, and the list of prohibition orders ("Keeping children safe in education", part three).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.itt.domain.dates import today
from services.itt.domain.trainees import Trainee, about
from shared.errors import Conflict, join
from shared.events.training import CheckCorrected, ChecksRecorded


class Kind(StrEnum):
    """The five checks, in the order in which they are usually made."""

    IDENTITY = "identity"
    RIGHT_TO_WORK = "right_to_work"
    CRIMINAL_RECORD = "criminal_record"
    FITNESS = "fitness"
    PROHIBITION = "prohibition"


class Outcome(StrEnum):
    """``passed_with_restrictions``: may train, with what the note says, such as adjustments or a permit that ends."""

    PASSED = "passed"
    PASSED_WITH_RESTRICTIONS = "passed_with_restrictions"
    NOT_PASSED = "not_passed"


PASSING = frozenset({Outcome.PASSED, Outcome.PASSED_WITH_RESTRICTIONS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What was found, who checked it and when. ``expires_on`` is the last day on which it holds, if it has one."""

    kind: Kind
    outcome: Outcome
    checked_by: str
    checked_on: date
    organisation: str | None = None
    reference: str | None = None
    expires_on: date | None = None
    note: str | None = None

    def holds(self, on: date) -> bool:
        """Whether it lets the trainee into a school on that day."""
        return self.outcome in PASSING and (self.expires_on is None or on <= self.expires_on)


def problems(check: Check, on: date) -> Iterator[tuple[str, str]]:
    """What cannot be, by field."""
    if not check.checked_by.strip():
        yield "checked_by", "is missing; give the name of who checked it"
    if check.checked_on > on:
        yield "checked_on", "is in the future; give the day on which it was checked"
    if check.expires_on and check.expires_on < check.checked_on:
        yield "expires_on", f"is before the check; give a date from {check.checked_on}, or none"
    if check.outcome is Outcome.PASSED_WITH_RESTRICTIONS and not (check.note or "").strip():
        yield "note", "is missing; say what the restrictions are"


def clash(known: Check | None, new: Check) -> str | None:
    """Why the new check cannot take the place of the one that is recorded: only a later one can."""
    if known is None or known == new or new.checked_on > known.checked_on:
        return None
    return f"is not after the check of {known.checked_on} that is recorded; correct that one, with a reason"


def missing(checks: Iterable[Check], on: date) -> tuple[str, ...]:
    """Those of the five that are not made, not passed or have run out on that day."""
    held = {check.kind for check in checks if check.holds(on)}
    return tuple(kind.value for kind in Kind if kind not in held)


def cleared_on(checks: Iterable[Check], on: date) -> date | None:
    """The day of the last of all five; None while one is missing."""
    made = list(checks)
    return None if missing(made, on) else max(check.checked_on for check in made)


def words(kinds: Iterable[str]) -> str:
    """The checks as a sentence names them."""
    return join([kind.replace("_", " ") for kind in kinds]).replace(" or ", " and ")


def refuse_without(checks: Iterable[Check], on: date) -> None:
    """Nobody is in a school before the checks are passed. Raises Conflict with ``checks_missing``."""
    if wanting := missing(checks, on):
        raise Conflict(
            f"A trainee is not in a school before every check is passed; missing: {words(wanting)}",
            checks_missing=list(wanting),
        )


def recorded(
    trainee: Trainee, new: Iterable[Check], checks: Iterable[Check], now: datetime
) -> ChecksRecorded:
    """The fact of new checks, among all ``checks`` that there are by now."""
    made = list(new)
    return ChecksRecorded(
        **about(trainee, now),
        provider_code=trainee.provider_code,
        passed=tuple(check.kind.value for check in made if check.outcome in PASSING),
        not_passed=tuple(check.kind.value for check in made if check.outcome not in PASSING),
        missing=missing(checks, today(now)),
    )


def corrected(
    trainee: Trainee, kind: Kind, after: Check | None, checks: Iterable[Check], now: datetime
) -> CheckCorrected:
    """The fact of a correction: ``after`` is the check as it is now, None when it was removed."""
    return CheckCorrected(
        **about(trainee, now),
        provider_code=trainee.provider_code,
        kind=kind.value,
        outcome=after.outcome.value if after else None,
        missing=missing(checks, today(now)),
    )
