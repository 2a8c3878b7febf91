"""What was told about a suggestion or nomination without consent is erased."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.notifications.models import Contact, Message
from services.notifications.service import NotificationsService
from shared.database.tables import INBOX
from shared.events import Event
from shared.events.leadership import (
    ConsentGiven,
    ConsentRefused,
    NominationLapsed,
    NominationProposed,
    SuggestionExpired,
    SuggestionMade,
)
from shared.ids import new_id
from shared.messaging import declared
from shared.testing import fact

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
PERSON, SUGGESTION, OTHER, NOMINATION = new_id(), new_id(), new_id(), new_id()
ABOUT: dict[str, Any] = {"occurred_at": NOON, "suggestion_id": SUGGESTION, "person_id": PERSON}
PROPOSED = NominationProposed(
    occurred_at=NOON, nomination_id=NOMINATION, person_id=PERSON, source="head", open_until=date(2026, 2, 9)
)


def hears(session: Session, event: Event) -> None:
    """As the inbox does: its id is noted first, then everything that listens runs."""
    heard = fact(event)
    known = {"message_id": heard.id, "source": heard.source, "type": heard.type}
    session.execute(insert(INBOX).values(**known, subject=heard.subject, sequence=heard.sequence))
    for subscription in declared(NotificationsService):
        if subscription.type == heard.type:
            getattr(NotificationsService, subscription.method)(SimpleNamespace(), session, heard)
    session.expire_all()


def made(**more: Any) -> SuggestionMade:
    reasons = ("You led 2 activities.",)
    return SuggestionMade(**{**ABOUT, "reasons": reasons, "open_until": date(2026, 2, 9), **more})


def messages(session: Session) -> dict[str, Message]:
    return {message.template: message for message in session.scalars(select(Message))}


@pytest.mark.parametrize("end", [ConsentRefused, SuggestionExpired])
def test_the_reasons_of_a_suggestion_are_erased_when_it_ends_without_consent(
    session: Session, end: type[Event]
) -> None:
    hears(session, made())
    assert "2 activities" in messages(session)["suggestion_made"].body

    hears(session, end(**ABOUT))

    told = messages(session)["suggestion_made"]
    assert (told.subject, told.state) == ("A message that was erased", "in_app_only")
    assert "2 activities" not in told.body
    if end is SuggestionExpired:
        assert "deleted" in messages(session)["suggestion_expired"].body


def test_a_suggestion_that_was_taken_back_is_erased_and_says_why(session: Session) -> None:
    hears(session, made())

    hears(session, SuggestionExpired(**ABOUT, cause="taken_back"))

    told = messages(session)
    assert "2 activities" not in told["suggestion_made"].body
    assert "by mistake" in told["suggestion_taken_back"].body
    assert "suggestion_expired" not in told


def test_a_nomination_that_lapsed_is_erased_too(session: Session) -> None:
    hears(session, PROPOSED)

    hears(
        session,
        NominationLapsed(occurred_at=NOON, nomination_id=NOMINATION, person_id=PERSON, cause="refused"),
    )

    assert "head teacher" not in str(vars(messages(session)["nomination_proposed"]))


def test_what_was_sent_stays_sent_and_other_messages_stay_as_they_are(session: Session) -> None:
    session.add(Contact(person_id=PERSON, first_names="A", last_name="B", names_as_of="1", email_as_of="1"))
    hears(session, made())
    hears(session, made(suggestion_id=OTHER))
    sent, other = session.scalars(select(Message).order_by(Message.id)).all()
    sent.state = "sent"
    session.flush()

    hears(session, ConsentRefused(**ABOUT))

    assert (sent.state, sent.subject) == ("sent", "A message that was erased")
    assert "2 activities" in other.body


def test_consent_erases_nothing(session: Session) -> None:
    hears(session, made())
    hears(session, ConsentGiven(**ABOUT))
    assert "2 activities" in messages(session)["suggestion_made"].body


def test_a_suggestion_that_was_blanked_before_it_came_is_not_told(session: Session) -> None:
    hears(session, made(reasons=()))
    assert messages(session) == {}
