"""The tables of cpd. The domain's own dataclasses are mapped onto them: there is no second set of classes."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    text,
)
from sqlalchemy import Enum as Choice
from sqlalchemy.dialects.postgresql import JSONB

from services.cpd.domain.absences import Absence
from services.cpd.domain.activities import Activity, Area, Kind
from services.cpd.domain.activities import State as ActivityState
from services.cpd.domain.assessments import Assessment, TermOutcome
from services.cpd.domain.bodies import AppropriateBody, School
from services.cpd.domain.bookings import Booking
from services.cpd.domain.bookings import State as BookingState
from services.cpd.domain.evaluation import Evaluation, Level
from services.cpd.domain.facts import Award, Post, Standing
from services.cpd.domain.periods import Outcome, Period, RefusalCode, State
from services.cpd.domain.rules import AbsenceKind, AssessmentKind, RuleSet
from shared.database.tables import Instant, service_base

Base = service_base("cpd")
LIVE_STATES = "state IN ('proposed', 'open', 'recommended', 'open_to_appeal', 'appealed')"
LIVE_BOOKINGS = "state IN ('waiting', 'booked')"


class LevelNumber(TypeDecorator[Level]):
    """A level of evaluation, stored as its number."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Any) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Any) -> Level | None:
        return None if value is None else Level(value)


def _choice(values: type[StrEnum]) -> Choice:
    return Choice(values, native_enum=False, length=40, values_callable=lambda e: [m.value for m in e])


def _required(name: str, type_: Any, *more: Any, **options: Any) -> Column[Any]:
    return Column(name, type_, *more, nullable=False, **options)


def _table(name: str, *columns: Any, comment: str | None = None) -> Table:
    return Table(name, Base.metadata, *columns, comment=comment)


AWARD = _table(
    "award",
    Column("trainee_id", Uuid, primary_key=True),
    _required("person_id", Uuid, index=True),
    _required("sequence", Integer),
    Column("awarded_on", Date),
    _required("provider_code", Text),
    _required("trained_at_urns", JSONB),
    _required("removed", Boolean),
    Column("removal_refused_on", Date),
)

POST = _table(
    "post",
    Column("role_period_id", Uuid, primary_key=True),
    _required("person_id", Uuid, index=True),
    _required("school_urn", Text, index=True),
    _required("role", Text),
    Column("begins_on", Date),
    _required("fte_percent", Integer),
    _required("relevant", Boolean),
    Column("ended_on", Date),
)

STANDING = _table(
    "standing",
    Column("person_id", Uuid, primary_key=True),
    Column("exempt_from", Date),
    Column("exempt_until", Date),
    Column("failed_in_wales_on", Date),
)

BODY = _table(
    "appropriate_body",
    Column("code", Text, primary_key=True),
    _required("name", Text),
    Column("provider_code", Text),
    _required("own_school_urns", JSONB),
)

SCHOOL = _table(
    "school",
    Column("urn", Text, primary_key=True),
    Column("appropriate_body", Text, ForeignKey("appropriate_body.code"), index=True),
    Column("intervention_from", Date),
    Column("intervention_until", Date),
    _required("inspectorate_certified", Boolean),
)

SCHOOL_TERM = _table(
    "school_term",
    Column("school_urn", Text, primary_key=True),
    Column("starts_on", Date, primary_key=True),
    _required("ends_on", Date),
    _required("name", Text),
)

PERIOD = _table(
    "induction_period",
    Column("id", Uuid, primary_key=True),
    _required("person_id", Uuid, index=True),
    _required("role_period_id", Uuid),
    _required("school_urn", Text, index=True),
    _required("appropriate_body", Text, ForeignKey("appropriate_body.code"), index=True),
    _required("proposed_on", Date),
    _required("starts_on", Date),
    _required("rule_set", _choice(RuleSet)),
    _required("fte_percent", Integer),
    _required("terms_required_hundredths", Integer),
    _required("absence_hundredths", Integer),
    _required("state", _choice(State)),
    Column("opened_on", Date),
    Column("refusal_code", _choice(RefusalCode)),
    Column("mentor_id", Uuid),
    Column("tutor_id", Uuid),
    Column("at_risk_told_on", Date),
    Column("released_on", Date),
    _required("length_hundredths", Integer),
    _required("served_hundredths", Integer),
    _required("interim_due", Boolean),
    Column("recommendation", _choice(Outcome)),
    Column("recommended_on", Date),
    Column("representations", Text),
    Column("represented_on", Date),
    Column("decision", _choice(Outcome)),
    Column("decided_on", Date),
    Column("notice_sent_on", Date),
    Column("appealed_on", Date),
    Column("result_on", Date),
    Index("uq_induction_period_live", "person_id", unique=True, postgresql_where=text(LIVE_STATES)),
    Index("ix_induction_period_starts_on", "starts_on", "id"),
)

MENTOR = _table(
    "period_mentor",
    Column("period_id", Uuid, ForeignKey("induction_period.id"), primary_key=True),
    Column("mentor_id", Uuid, primary_key=True),
    _required("since", Date),
)

ASSESSMENT = _table(
    "assessment",
    Column("period_id", Uuid, ForeignKey("induction_period.id"), primary_key=True),
    Column("term", Integer, primary_key=True),
    Column("kind", _choice(AssessmentKind), primary_key=True),
    _required("person_id", Uuid, index=True),
    _required("outcome", _choice(TermOutcome)),
    _required("evidence", Text),
    _required("assessed_on", Date),
    _required("served_hundredths", Integer),
)

ABSENCE = _table(
    "absence",
    Column("id", Uuid, primary_key=True),
    _required("person_id", Uuid, index=True),
    _required("period_id", Uuid, ForeignKey("induction_period.id")),
    _required("kind", _choice(AbsenceKind)),
    _required("starts_on", Date),
    _required("days", Integer),
    _required("part", Integer),
    _required("extends_at_wish", Boolean),
)

KNOWN_PERSON = _table(
    "known_person",
    Column("person_id", Uuid, primary_key=True),
    _required("first_names", Text),
    _required("last_name", Text),
    _required("trn", Text),
    _required("as_of", Instant),
    Index("ix_known_person_last_name", "last_name"),
)

ACTIVITY = _table(
    "activity",
    Column("id", Uuid, primary_key=True),
    _required("offered_by", Uuid, index=True),
    _required("kind", _choice(Kind)),
    _required("area", _choice(Area)),
    _required("specialism", Text),
    _required("title", Text),
    _required("description", Text),
    _required("pupil_outcome", Text),
    _required("evidence", Text),
    Column("school_urn", Text),
    _required("starts_at", Instant),
    _required("ends_at", Instant),
    _required("capacity", Integer),
    _required("cost_pence", Integer),
    _required("evaluation_weeks", JSONB),
    _required("state", _choice(ActivityState)),
    Column("contribution_id", Uuid),
    Index("ix_activity_starts_at", "starts_at", "id"),
)

BOOKING = _table(
    "booking",
    Column("id", Uuid, primary_key=True),
    _required("activity_id", Uuid, ForeignKey("activity.id")),
    _required("person_id", Uuid),
    _required("number", Integer),
    _required("starts_at", Instant),
    _required("ends_at", Instant),
    _required("state", _choice(BookingState)),
    _required("hours_hundredths", Integer),
    Index("uq_booking_number", "activity_id", "number", unique=True),
    Index("uq_booking_live", "activity_id", "person_id", unique=True, postgresql_where=text(LIVE_BOOKINGS)),
    Index("ix_booking_person", "person_id", "starts_at", "id"),
)

DIARY = _table(
    "diary",
    Column("person_id", Uuid, primary_key=True),
    comment="Locked while somebody books: two bookings of one person at the same time see each other.",
)

EVALUATION = _table(
    "evaluation",
    Column("id", Uuid, primary_key=True),
    _required("activity_id", Uuid, ForeignKey("activity.id")),
    _required("person_id", Uuid, index=True),
    _required("level", LevelNumber),
    _required("due_on", Date),
    Column("requested_at", Instant),
    Column("score", Integer),
    _required("comment", Text),
    Column("recorded_on", Date),
    Index("uq_evaluation_question", "activity_id", "person_id", "level", unique=True),
    CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    CheckConstraint("score BETWEEN 1 AND 5", name="score"),
)

CONTRIBUTION = _table(
    "contribution",
    Column("source", Text, primary_key=True),
    _required("id", Uuid, unique=True),
    _required("person_id", Uuid, index=True),
    _required("kind", Text),
    _required("contributed_on", Date),
    comment="What was told of each source (activity/ID, induction/PERIOD/MENTOR), so that it is told once.",
)

MAPPED = {
    Award: AWARD,
    Post: POST,
    Standing: STANDING,
    AppropriateBody: BODY,
    School: SCHOOL,
    Period: PERIOD,
    Assessment: ASSESSMENT,
    Absence: ABSENCE,
    Activity: ACTIVITY,
    Booking: BOOKING,
    Evaluation: EVALUATION,
}
for _class, _rows in MAPPED.items():
    Base.registry.map_imperatively(_class, _rows)
