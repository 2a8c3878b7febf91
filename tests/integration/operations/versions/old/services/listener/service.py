"""Hears words in order, once each, and answers."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.messaging import Fact, handles, publish
from shared.service import Service

from ..words import WordHeard, WordSaid

HEARD = text("INSERT INTO heard (number, subject, sequence) VALUES (:number, :subject, :sequence)")


class ListenerService(Service):
    """Knows the first version of a word; a second hearing would break the table's key."""

    name = "listener"

    @handles(WordSaid)
    def word_said(self, session: Session, fact: Fact[WordSaid]) -> None:
        number = fact.event.number
        session.execute(HEARD, {"number": number, "subject": fact.subject, "sequence": fact.sequence})
        publish(session, WordHeard(speech_id=fact.event.speech_id, number=number, occurred_at=fact.now))
