"""Two small services for tests of the messaging itself: the speaker says words, the listener hears them and answers.

Never import this into the process of the tests: its events would stand in the registry beside the real ones.
``shared.testing.run`` runs the services in processes of their own.
"""

import os
import signal
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.errors import Conflict
from shared.events import Event
from shared.events.base import event_type
from shared.messaging import Fact, handles, projects, publish
from shared.service import Service
from shared.testing.talker import Talker
from shared.timers import schedule, timer

EFFECT = text(
    "INSERT INTO effect (message_id, subject, sequence, late) VALUES (:id, :subject, :sequence, :late)"
)
FOLD = text("""
INSERT INTO last_word (subject, sequence, number) VALUES (:subject, :sequence, :number)
ON CONFLICT (subject) DO UPDATE SET sequence = excluded.sequence, number = excluded.number
WHERE last_word.sequence < excluded.sequence
""")


@event_type("speaker.word.said.v1", subject="speech", key="speech_id")
class WordSaid(Event):
    """``burden`` says what hearing it does: nothing, ``raise``, or ``kill`` the process."""

    speech_id: UUID
    number: int
    burden: str = ""


@event_type("listener.word.heard.v1", subject="speech", key="speech_id")
class WordHeard(Event):
    """The answer to each word."""

    speech_id: UUID
    number: int


def note(session: Session, fact: Fact[Event]) -> None:
    """One row each time that a handler runs and its transaction is committed."""
    values = {"id": fact.id, "subject": fact.subject, "sequence": fact.sequence, "late": fact.late}
    session.execute(EFFECT, values)


class SpeakerService(Service):
    """Says words, and hears that they were heard."""

    name = "speaker"
    talker = Talker(
        lambda id_, number, burden: WordSaid(
            speech_id=id_, number=number, burden=burden, occurred_at=datetime.now(UTC)
        )
    )

    @handles(WordHeard)
    def word_heard(self, session: Session, fact: Fact[WordHeard]) -> None:
        note(session, fact)


class ListenerService(Service):
    """Hears words, keeps the last of each speech, and answers each."""

    name = "listener"

    @projects(WordSaid)
    def last_word(self, session: Session, fact: Fact[WordSaid]) -> None:
        values = {"subject": fact.subject, "sequence": fact.sequence, "number": fact.event.number}
        session.execute(FOLD, values)

    @handles(WordSaid)
    def word_said(self, session: Session, fact: Fact[WordSaid]) -> None:
        note(session, fact)
        word = fact.event
        publish(session, WordHeard(speech_id=word.speech_id, number=word.number, occurred_at=fact.now))
        if word.number == 0:
            schedule(session, datetime.now(UTC), "silence", fact.subject)
        if word.burden == "raise":
            raise Conflict("this word cannot be heard")
        if word.burden == "kill":
            os.kill(os.getpid(), signal.SIGKILL)

    @timer("silence")
    def silence(self, session: Session, now: datetime, subject: str) -> None:
        session.execute(text("INSERT INTO silence (subject) VALUES (:subject)"), {"subject": subject})
