"""Says words while CONTINUUM_TALK says so, and hears that they were heard. The same in both versions."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.messaging import Fact, handles, publish
from shared.service import Service
from shared.testing.talker import SAID, Talker

from ..words import WordHeard, facts_of


class Speech(Talker):
    """Each word is a row and its facts, in one transaction."""

    def __init__(self) -> None:
        super().__init__(lambda id_, number, _: facts_of(id_, number)[0])

    def _publish(self, session: Any, number: int) -> None:
        speech_id = UUID(int=number % self.plan.subjects + 1)
        session.execute(SAID, {"number": number, "subject": f"speech/{speech_id}"})
        for fact in facts_of(speech_id, number):
            publish(session, fact)


class SpeakerService(Service):
    """What it says of a word is the version's."""

    name = "speaker"
    speech = Speech()

    @handles(WordHeard)
    def word_heard(self, session: Session, fact: Fact[WordHeard]) -> None:
        session.execute(text("INSERT INTO answered VALUES (:number)"), {"number": fact.event.number})
