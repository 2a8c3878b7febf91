"""Removing the last QTS once induction has started is an error (domain page, "Induction")."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.itt.models import Trainee
from shared.audit import audit_trail
from shared.errors import Conflict
from shared.events.cpd import InductionOpened, QtsRemovalRefused
from shared.events.itt import AwardUndone, QtsAwarded
from shared.events.people import PersonMerged
from shared.ids import new_id
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import ADMIN, NOW, PROVIDER, TODAY, awarded, last, types
from tests.service.itt.test_outcomes import WITHDRAWAL

BEGUN_ON = date(2027, 1, 4)


def person_of(session: Session, trainee_id: UUID) -> UUID:
    return session.get_one(Trainee, trainee_id).person_id


def opened(person_id: UUID, on: date = BEGUN_ON) -> InductionOpened:
    return InductionOpened(
        occurred_at=NOW,
        person_id=person_id,
        period_id=new_id(),
        school_urn="123456",
        appropriate_body="north-tyne",
        starts_on=on,
        rule_set="early_career",
        terms_required_hundredths=600,
    )


def undo(itt: Itt, trainee_id: UUID) -> None:
    itt.asked(ADMIN, "undo_award", trainee_id=trainee_id, reason="Wrong person")


def refused(session: Session, trainee_id: UUID) -> QtsRemovalRefused:
    person_id = person_of(session, trainee_id)
    return QtsRemovalRefused(occurred_at=NOW, trainee_id=trainee_id, person_id=person_id, refused_on=TODAY)


def test_the_last_qts_is_not_undone_once_induction_has_begun(itt: Itt, session: Session) -> None:
    trainee_id = awarded(session)
    person_id = person_of(session, trainee_id)
    for on in (BEGUN_ON, BEGUN_ON + timedelta(days=200)):
        itt.hears(opened(person_id, on))

    with pytest.raises(Conflict, match="induction has begun") as conflict:
        undo(itt, trainee_id)

    assert conflict.value.details["induction_begun_on"] == BEGUN_ON.isoformat()
    assert AwardUndone.TYPE not in types(session)


def test_induction_under_an_id_that_was_merged_counts_too(itt: Itt, session: Session) -> None:
    trainee_id, other_id = awarded(session), new_id()
    itt.hears(opened(other_id))
    itt.hears(PersonMerged(occurred_at=NOW, person_id=person_of(session, trainee_id), merged_id=other_id))

    with pytest.raises(Conflict, match="induction has begun"):
        undo(itt, trainee_id)


def test_one_of_two_awards_is_undone_and_the_last_one_not(itt: Itt, session: Session) -> None:
    one, other = awarded(session), awarded(session, last_name="Musgrave")
    person_id = person_of(session, one)
    session.get_one(Trainee, other).person_id = person_id
    session.flush()
    itt.hears(opened(person_id))

    undo(itt, one)

    assert isinstance(last(session), AwardUndone)
    with pytest.raises(Conflict, match="induction has begun"):
        undo(itt, other)


def test_an_undoing_that_crossed_with_the_beginning_of_induction_is_taken_back(
    itt: Itt, session: Session
) -> None:
    trainee_id = awarded(session)
    undo(itt, trainee_id)
    itt.hears(opened(person_of(session, trainee_id)))

    for _ in range(2):
        itt.hears(refused(session, trainee_id))

    shown = itt.shown(PROVIDER, trainee_id)
    assert (shown["state"], shown["standards_met_on"]) == ("awarded", TODAY.isoformat())
    event = last(session)
    assert isinstance(event, QtsAwarded)
    assert event.awarded_on == TODAY + timedelta(days=1)
    assert types(session).count(QtsAwarded.TYPE) == 2
    trail = audit_trail(session, f"trainee/{trainee_id}")
    (restored,) = [each for each in trail if each.action == "trainee.restore_award"]
    assert restored.who == "cpd"
    assert "induction had begun" in (restored.why or "")


def test_what_cannot_be_taken_back_by_itself_fails_for_an_operator_to_see(itt: Itt, session: Session) -> None:
    trainee_id = awarded(session)
    with pytest.raises(Conflict, match="audit"):
        itt.hears(refused(session, awarded_never_undone(session)))
    undo(itt, trainee_id)
    itt.asked(PROVIDER, "withdraw", trainee_id=trainee_id, **WITHDRAWAL)

    with pytest.raises(Conflict, match="withdrawn"):
        itt.hears(refused(session, trainee_id))


def awarded_never_undone(session: Session) -> UUID:
    return awarded(session, last_name="Musgrave")
