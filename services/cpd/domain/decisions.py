"""What opens a period, changes its length, and ends it."""

from datetime import date

from services.cpd.domain.assessments import check_told_before, formal_terms_missing
from services.cpd.domain.periods import (
    FINAL_RESULT,
    NOTICE_WORKING_DAYS,
    TRANSITIONS,
    Outcome,
    Period,
    RefusalCode,
    State,
)
from services.cpd.domain.progress import Progress
from services.cpd.domain.record import InductionRecord, Obstacle
from services.cpd.domain.rules import LEAST_HUNDREDTHS, RULES
from services.cpd.domain.terms import Calendar
from shared.calendar import within
from shared.errors import Conflict, Invalid

MOVES = {Outcome.PASS: "pass", Outcome.EXTEND: "extend", Outcome.FAIL: "fail"}
APPEAL_MOVES = {Outcome.PASS: "allow", Outcome.EXTEND: "extend_on_appeal", Outcome.FAIL: "dismiss"}


def start_of(record: InductionRecord, period: Period, starts_on: date | None, today: date) -> date:
    """The day on which the period would open: never earlier than proposed, nor before the body agrees.

    It is served in a post (reg. 6), so never from a day on which that is known to have ended. Raises Invalid, Conflict.
    """
    earliest = max(period.starts_on, today)
    if starts_on and starts_on < earliest:
        raise Invalid.field(
            "starts_on", f"never before {earliest}: a period does not open with an earlier start"
        )
    start = starts_on or earliest
    post = next((p for p in record.posts if p.role_period_id == period.role_period_id), None)
    if post is not None and post.has_ended(start):
        raise Conflict(
            f"the post ends on {post.ended_on}, before induction starts on {start}",
            code=Obstacle.POST_ENDED.value,
        )
    return start


def agree(record: InductionRecord, period: Period, start: date, today: date) -> None:
    """Open the period on that day, which is that of ``start_of``. Raises TransitionNotAllowed.

    The rule set follows the day on which induction really starts.
    """
    period.move("agree")
    period.starts_on, period.opened_on = start, today
    if record.served_periods == [period]:
        period.rule_set = record.rule_set(period.starts_on)
        period.terms_required_hundredths = RULES[period.rule_set].terms_hundredths


def refuse(period: Period, code: RefusalCode) -> None:
    """The appropriate body does not agree. Raises TransitionNotAllowed."""
    period.move("refuse")
    period.refusal_code = code


def release(progress: Progress, released_on: date) -> None:
    """The teacher leaves: not failing. In the middle of a term an interim assessment is due."""
    period, calendar = progress.period, progress.calendar
    period.move("release")
    term = calendar.term_at(released_on)
    period.length_hundredths = progress.length_hundredths(released_on)
    period.served_hundredths = progress.in_period_hundredths(released_on)
    period.interim_due = bool(term and released_on >= period.starts_on and released_on != term.ends_on)
    period.released_on = released_on


def reduce(period: Period, hundredths: int, *, part_time: bool, consents: bool) -> None:
    """Shorten induction to that many hundredths of a term, to one term at least, with the teacher's consent.

    The part-time reduction is for early career teachers in part-time posts (reg. 7). Raises Invalid, Conflict.
    """
    if period.state is not State.OPEN:
        raise Conflict("induction is reduced while the period is open", state=period.state.value)
    if not consents:
        raise Conflict("induction is reduced with the teacher's consent only")
    if part_time and not (RULES[period.rule_set].part_time_reduction and period.fte_percent < 100):
        raise Conflict("the part-time reduction is for early career teachers in part-time posts")
    if not LEAST_HUNDREDTHS <= hundredths < period.terms_required_hundredths:
        raise Invalid.field(
            "terms_required_hundredths", f"100 or more, and under {period.terms_required_hundredths}"
        )
    period.terms_required_hundredths = hundredths


def lengthen_for_absence(record: InductionRecord, period: Period) -> bool:
    """Bring the extension for absence up to date; true when it changed."""
    before, period.absence_hundredths = period.absence_hundredths, record.absence_hundredths(period.rule_set)
    return period.absence_hundredths != before


def recommend(
    record: InductionRecord, period: Period, calendar: Calendar, outcome: Outcome, on: date, today: date
) -> None:
    """The head's recommendation, once induction is served and formally assessed (reg. 11(3)). Raises Conflict.

    A recommendation after the 10 working days is late, and is taken all the same: the teacher must not suffer.
    """
    progress, to_be = record.progress(period, calendar), TRANSITIONS.next(period.state, "recommend")
    if not progress.completes_on() <= on <= today:
        raise Conflict(
            f"induction is served on {progress.completes_on()}; recommend then, and not for a day to come",
            completes_on=progress.completes_on().isoformat(),
        )
    if missing := formal_terms_missing(progress, record.assessments):
        raise Conflict(f"the formal assessment of term {missing[0]} is missing", terms=missing)
    if outcome is Outcome.FAIL:
        check_told_before(record.at_risk_told_on, on)
    period.state, period.recommendation, period.recommended_on = to_be, outcome, on


def represent(period: Period, text: str, today: date) -> None:
    """The teacher's representations, within their time (reg. 11(4)). Raises Conflict."""
    until = period.representations_until
    if period.state is not State.RECOMMENDED or until is None:
        raise Conflict(
            "there are representations on a recommendation only, by the rules for newly qualified teachers"
        )
    if today > until:
        raise Conflict(f"the time for representations ended on {until}", until=until.isoformat())
    period.representations, period.represented_on = text, today


def check_heard(period: Period, today: date) -> None:
    """No failing before the teacher's time for representations is over or used. Raises Conflict."""
    until = period.representations_until
    if until and today <= until and period.represented_on is None:
        raise Conflict(f"the teacher may make representations until {until}", until=until.isoformat())


def check_dates(period: Period, decided_on: date, notice_sent_on: date, today: date) -> None:
    """Decision, then notice, neither to come, the notice within its 3 working days. Raises Invalid."""
    if not (period.recommended_on or today) <= decided_on <= today:
        raise Invalid.field(
            "decided_on", f"from the recommendation on {period.recommended_on} to today, {today}"
        )
    last = min(within(NOTICE_WORKING_DAYS, decided_on), today)
    if not decided_on <= notice_sent_on <= last:
        raise Invalid.field(
            "notice_sent_on", f"from {decided_on} to {last}: within 3 working days of the decision"
        )


def decide(
    period: Period,
    outcome: Outcome,
    *,
    decided_on: date,
    notice_sent_on: date,
    today: date,
    extension_hundredths: int = 0,
) -> None:
    """The appropriate body passes, extends or fails (reg. 11(5)). Raises Invalid, Conflict."""
    to_be = TRANSITIONS.next(period.state, MOVES[outcome])
    if outcome is Outcome.FAIL:
        check_heard(period, today)
    check_extension(outcome, extension_hundredths)
    check_dates(period, decided_on, notice_sent_on, today)
    period.state = to_be
    period.decision, period.decided_on, period.notice_sent_on = outcome, decided_on, notice_sent_on
    _conclude(period, outcome, decided_on, extension_hundredths)


def check_extension(outcome: Outcome, hundredths: int) -> None:
    """An extension says how long it is. Raises Invalid."""
    if outcome is Outcome.EXTEND and hundredths <= 0:
        raise Invalid.field("extension_hundredths", "how much longer, in hundredths of a term")


def _conclude(period: Period, outcome: Outcome, on: date, extension_hundredths: int) -> None:
    if outcome is Outcome.EXTEND:
        _extend(period, extension_hundredths)
    elif period.state in FINAL_RESULT:
        period.result_on = on


def _extend(period: Period, hundredths: int) -> None:
    """Induction goes on, and ends with a recommendation of its own."""
    period.terms_required_hundredths += hundredths
    period.decision = Outcome.EXTEND
    period.recommendation = period.recommended_on = None
    period.representations = period.represented_on = None


def appeal(period: Period, on: date) -> None:
    """The teacher appeals in time (reg. 14). Raises TransitionNotAllowed, Conflict."""
    to_be = TRANSITIONS.next(period.state, "appeal")
    if period.appeal_until and on > period.appeal_until:
        raise Conflict(
            f"the time to appeal ended on {period.appeal_until}", until=period.appeal_until.isoformat()
        )
    period.state, period.appealed_on = to_be, on


def waive_appeal(period: Period, on: date) -> None:
    """Written notice that there will be no appeal makes the failure final."""
    period.move("waive_appeal")
    period.result_on = on


def list_as_failed(period: Period, today: date) -> bool:
    """Once the time to appeal is over: listed as failed (reg. 13). Does nothing, and says so, before or twice."""
    until = period.appeal_until
    if period.state is not State.OPEN_TO_APPEAL or until is None or today <= until:
        return False
    period.move("time_to_appeal_over")
    period.result_on = until
    return True


def decide_appeal(period: Period, outcome: Outcome, on: date, extension_hundredths: int = 0) -> None:
    """The appeal is allowed (pass), dismissed (fail), or an extension put in place of failing (reg. 14)."""
    check_extension(outcome, extension_hundredths)
    period.move(APPEAL_MOVES[outcome])
    _conclude(period, outcome, on, extension_hundredths)
