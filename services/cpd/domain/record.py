"""All that is known of one person's induction: what decides on status, proposals and progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.cpd.domain.absences import Absence, days_to_hundredths, extension_days
from services.cpd.domain.assessments import Assessment
from services.cpd.domain.facts import Award, Post, Standing
from services.cpd.domain.periods import IN_PROGRESS, LIVE, Period, State
from services.cpd.domain.progress import Progress
from services.cpd.domain.rules import LEAST_HUNDREDTHS, RULES, RuleSet, rule_set_of
from services.cpd.domain.status import Status, shown
from services.cpd.domain.terms import Calendar
from shared.calendar import DAY

ENDED_BY_DECISION = frozenset({State.PASSED, State.FAILED, State.OPEN_TO_APPEAL, State.APPEALED})


class Obstacle(StrEnum):
    """Why a post proposes no period (yet)."""

    POST_ENDED = "post_ended"
    NOT_A_TEACHING_POST = "not_a_teaching_post_at_a_relevant_school"
    NO_QTS = "no_qts"
    EXEMPT = "exempt"
    ALREADY_DECIDED = "induction_already_decided"
    PERIOD_LIVE = "another_period_is_live"
    REFUSED_BEFORE = "refused_before"


@dataclass(eq=False, kw_only=True)
class InductionRecord:
    """The person's standing and everything that carries one of their ids; periods in order of proposal."""

    standing: Standing
    awards: Sequence[Award] = ()
    posts: Sequence[Post] = ()
    periods: Sequence[Period] = ()
    assessments: Sequence[Assessment] = ()
    absences: Sequence[Absence] = ()

    @property
    def qts_awarded_on(self) -> date | None:
        """The date of the first award that stands."""
        return min((a.awarded_on for a in self.awards if a.holds and a.awarded_on), default=None)

    @property
    def served_periods(self) -> list[Period]:
        """The periods that were opened, in order: history that follows the person."""
        return sorted((p for p in self.periods if p.opened_on), key=lambda p: p.starts_on)

    @property
    def served_at(self) -> list[str]:
        """The schools of those periods."""
        return [p.school_urn for p in self.served_periods]

    @property
    def has_started(self) -> bool:
        """Whether a period was ever opened: from then on QTS cannot be taken back."""
        return bool(self.served_periods)

    @property
    def live(self) -> Period | None:
        """The one period that is proposed, open or being decided."""
        return next((p for p in self.periods if p.state in LIVE), None)

    def rule_set(self, starts_on: date) -> RuleSet:
        """By the date on which induction started, or would start."""
        first = self.served_periods[:1]
        return rule_set_of(first[0].starts_on if first else starts_on)

    def terms_required_hundredths(self, rule_set: RuleSet) -> int:
        """For the whole induction: as the last period had it (a decision may have changed it), else the rule."""
        last = self.served_periods[-1:]
        return last[0].terms_required_hundredths if last else RULES[rule_set].terms_hundredths

    def status(self, day: date) -> Status:
        """The status shown on that day."""
        states = {p.state for p in self.periods}
        holding = {
            Status.FAILED: State.FAILED in states,
            Status.PASSED: State.PASSED in states,
            Status.EXEMPT: self.standing.is_exempt(day),
            Status.IN_PROGRESS: bool(states & IN_PROGRESS),
            Status.FAILED_IN_WALES: self.standing.failed_in_wales_on is not None,
            Status.REQUIRED_TO_COMPLETE: self.qts_awarded_on is not None,
        }
        return shown([status for status, holds in holding.items() if holds])

    def obstacle(self, post: Post, day: date) -> Obstacle | None:
        """What stands against a period in this post today; one attempt, and one live period at a time."""
        states = {p.state for p in self.periods}
        refused = any(
            p.role_period_id == post.role_period_id and p.state is State.REFUSED for p in self.periods
        )
        found = {
            Obstacle.POST_ENDED: not post.is_open(day),
            Obstacle.NOT_A_TEACHING_POST: not post.teaches,
            Obstacle.NO_QTS: self.qts_awarded_on is None,
            Obstacle.EXEMPT: self.standing.is_exempt(day),
            Obstacle.ALREADY_DECIDED: bool(states & ENDED_BY_DECISION),
            Obstacle.PERIOD_LIVE: self.live is not None,
            Obstacle.REFUSED_BEFORE: refused,
        }
        return next((code for code, holds in found.items() if holds), None)

    def earliest_start(self, post: Post) -> date:
        """Not before the post, QTS, or the day after the last period: periods do not overlap."""
        days = [post.begins_on, self.qts_awarded_on]
        days += [p.released_on + DAY for p in self.served_periods if p.released_on]
        return max(day for day in days if day)

    def carried_hundredths(self, before: Period) -> int:
        """What earlier periods count: one term at least; early career, any length once a term is served (reg. 9)."""
        counted, any_length = 0, False
        for period in self.served_periods:
            if period is before:
                break
            if period.length_hundredths >= LEAST_HUNDREDTHS or any_length:
                counted += period.served_hundredths
                any_length = RULES[period.rule_set].any_length_after_first_term
        return counted

    def progress(self, period: Period, calendar: Calendar) -> Progress:
        """How far the period has come by that calendar."""
        return Progress(period=period, calendar=calendar, carried_hundredths=self.carried_hundredths(period))

    def absence_hundredths(self, rule_set: RuleSet) -> int:
        """By how much all absence so far extends induction."""
        return days_to_hundredths(extension_days(self.absences, rule_set))

    @property
    def at_risk_told_on(self) -> date | None:
        """The day on which the teacher was first told of being at risk."""
        return min((p.at_risk_told_on for p in self.periods if p.at_risk_told_on), default=None)
