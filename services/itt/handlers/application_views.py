"""Applications as readers see them: the candidate, who decides, a training partner; every field of the provider API.

References are hidden from providers until an offer is accepted; notes are never the candidate's to read, and what is
sensitive (safeguarding, disability) never a training partner's.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import policy
from services.itt.domain.applications import ACCEPTED, TRANSITIONS, Application, State
from services.itt.domain.form import GCSES, Section
from services.itt.domain.policy.applications import SELF
from services.itt.domain.rejections import CODES
from services.itt.handlers import candidacies, referees
from services.itt.handlers.after_decisions import interview_rows
from services.itt.handlers.candidacies import Held
from shared.policy import Principal

View = dict[str, Any]
DATES = (
    "sent_at",
    "inactive_due_at",
    "inactive_at",
    "offered_at",
    "offer_changed_at",
    "accepted_at",
    "declined_at",
    "offer_withdrawn_at",
    "rejected_at",
    "withdrawn_at",
    "recruited_at",
    "conditions_not_met_at",
    "deferred_at",
)
# What may be done in a state, by whom: the move of the table, and the action that it needs.
ACTIONS = {
    "send_to_provider": "application.send",
    "accept": "application.accept",
    "decline": "application.decline",
    "withdraw": "application.withdraw",
    "interview": "application.interview",
    "make_offer": "application.offer",
    "withdraw_offer": "application.withdraw_offer",
    "reject": "application.reject",
    "confirm_conditions_met": "application.conditions",
    "conditions_not_met": "application.conditions",
    "recruit_with_pending_conditions": "application.recruit",
    "defer_offer": "application.defer",
    "reinstate_conditions_met": "application.reinstate",
    "reinstate_pending_conditions": "application.reinstate",
}

# What changes nothing, or is refused, while no condition is pending.
IDLE = frozenset(
    {
        (State.RECRUITED, "confirm_conditions_met"),
        (State.PENDING_CONDITIONS, "recruit_with_pending_conditions"),
    }
)


def summary(mine: Application) -> View:
    """An application in a list."""
    content = mine.course.content
    return {
        "application_id": mine.id,
        "candidate_id": mine.candidate_id,
        "state": mine.state.value,
        "cycle": mine.cycle,
        "current_cycle": mine.current_cycle,
        "first_names": mine.person.first_names,
        "last_name": mine.person.last_name,
        "course_id": mine.course.id,
        "course_option_id": mine.option.id,
        "course_code": mine.course.code,
        "course_name": content.name,
        "provider_code": mine.course.provider_code,
        "accredited_code": content.accredited_code,
        "site_code": mine.option.site_code,
        "site_urn": mine.option.site_urn,
        "study_mode": mine.option.study_mode.value,
        "start_month": content.start_month,
        "sent_at": mine.sent_at,
        "inactive_due_at": mine.inactive_due_at,
        "is_inactive": mine.state is State.INACTIVE,
    }


def view(session: Session, now: datetime, by: Principal, held: Held) -> View:
    """Everything about an application that this principal may read, and what it may do now."""
    return seen(session, by, held.mine, held.candidate)


def seen(session: Session, by: Principal, mine: Application, candidate: models.Candidate) -> View:
    """The same, of an application that is not locked."""
    session.flush()
    relations = candidacies.relations_of(session, by, mine)
    is_self = SELF in relations
    sensitive = is_self or policy.PERMISSIONS.allows(by, "application.read_sensitive", relations)
    return (
        summary(mine)
        | {name: getattr(mine, name) for name in DATES}
        | _outcome(mine)
        | _written(session, mine, candidate, sensitive=sensitive)
        | {
            "person_id": mine.person_id,
            "chosen_course_id": mine.chosen_course_id,
            "chosen_option_id": mine.chosen_option_id,
            "personal_statement": mine.personal_statement,
            "interviews": [_interview(row) for row in interview_rows(session, mine)],
            "notes": _notes(session, mine) if sensitive and not is_self else [],
            "references": _references(session, mine) if sensitive and not is_self else [],
            "possible": _possible(by, mine, relations),
        }
    )


def _possible(by: Principal, mine: Application, relations: set[str]) -> list[str]:
    """The moves of the state; nothing is confirmed, or recruited before, when no condition is pending."""
    moves = [move for move in TRANSITIONS.allowed(mine.state) if move in ACTIONS]
    if not mine.pending:
        moves = [move for move in moves if (mine.state, move) not in IDLE]
    return [move for move in moves if policy.PERMISSIONS.allows(by, ACTIONS[move], relations)]


def _outcome(mine: Application) -> View:
    timetable = mine.timetable
    return {
        "reject_by_default_at": timetable.reject_by_default_at if mine.sent_at else None,
        "decline_by_default_at": timetable.decline_by_default_at if mine.offered_at else None,
        "conditions": [
            {"condition_id": c.id, "text": c.text, "state": c.state.value} for c in mine.conditions
        ],
        "rejection_reasons": [
            {"code": r.code, "label": CODES[r.code], "details": r.details} for r in mine.rejection_reasons
        ],
        "offer_withdrawal_reason": mine.offer_withdrawal_reason,
        "withdrawal_reasons": list(mine.withdrawal_reasons),
        "withdrawal_text": mine.withdrawal_text,
        "ended_because": mine.ended_because,
        "withdrawn_or_declined_for_candidate": mine.ended_because == "for_candidate",
        "state_before_deferral": mine.state_before_deferral and mine.state_before_deferral.value,
        "deferred_to": mine.deferred_to,
    }


def _written(session: Session, mine: Application, candidate: models.Candidate, *, sensitive: bool) -> View:
    """The form as it stands now, by section."""
    table = models.FormSection
    rows = session.scalars(
        select(table).where(table.candidate_id == mine.candidate_id, table.cycle == mine.cycle)
    )
    said = {row.section: row.content for row in rows if row.section != Section.PERSONAL_STATEMENT}
    safeguarding = said.pop(Section.SAFEGUARDING, None)
    if not sensitive:
        more = said.get(Section.FURTHER_INFORMATION)
        if more is not None:
            said[Section.FURTHER_INFORMATION] = {**more, "disability_disclosure": None}
    elif safeguarding is not None:
        said[Section.SAFEGUARDING] = safeguarding
    return {
        "form": said,
        "email": candidate.email,
        "date_of_birth": candidate.date_of_birth,
        "missing_gcses_explanation": _missing_gcses(said.get(Section.GCSES, {})),
        "safeguarding_issues_status": _safeguarding(safeguarding),
    }


def _missing_gcses(gcses: Mapping[str, Any]) -> str | None:
    why = [(name, (gcses.get(name) or {}).get("missing_explanation")) for name in GCSES]
    told = [f"{name.capitalize()} GCSE or equivalent: {text}" for name, text in why if text]
    return "\n\n".join(told) or None


def _safeguarding(said: Mapping[str, Any] | None) -> str:
    """The status by the words of the provider API."""
    if said is None or said.get("has_issues") is None:
        return "never_asked"
    return f"{'has' if said['has_issues'] else 'no'}_safeguarding_issues_to_declare"


def _references(session: Session, mine: Application) -> Iterable[View]:
    """Hidden until an offer is accepted."""
    if mine.state not in ACCEPTED:
        return []
    names = (
        "name",
        "email",
        "relationship",
        "referee_type",
        "state",
        "requested_at",
        "provided_at",
        "feedback",
        "safeguarding_concerns",
        "confidential",
    )
    rows = referees.rows_of(session, mine.candidate_id, mine.cycle)
    return [{name: getattr(row, name) for name in names} | {"reference_id": row.id} for row in rows]


def _interview(row: models.Interview) -> View:
    names = (
        "provider_code",
        "at",
        "location",
        "additional_details",
        "created_at",
        "updated_at",
        "cancelled_at",
        "cancellation_reason",
    )
    return {name: getattr(row, name) for name in names} | {"interview_id": row.id}


def _notes(session: Session, mine: Application) -> list[View]:
    table = models.ApplicationNote
    known = select(table).where(table.application_id == mine.id, table.removed_at.is_(None))
    rows = session.scalars(known.order_by(table.created_at, table.id))
    names = ("author", "organisation", "message", "created_at", "updated_at")
    return [{name: getattr(row, name) for name in names} | {"note_id": row.id} for row in rows]
