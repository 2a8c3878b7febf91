"""How far a period of induction has come: terms served, where they end, which term it is."""

from dataclasses import dataclass
from datetime import date

from services.cpd.domain.periods import RECOMMENDATION_WORKING_DAYS, Period
from services.cpd.domain.rules import RULES
from services.cpd.domain.terms import Calendar
from shared.calendar import within

FULL_TIME_PERCENT = 100


@dataclass(frozen=True, kw_only=True)
class Progress:
    """``carried_hundredths`` is what earlier periods count; figures are of the whole induction."""

    period: Period
    calendar: Calendar
    carried_hundredths: int = 0

    def _in_period(self, day: date, fte_percent: int) -> int:
        last = min(day, self.period.released_on or day)
        return self.calendar.served_hundredths(self.period.starts_on, last, fte_percent)

    def length_hundredths(self, day: date) -> int:
        """Terms of the calendar since the period began, whatever part of the week is worked."""
        return self._in_period(day, FULL_TIME_PERCENT)

    def in_period_hundredths(self, day: date) -> int:
        """Terms served in this period, by full-time equivalent."""
        return self._in_period(day, self.period.fte_percent)

    def served_hundredths(self, day: date) -> int:
        """Terms served in the whole induction by the end of that day."""
        return self.carried_hundredths + self.in_period_hundredths(day)

    def reached_on(self, hundredths: int) -> date:
        """The day on which so much of induction is served. Raises Conflict when the calendar ends before."""
        missing = hundredths - self.carried_hundredths
        if missing <= 0:
            return self.period.starts_on
        return self.calendar.served_on(self.period.starts_on, missing, self.period.fte_percent)

    def completes_on(self) -> date:
        """The day on which the induction is served, absence included (reg. 11(1))."""
        return self.reached_on(self.period.total_hundredths)

    def recommendation_due_on(self) -> date:
        """10 working days beginning with the date of completion (reg. 11(3))."""
        return within(RECOMMENDATION_WORKING_DAYS, self.completes_on())

    def term_on(self, day: date) -> int:
        """The number of the term that is being served on that day; the last one lasts until the decision."""
        return min(self.served_hundredths(day) // 100 + 1, self.period.last_term)

    def part_on(self, day: date) -> int:
        """The first or the second half of induction (reg. 8)."""
        half = RULES[self.period.rule_set].terms_hundredths // 2
        return 1 if self.served_hundredths(day) < half else 2
