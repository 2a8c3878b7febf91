"""When absence lengthens induction, and by how much (SI 2012/1115, reg. 8)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.cpd.domain.rules import (
    ABSENCE_THRESHOLD_DAYS,
    RULES,
    SCHOOL_DAYS_A_YEAR,
    TERMS_A_YEAR,
    AbsenceKind,
    RuleSet,
)


@dataclass(eq=False, kw_only=True)
class Absence:
    """School days away in one part of induction (1 or 2); ``extends_at_wish``: so the teacher wants statutory leave."""

    id: UUID
    person_id: UUID
    period_id: UUID
    kind: AbsenceKind
    starts_on: date
    days: int
    part: int = 1
    extends_at_wish: bool = False


def extension_days(absences: Iterable[Absence], rule_set: RuleSet) -> int:
    """Days by which absence extends: the total, once it is 30 or more.

    Newly qualified: in all. Early career: in the first or the second year's worth (part) of induction.
    Statutory leave counts only at the teacher's wish (newly qualified: maternity leave alone is such leave).
    """
    rules, total = RULES[rule_set], defaultdict[int, int](int)
    for absence in absences:
        if absence.kind not in rules.leave_at_wish or absence.extends_at_wish:
            total[absence.part if rules.absence_by_part else 0] += absence.days
    return sum(days for days in total.values() if days >= ABSENCE_THRESHOLD_DAYS)


def days_to_hundredths(days: int) -> int:
    """School days in hundredths of a term, rounded up: a school year has 190 days in three terms."""
    return -(-days * TERMS_A_YEAR * 100 // SCHOOL_DAYS_A_YEAR)
