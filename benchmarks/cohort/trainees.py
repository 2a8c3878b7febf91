"""The trainee whom a recruited application makes: a draft of the national record, as the service writes it at once.

A draft waits for nothing. Those who were recruited and left again have none here: the service keeps them as discarded.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.cohort.story import Deed, Story
from services.itt import models
from services.itt.domain import corrections_offered, recruits
from services.itt.domain import details as national
from services.itt.domain.applications import Application, State
from services.itt.domain.details import Details
from services.itt.domain.recruits import Known
from services.itt.domain.registration import draft, registered
from services.itt.domain.trainees import Trainee
from services.itt.handlers import records

JSON = ("application_says", "matches", "withdrawal_reasons")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A trainee with the record that was drafted."""

    made: Trainee
    record: Details
    at: datetime


def enrolled(story: Story) -> Iterator[Enrolled]:
    """Those of a story; what was done and told of them is added to it."""
    for mine in story.applications.values():
        if mine.state is State.RECRUITED and mine.recruited_at is not None:
            yield _enrolled(story, mine, mine.recruited_at)


def _enrolled(story: Story, mine: Application, at: datetime) -> Enrolled:
    by = f"user of {mine.course.provider_code}"
    record = recruits.record(mine, Known(who=story.who.recruit))
    provider = mine.course.content.accredited_code or mine.course.provider_code
    made = draft(story.new_id(at), mine.person_id, provider, record, mine.id)
    states = {"state": [None, made.state.value], "from_application_id": [None, str(mine.id)]}
    story.deeds.append(Deed(at, by, "trainee.draft", f"trainee/{made.id}", states))
    story.facts.append((registered(made, record, None, at), by))
    return Enrolled(made, record, at)


def row_of(each: Enrolled) -> dict[str, Any]:
    """The row of a trainee."""
    row = records.new_row(each.made, each.record, each.at, None)
    row.application_says = corrections_offered.said(national.write(each.record))
    row.matches = []
    values = {column.key: getattr(row, column.key) for column in models.Trainee.__table__.columns}
    return values | {name: json.dumps(values[name]) for name in JSON}
