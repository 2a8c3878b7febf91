"""Equality data in numbers alone: a fixed set of tables, small numbers not shown, nothing to filter by.

What could be worked out from two tables is prevented by what can be asked: a provider has one table of its own and never
another's, an analyst of a region that of the region, a national analyst the whole by stage, route and region, made safe
beside each other (``domain.suppression``), and nothing by provider. Applications count from the month after they were
sent. Each reading is audited, because two tables of different days could still be compared.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain import cycles, policy, returns
from services.itt.domain.census import name
from services.itt.domain.dates import today
from services.itt.domain.details import DISABILITIES
from services.itt.domain.equality import (
    AGE_BANDS,
    CATEGORIES,
    DISABILITY_NOT_PROVIDED,
    NO_DISABILITY,
    NOT_PROVIDED,
    SEXES,
    YOUNGEST,
    age_on,
    ethnic_group_codes,
)
from services.itt.domain.policy.reports import regions
from services.itt.domain.reports import NOT_KNOWN, TOTAL, Format, Report
from services.itt.domain.returns import Kind
from services.itt.domain.suppression import SUPPRESSED, Counted, family
from services.itt.handlers import report_counts
from services.itt.handlers.report_scope import REGION, located, scope
from shared.audit import audit
from shared.calendar import start_of
from shared.errors import Conflict
from shared.policy import Principal

View = dict[str, Any]
Application, Trainee = models.Application, models.Trainee
Candidate, Theirs = models.Candidate, models.CandidateEquality
STAGES = ("not_offered", "offered_not_recruited", "recruited")
COLUMNS = ("characteristic", "category", "by", "code", "name", "people")
