"""Applications for accreditation for tests of the domain."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.itt.domain.accreditation import (
    Accreditation,
    Content,
    Decision,
    Grade,
    Member,
    Outcome,
    Partner,
    State,
)
from shared.events import Person

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = date(2026, 11, 23)
CHAIR, SECOND, THIRD, FOURTH = (UUID(int=number) for number in range(11, 15))
COMPLETE = Content(
    case="We train teachers for schools that find none.",
    ofsted_grade=Grade.GOOD,
    partners=(Partner("990102", date(2026, 9, 1)), Partner("990103", date(2026, 10, 1))),
    capacity="Six tutors, forty places.",
)


def member(person_id: UUID = CHAIR, *organisations: str, **more: Any) -> Member:
    """Somebody who is invited."""
    person = Person(first_names="Siobhan", last_name="O'Neill", email="siobhan@example.org")
    return Member(person_id=person_id, person=person, organisations=organisations, **more)


def voted(person_id: UUID, vote: Outcome | None = Outcome.ACCREDITED) -> Member:
    """Somebody without a conflict who has voted, or not yet."""
    score = 4 if vote else None
    return member(person_id, conflict=False, declared_at=NOW, vote=vote, score=score)


def application(state: State = State.DRAFT, **changes: Any) -> Accreditation:
    """An application of the lead school 2LS, whose own school is 990101; complete, as far as that state."""
    made = Accreditation(
        id=UUID(int=1), provider_code="2LS", provider_urn="990101", state=state, content=COMPLETE
    )
    sent = {} if state is State.DRAFT else {"submitted_at": NOW}
    return replace(made, **(sent | changes))


def before_panel(*members: Member, **changes: Any) -> Accreditation:
    """One that a panel sits on today; by default three, none of whom has declared anything."""
    who = members or (member(CHAIR), member(SECOND), member(THIRD))
    return application(State.PANEL, **({"members": who, "chair_id": CHAIR, "meets_on": TODAY} | changes))


def granting(**changes: Any) -> Decision:
    """The decision to accredit from today on."""
    made = Decision(
        outcome=Outcome.ACCREDITED, decided_at=NOW, reasons="A strong case.", accredited_from=TODAY
    )
    return replace(made, **changes)


def refusing(**changes: Any) -> Decision:
    """The decision not to."""
    made = Decision(outcome=Outcome.REFUSED, decided_at=NOW, reasons="Too few tutors.", feedback="Find more.")
    return replace(made, **changes)
