"""Hears words in order, once each, and answers; of the second version it keeps the volume."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.errors import Conflict
from shared.messaging import Fact, handles, publish
from shared.service import Service

from ..words import WordHeard, WordSaid, WordSaidAloud

HEARD = text("INSERT INTO heard (number, subject, sequence) VALUES (:number, :subject, :sequence)")
VOLUME = text("UPDATE heard SET volume = :volume WHERE number = :number AND volume IS NULL RETURNING number")


class ListenerService(Service):
    """Knows both versions: what the first told is not done again by the second."""

    name = "listener"

    @handles(WordSaid)
    def word_said(self, session: Session, fact: Fact[WordSaid]) -> None:
        number = fact.event.number
        session.execute(HEARD, {"number": number, "subject": fact.subject, "sequence": fact.sequence})
        publish(session, WordHeard(speech_id=fact.event.speech_id, number=number, occurred_at=fact.now))

    @handles(WordSaidAloud)
    def word_said_aloud(self, session: Session, fact: Fact[WordSaidAloud]) -> None:
        told = {"number": fact.event.number, "volume": fact.event.volume}
        if session.scalar(VOLUME, told) is None:
            raise Conflict("the second version came before the first, or twice")
