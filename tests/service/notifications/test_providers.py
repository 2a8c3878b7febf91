"""What providers are called, in messages and in the mails to their contacts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notifications.handlers import providers, sending, telling
from services.notifications.models import Message
from shared.events.courses import ProviderNamed
from shared.events.itt import TraineeRegistered
from shared.ids import new_id
from shared.testing import fact
from tests.service.notifications.test_organisations import NOON, RUTH, hears, put, sent

EARLIER = datetime(2026, 1, 5, 12, tzinfo=UTC)


def named(
    session: Session, name: str, *, code: str = "2A5", at: datetime = EARLIER, sequence: int = 1
) -> None:
    event = ProviderNamed(occurred_at=at, provider_code=code, name=name)
    providers.provider_named(session, fact(event, sequence=sequence))


def told(session: Session) -> str:
    registered = TraineeRegistered(
        occurred_at=NOON,
        trainee_id=new_id(),
        person_id=new_id(),
        provider_code="2A5",
        training_route="school_direct_tuition_fee",
        qualification="QTS",
        course_subjects=("physics",),
        itt_start_date=date(2026, 9, 7),
        itt_end_date=date(2027, 7, 2),
    )
    telling.tell(session, fact(registered))
    (message,) = session.scalars(select(Message))
    return message.body


def test_a_trainee_reads_the_name_of_the_provider(session: Session) -> None:
    named(session, "North Tyne University")

    assert told(session).startswith("North Tyne University (2A5) has registered you")


def test_until_the_name_is_known_it_is_the_code(session: Session) -> None:
    named(session, "Another University", code="2A6")

    assert told(session).startswith("Provider 2A5 has registered you")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(seconds=-1)])
def test_the_latest_name_counts_by_sequence_in_whatever_order_and_with_whatever_times_the_facts_come(
    session: Session, order: tuple[int, int], later: timedelta
) -> None:
    facts = (("North Tyne Polytechnic", EARLIER, 9), ("North Tyne University", EARLIER + later, 10))
    for which in order:
        name, at, sequence = facts[which]
        named(session, name, at=at, sequence=sequence)

    assert providers.names_of(session, {"2A5", "2A6"}) == {"2A5": "North Tyne University"}


def test_the_mail_to_a_contact_says_what_the_organisation_is_called(session: Session) -> None:
    named(session, "North Tyne University")
    put(session, RUTH)
    hears(session, sent())

    mails = [mail for mail in sending.claim(session, "kept", 10) if mail.name == "Ruth Hall"]

    assert ["a contact of North Tyne University (2A5)" in " ".join(mail.text.split()) for mail in mails] == [
        True
    ]
