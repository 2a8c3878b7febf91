"""A fact about a person as it is stored, and the table of which facts move the stage.

The table is data: a fact sets or clears *marks* on a record (a course of training, an induction period, a
role period, a prohibition). What the marks mean for the stage is decided in ``folding``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.errors import Invalid
from shared.events import applications, cpd, itt, people


class Kind(StrEnum):
    """The kinds of record that count for the stage."""

    APPLICATION = "application"
    TRAINING = "training"
    INDUCTION = "induction"
    EXEMPTION = "exemption"
    ROLE = "role"
    PROHIBITION = "prohibition"


class Mark(StrEnum):
    """What can stand on a record."""

    SENT = "sent"
    STARTED = "started"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"
    QTS = "qts"
    EYTS = "eyts"
    REMOVAL_REFUSED = "removal_refused"
    OPENED = "opened"
    RELEASED = "released"
    PASSED = "passed"
    FAILED = "failed"
    BEGUN = "begun"
    ENDED = "ended"
    IMPOSED = "imposed"


@dataclass(frozen=True, slots=True)
class PersonFact:
    """One event, seen from one person that it names: ``part`` is the field of the event that names them."""

    id: UUID
    type: str
    subject: str
    sequence: int
    occurred_at: datetime
    part: str = "person_id"
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> tuple[datetime, int, UUID]:
        """Facts are folded in this order, whatever the order in which they arrived."""
        return (self.occurred_at, self.sequence, self.id)

    def day(self, name: str) -> date:
        """A date of the event, which is stored as ISO text."""
        return date.fromisoformat(self.details[name])


@dataclass(frozen=True, slots=True)
class Effect:
    """``key`` is the field with the record's id; ``sets`` and ``clears`` say what the fact does to its marks.

    ``begins`` and ``ends`` are fields with the day from which the record counts, and on which it does no longer.
    """

    kind: Kind
    key: str
    sets: frozenset[Mark] = frozenset()
    clears: frozenset[Mark] = frozenset()
    begins: str = ""
    ends: str = ""

    @property
    def fields(self) -> set[str]:
        """What the fold reads of the event."""
        return {name for name in (self.key, self.begins, self.ends) if name}


def _effect(
    kind: Kind, key: str, *sets: Mark, clears: tuple[Mark, ...] = (), begins: str = "", ends: str = ""
) -> Effect:
    return Effect(kind, key, frozenset(sets), frozenset(clears), begins, ends)


def _training(*sets: Mark, clears: tuple[Mark, ...] = ()) -> Effect:
    return _effect(Kind.TRAINING, "trainee_id", *sets, clears=clears)


def _application(*sets: Mark, clears: tuple[Mark, ...] = ()) -> Effect:
    return _effect(Kind.APPLICATION, "application_id", *sets, clears=clears)


def _induction(*sets: Mark, clears: tuple[Mark, ...] = ()) -> Effect:
    return _effect(Kind.INDUCTION, "period_id", *sets, clears=clears)


# Source of every row: the domain page, "The professional continuum", columns "enters by" and "leaves by".
EFFECTS: Mapping[str, Effect] = {
    applications.ApplicationSent.TYPE: _application(Mark.SENT),
    # What was rejected or taken back may be offered again (domain page, "Applications").
    applications.OfferMade.TYPE: _application(clears=(Mark.ENDED,)),
    applications.ApplicationRejected.TYPE: _application(Mark.ENDED),
    applications.ApplicationWithdrawn.TYPE: _application(Mark.ENDED),
    applications.OfferDeclined.TYPE: _application(Mark.ENDED),
    applications.OfferWithdrawn.TYPE: _application(Mark.ENDED),
    applications.ConditionsNotMet.TYPE: _application(Mark.ENDED),
    itt.TraineeRegistered.TYPE: _training(),
    itt.TrainingStarted.TYPE: _training(Mark.STARTED),
    itt.TraineeDeferred.TYPE: _training(Mark.DEFERRED),
    itt.TraineeReinstated.TYPE: _training(clears=(Mark.DEFERRED,)),
    itt.TraineeWithdrawn.TYPE: _training(Mark.WITHDRAWN),
    itt.TraineeDiscarded.TYPE: _training(Mark.DISCARDED),
    itt.WithdrawalUndone.TYPE: _training(clears=(Mark.WITHDRAWN,)),
    itt.QtsAwarded.TYPE: _training(Mark.QTS),
    itt.EytsAwarded.TYPE: _training(Mark.EYTS),
    itt.AwardUndone.TYPE: _training(clears=(Mark.QTS, Mark.EYTS)),
    cpd.InductionOpened.TYPE: _induction(Mark.OPENED),
    cpd.InductionReleased.TYPE: _induction(Mark.RELEASED),
    cpd.InductionExtended.TYPE: _induction(clears=(Mark.FAILED,)),
    cpd.InductionPassed.TYPE: _induction(Mark.PASSED, clears=(Mark.FAILED,)),
    # A decision to fail moves nothing: listed as failed only when the time to appeal is over or the appeal is
    # dismissed (domain page, "Induction").
    cpd.FailureListed.TYPE: _induction(Mark.FAILED, clears=(Mark.PASSED,)),
    cpd.InductionExempted.TYPE: _effect(
        Kind.EXEMPTION, "person_id", Mark.BEGUN, clears=(Mark.ENDED,), begins="exempt_from"
    ),
    cpd.ExemptionEnded.TYPE: _effect(Kind.EXEMPTION, "person_id", Mark.ENDED, ends="ended_on"),
    people.RoleBegun.TYPE: _effect(Kind.ROLE, "role_period_id", Mark.BEGUN, begins="begins_on"),
    people.RoleEnded.TYPE: _effect(Kind.ROLE, "role_period_id", Mark.ENDED, ends="ended_on"),
    people.ProhibitionImposed.TYPE: _effect(Kind.PROHIBITION, "prohibition_id", Mark.IMPOSED),
    people.ProhibitionLifted.TYPE: _effect(Kind.PROHIBITION, "prohibition_id", clears=(Mark.IMPOSED,)),
}

VOIDING = people.FactVoided.TYPE
# Facts that change which facts count: the person is folded again, though they set no mark themselves.
REGROUPING = frozenset({people.PersonMerged.TYPE, people.PersonSeparated.TYPE, VOIDING})


def moves_stage(type_: str, part: str = "person_id") -> bool:
    """Whether a fact of this type can move the stage of the person in that field (a mentor's never does)."""
    return part == "person_id" and (type_ in EFFECTS or type_ in REGROUPING)


def may_change_later(type_: str) -> bool:
    """Whether a day that the fact names may move the stage by itself, when it comes."""
    effect = EFFECTS.get(type_)
    return type_ in REGROUPING or (effect is not None and bool(effect.begins or effect.ends))


def check_voidable(type_: str) -> None:
    """Raises Invalid for a merge (separate it instead) and for a voiding."""
    if type_ in REGROUPING:
        raise Invalid.field("fact_id", f"{type_} cannot be voided; a merge is undone by separating")
