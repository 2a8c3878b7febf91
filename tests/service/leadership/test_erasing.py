"""Without consent nothing personal stays, in the log neither (domain page, "Identify potential", consent)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shared.audit import audit_trail
from shared.blanking import blank
from shared.context import Context, bound
from shared.database.tables import AUDIT, EVENT_LOG, OUTBOX
from shared.events import leadership, people, schema_of
from shared.ids import new_id
from shared.policy import Role
from shared.testing import principal
from tests.service.leadership.conftest import AT, Leadership
from tests.service.leadership.test_suggestions import ME, MYSELF, suggested

PEER = principal(Role.TEACHER, id=str(UUID(int=2)))


def stored(session: Session, subject: str) -> list[Any]:
    """What stands in the outbox about the subject."""
    session.commit()
    rows = select(OUTBOX).where(OUTBOX.c.subject == subject).order_by(OUTBOX.c.id)
    return list(session.execute(rows))


def publish_to_the_log(session: Session, subject: str) -> None:
    """The relay has published everything: it stands in the log alone."""
    for row in stored(session, subject):
        kept = {c.name: getattr(row, c.name) for c in EVENT_LOG.c if hasattr(row, c.name)}
        session.execute(insert(EVENT_LOG).values(kept))
    session.execute(OUTBOX.delete().where(OUTBOX.c.subject == subject))


def logged(session: Session, subject: str) -> list[Any]:
    return list(session.execute(select(EVENT_LOG).where(EVENT_LOG.c.subject == subject)))


def refuse(service: Leadership, id_: str) -> None:
    service.asked(MYSELF, "refuse", suggestion_id=id_)


def expire(service: Leadership, id_: str) -> None:
    assert service.waits_until(AT + timedelta(days=60)) == 1


@pytest.mark.parametrize("end", [refuse, expire])
@pytest.mark.parametrize("published", [True, False])
def test_the_reasons_of_a_suggestion_without_consent_go_from_the_log(
    session: Session, service: Leadership, end: Callable[[Leadership, str], None], published: bool
) -> None:
    made = suggested(session, service)
    subject = f"suggestion/{made.suggestion_id}"
    assert stored(session, subject)
    if published:
        publish_to_the_log(session, subject)

    end(service, str(made.suggestion_id))

    row = logged(session, subject)[0] if published else stored(session, subject)[0]
    assert row.payload["reasons"] == []
    assert schema_of(leadership.SuggestionMade).load(row.payload).person_id == ME


def test_the_reasons_of_a_suggestion_with_consent_stay(session: Session, service: Leadership) -> None:
    made = suggested(session, service)
    subject = f"suggestion/{made.suggestion_id}"
    publish_to_the_log(session, subject)

    service.asked(MYSELF, "consent", suggestion_id=str(made.suggestion_id))

    assert logged(session, subject)[0].payload["reasons"] == list(made.reasons)


def test_who_proposed_a_nomination_that_lapsed_goes_from_the_log(
    session: Session, service: Leadership
) -> None:
    service.hears(people.PersonIdentified(occurred_at=AT, person_id=ME, met_by="itt"))
    with bound(Context("c", PEER.id, None, None)):
        made = service.asked(PEER, "nominate", person_id=str(ME))
        subject = f"nomination/{made['nomination_id']}"
        assert stored(session, subject)[0].headers["actor"] == PEER.id
    publish_to_the_log(session, subject)

    service.asked(MYSELF, "refuse_nomination", nomination_id=made["nomination_id"])

    (row,) = logged(session, subject)
    assert PEER.id not in str(row)


def test_blanking_reaches_one_subject_and_its_audit_alone(session: Session, service: Leadership) -> None:
    given = {"at": AT, "who": "x", "action": "a", "changes": {}, "personal": {"text": ["old", "new"]}}
    for subject in ("suggestion/1", "suggestion/2"):
        session.execute(insert(AUDIT).values(**given, id=new_id(), subject=subject))

    blank(session, "suggestion/1")

    assert [entry.personal for entry in audit_trail(session, "suggestion/1")] == [None]
    assert [entry.personal for entry in audit_trail(session, "suggestion/2")] == [{"text": ["old", "new"]}]
