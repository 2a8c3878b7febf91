"""A period of induction: one school, one appropriate body, from the proposal to its end."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.cpd.domain.rules import RULES, RuleSet
from shared.calendar import within
from shared.transitions import Transitions

RECOMMENDATION_WORKING_DAYS = 10
DECISION_WORKING_DAYS = 20
NOTICE_WORKING_DAYS = 3
APPEAL_WORKING_DAYS = 20
DISMISSAL_WORKING_DAYS = 10
EMAIL_RECEIVED_AFTER = timedelta(days=2)


class State(StrEnum):
    """Where a period stands. An extension goes back to open."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    DROPPED = "dropped"
    OPEN = "open"
    RELEASED = "released"
    RECOMMENDED = "recommended"
    PASSED = "passed"
    OPEN_TO_APPEAL = "open_to_appeal"
    APPEALED = "appealed"
    FAILED = "failed"


LIVE = frozenset({State.PROPOSED, State.OPEN, State.RECOMMENDED, State.OPEN_TO_APPEAL, State.APPEALED})
IN_PROGRESS = LIVE - {State.PROPOSED}
FINAL_RESULT = frozenset({State.PASSED, State.FAILED})

TRANSITIONS = Transitions(
    "cpd.induction_period",
    (State.PROPOSED, "agree", State.OPEN),
    (State.PROPOSED, "refuse", State.REFUSED),
    (State.PROPOSED, "drop", State.DROPPED),
    (State.OPEN, "release", State.RELEASED),
    (State.OPEN, "recommend", State.RECOMMENDED),
    (State.RECOMMENDED, "pass", State.PASSED),
    (State.RECOMMENDED, "extend", State.OPEN),
    (State.RECOMMENDED, "fail", State.OPEN_TO_APPEAL),
    (State.OPEN_TO_APPEAL, "appeal", State.APPEALED),
    (State.OPEN_TO_APPEAL, "waive_appeal", State.FAILED),
    (State.OPEN_TO_APPEAL, "time_to_appeal_over", State.FAILED),
    (State.APPEALED, "dismiss", State.FAILED),
    (State.APPEALED, "allow", State.PASSED),
    (State.APPEALED, "extend_on_appeal", State.OPEN),
)


class Outcome(StrEnum):
    """What a head recommends and an appropriate body decides (SI 2012/1115, reg. 11)."""

    PASS = "pass"
    EXTEND = "extend"
    FAIL = "fail"


class RefusalCode(StrEnum):
    """Why an appropriate body does not agree to a period."""

    CONFLICT_OF_INTEREST = "conflict_of_interest"
    UNSUITABLE_POST = "unsuitable_post"
    NOT_OUR_SCHOOL = "not_our_school"
    OTHER = "other"


@dataclass(eq=False, kw_only=True)
class Period:
    """``terms_required_hundredths`` is for the whole induction, absence apart; ``fte_percent`` is the post's."""

    id: UUID
    person_id: UUID
    role_period_id: UUID
    school_urn: str
    appropriate_body: str
    proposed_on: date
    starts_on: date
    rule_set: RuleSet
    fte_percent: int
    terms_required_hundredths: int
    absence_hundredths: int = 0
    state: State = State.PROPOSED
    opened_on: date | None = None
    refusal_code: RefusalCode | None = None
    mentor_id: UUID | None = None
    tutor_id: UUID | None = None
    at_risk_told_on: date | None = None
    released_on: date | None = None
    length_hundredths: int = 0
    served_hundredths: int = 0
    interim_due: bool = False
    recommendation: Outcome | None = None
    recommended_on: date | None = None
    representations: str | None = None
    represented_on: date | None = None
    decision: Outcome | None = None
    decided_on: date | None = None
    notice_sent_on: date | None = None
    appealed_on: date | None = None
    result_on: date | None = None

    def move(self, event: str) -> None:
        """Take the move of the table. Raises TransitionNotAllowed."""
        self.state = TRANSITIONS.next(self.state, event)

    @property
    def total_hundredths(self) -> int:
        """What must be served in all, absence included."""
        return self.terms_required_hundredths + self.absence_hundredths

    @property
    def last_term(self) -> int:
        """The number of the last term that is assessed; absence delays it and adds none."""
        return max(1, self.terms_required_hundredths // 100)

    @property
    def decision_due_on(self) -> date | None:
        """20 working days beginning with the date of the recommendation (reg. 11(5))."""
        return within(DECISION_WORKING_DAYS, self.recommended_on) if self.recommended_on else None

    @property
    def representations_until(self) -> date | None:
        """Newly qualified: 10 working days from the recommendation (reg. 11(4)); else part of the evidence."""
        days = RULES[self.rule_set].representations_working_days
        return within(days, self.recommended_on) if days and self.recommended_on else None

    @property
    def notice_due_on(self) -> date | None:
        """3 working days beginning with the date of the decision (reg. 11)."""
        return within(NOTICE_WORKING_DAYS, self.decided_on) if self.decided_on else None

    @property
    def appeal_until(self) -> date | None:
        """20 working days from the deemed receipt of the notice of failure (reg. 14)."""
        if self.decision is not Outcome.FAIL or self.notice_sent_on is None:
            return None
        return within(APPEAL_WORKING_DAYS, deemed_received_on(self.notice_sent_on))

    @property
    def dismissal_due_on(self) -> date | None:
        """10 working days from what made the failure final (reg. 12)."""
        failed = self.state is State.FAILED and self.result_on
        return within(DISMISSAL_WORKING_DAYS, self.result_on) if failed and self.result_on else None


def deemed_received_on(sent_on: date) -> date:
    """A notice by e-mail is received on the second day after it was sent (reg. 18)."""
    return sent_on + EMAIL_RECEIVED_AFTER
