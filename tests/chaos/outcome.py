"""What became of everybody: the domain's rows of all services, by person, without ids and without the wall clock."""

from collections import Counter
from typing import Any

from tests.chaos.asking import Sql

# Service, what the rows are called, and a statement that gives the id of the person first.
ROWS: tuple[tuple[str, str, str], ...] = (
    (
        "itt",
        "trainee",
        (
            "SELECT person_id, state, trn IS NOT NULL, submitted_on, started_on, withdrawn_on, assessed_on,"
            " assessment_passed, standards_met_on, recommended_on, awarded_on FROM trainee"
        ),
    ),
    (
        "itt",
        "placement",
        (
            "SELECT t.person_id, p.number, p.school_urn, p.starts_on, p.ends_on, p.mentor_email, p.completed_on, p.days"
            " FROM placement p JOIN trainee t ON t.id = p.trainee_id"
        ),
    ),
    (
        "itt",
        "review",
        (
            "SELECT t.person_id, r.final, r.reviewed_on, r.standards::text"
            " FROM review r JOIN trainee t ON t.id = r.trainee_id"
        ),
    ),
    ("itt", "number in the register", "SELECT person_id, 'one' FROM register_entry"),
    (
        "people",
        "person",
        "SELECT id, first_names, last_name, email, sex, stage, flag, gaps::text, identified_at IS NOT NULL FROM person",
    ),
    (
        "people",
        "role period",
        "SELECT person_id, role, school_urn, begins_on, full_time_equivalent_percent, state, ended_on FROM role_period",
    ),
    # How often a stage was told on the way depends on what arrived together; where it ends does not. Somebody is
    # identified by the first fact that arrives: a mentor is told by many trainees, whose facts have no common order.
    (
        "people",
        "fact",
        (
            "SELECT person_id, type, part, CASE type WHEN 'people.person.identified.v1' THEN NULL ELSE occurred_at END"
            " FROM person_fact WHERE type NOT LIKE 'people.stage.%%'"
        ),
    ),
    ("people", "number", "SELECT person_id, 'one' FROM person_trn"),
    (
        "cpd",
        "period",
        (
            "SELECT person_id, school_urn, appropriate_body, proposed_on, starts_on, state, opened_on,"
            " terms_required_hundredths, served_hundredths, recommendation, recommended_on, decision, decided_on,"
            " mentor_id IS NOT NULL FROM induction_period"
        ),
    ),
    (
        "cpd",
        "assessment",
        "SELECT person_id, term, kind, outcome, assessed_on, served_hundredths FROM assessment",
    ),
    (
        "cpd",
        "activity",
        "SELECT offered_by, title, state, starts_at, capacity, contribution_id IS NOT NULL FROM activity",
    ),
    (
        "cpd",
        "booking",
        (
            "SELECT b.person_id, a.title, b.state, b.hours_hundredths"
            " FROM booking b JOIN activity a ON a.id = b.activity_id"
        ),
    ),
    (
        "cpd",
        "evaluation",
        (
            "SELECT e.person_id, a.title, e.level, e.due_on, e.score, e.recorded_on, e.requested_at"
            " FROM evaluation e JOIN activity a ON a.id = e.activity_id"
        ),
    ),
    ("cpd", "contribution", "SELECT person_id, kind, contributed_on FROM contribution"),
    ("leadership", "colleague", "SELECT id, known, passed_on, stage, flag FROM colleague"),
    ("leadership", "employment", "SELECT person_id, school_urn, ended_on FROM employment"),
    ("leadership", "signal", 'SELECT person_id, kind, "on", amount FROM signal'),
    ("leadership", "suggestion", "SELECT person_id, made_on, state, closed_on FROM suggestion"),
    (
        "leadership",
        "nomination",
        "SELECT person_id, source, proposed_on, state, suggestion_id IS NOT NULL FROM nomination",
    ),
    ("notifications", "contact", "SELECT person_id, first_names, last_name, email FROM contact"),
    # A mail whose sending was interrupted is "unknown": it is counted apart, see the checks.
    (
        "notifications",
        "message",
        (
            "SELECT recipient_id, event_type, template, kind, occurred_at,"
            " CASE state WHEN 'unknown' THEN 'sent' ELSE state END FROM message"
        ),
    ),
)
NAMES = "SELECT id, coalesce(email, first_names || ' ' || last_name) FROM person"
Outcome = dict[str, Counter[str]]


def outcome(sql: Sql) -> Outcome:
    """Person -> what is stored about them, each row as a text, with how often it is there."""
    names: dict[Any, Any] = dict(sql("people", NAMES))
    found: Outcome = {}
    for service, what, statement in ROWS:
        for id_, *values in sql(service, statement):
            person = str(names.get(id_, "somebody whom people does not know"))
            found.setdefault(person, Counter())[f"{service} {what}: {_shown(values)}"] += 1
    return found


def differences(expected: Outcome, found: Outcome, limit: int = 25) -> list[str]:
    """What somebody has too much or too little, in words."""
    told = []
    for person in sorted(expected.keys() | found.keys()):
        one, other = expected.get(person, Counter()), found.get(person, Counter())
        told += [f"{person}: missing {row} ({n} x)" for row, n in sorted((one - other).items())]
        told += [f"{person}: too much {row} ({n} x)" for row, n in sorted((other - one).items())]
    more = len(told) - limit
    return told[:limit] + ([f"and {more} more differences"] if more > 0 else [])


def rows(found: Outcome) -> int:
    """How many rows were compared."""
    return sum(sum(counter.values()) for counter in found.values())


def _shown(values: list[Any]) -> str:
    return ", ".join(map(str, values))
