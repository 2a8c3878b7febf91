"""Trainees and records for tests of the domain: complete and valid, to be changed where a test wants it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.itt.domain.details import COLUMNS, Details, read
from services.itt.domain.placements import Placement
from services.itt.domain.registration import draft
from services.itt.domain.standards import STANDARDS, Judgement
from services.itt.domain.trainees import State, Trainee
from shared.events import Person

PROJECT = Path(__file__).resolve().parents[3]
REFERENCE = PROJECT.parent / "shared" / "data"
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = date(2026, 11, 23)
TRAINEE_ID, PERSON_ID, MENTOR_ID = UUID(int=1), UUID(int=2), UUID(int=3)

CELLS = {
    "provider_trainee_id": "26/27-1",
    "hesa_id": "7572897115906",
    "first_names": "Amina Grace",
    "last_name": "Okafor",
    "date_of_birth": "2002-05-14",
    "sex": "10",
    "email": "amina.okafor@example.ac.uk",
    "nationality": "GB",
    "itt_aim": "202",
    "training_route": "03",
    "itt_qualification_aim": "020",
    "course_subject_1": "100403",
    "study_mode": "01",
    "itt_start_date": "2026-09-01",
    "itt_end_date": "2027-07-16",
    "course_age_range": "13918",
    "course_year": "1",
    "fund_code": "7",
    "funding_method": "6",
    "uk_degree": "051",
    "degree_subject": "100403",
    "degree_grade": "02",
    "degree_graduation_year": "2024",
    "awarding_institution": "0127",
}
BLANK = dict.fromkeys(COLUMNS, "")


def published(path: str) -> Path:
    """A file of the published data beside the project; the test is skipped where it is not there."""
    found = REFERENCE / path
    if not found.is_file():
        pytest.skip(f"the published data ../shared/data/{path} is not on this machine")
    return found


def cells(**changes: str) -> dict[str, str]:
    """A valid record as cells, every column there."""
    return BLANK | CELLS | changes


def details(**changes: str) -> Details:
    """A valid record."""
    return read(cells(**changes))


def trainee(state: State = State.TRN_RECEIVED, **changes: Any) -> Trainee:
    """A trainee of that state, with a TRN where the state has one."""
    made = draft(TRAINEE_ID, PERSON_ID, "2A5", details())
    known = {} if state in {State.DRAFT, State.SUBMITTED_FOR_TRN} else {"trn": "1234567"}
    return replace(made, state=state, **({"submitted_on": date(2026, 9, 1)} | known | changes))


def ready(**changes: Any) -> Trainee:
    """A trainee whom nothing keeps from a recommendation, with ``two_placements``."""
    known: dict[str, Any] = {
        "assessment_passed": True,
        "employing_school_urn": "100001",
        "started_on": date(2026, 9, 1),
    }
    return trainee(**(known | changes))


def placement(number: int = 1, urn: str = "123456", **changes: Any) -> Placement:
    """A placement with dates and a mentor."""
    made = Placement(
        id=UUID(int=100 + number),
        number=number,
        school_urn=urn,
        starts_on=date(2026, 9, 7),
        ends_on=date(2026, 12, 18),
        mentor_id=MENTOR_ID,
        mentor=Person(first_names="Ruth", last_name="Hall", email="ruth@example.sch.uk"),
    )
    return replace(made, **changes)


def two_placements() -> list[Placement]:
    """Two contrasting schools."""
    return [placement(1, "123456"), placement(2, "234567")]


def judgements(*not_met: str) -> dict[str, Judgement]:
    """Every standard judged, all met but these."""
    return {number: Judgement(number not in not_met, f"Evidence of {number}") for number in STANDARDS}
