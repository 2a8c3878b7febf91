"""The embedded teacher register: a number belongs to one person, also when two are noted at once."""

import eventlet
import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.itt.models import RegisterEntry
from services.itt.register import EmbeddedRegister
from shared.database import sessions
from shared.errors import Conflict
from shared.ids import new_id
from tests.service.itt.kit import NOW

TRN = "9999999"


def test_a_number_that_two_people_are_given_at_once_is_the_first_one_s(service_database: str) -> None:
    make = sessions(service_database)

    def note() -> None:
        with make.begin() as session:
            EmbeddedRegister(session).note(TRN, [new_id()], NOW)

    try:
        with make.begin() as first:
            EmbeddedRegister(first).note(TRN, [new_id()], NOW)
            second = eventlet.spawn(note)
            eventlet.sleep(0.3)
        with pytest.raises(Conflict, match="somebody else"):
            second.wait()
    finally:
        with make.begin() as session:
            session.execute(delete(RegisterEntry).where(RegisterEntry.trn == TRN))


def test_who_had_another_number_keeps_the_new_one_from_everybody_else(session: Session) -> None:
    register, person = EmbeddedRegister(session), [new_id()]
    register.request(person, NOW)
    register.note(TRN, person, NOW)
    assert register.request(person, NOW) == TRN
    with pytest.raises(Conflict, match="somebody else"):
        register.note(TRN, [new_id()], NOW)
