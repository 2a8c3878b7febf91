"""Nobody's entries fill a record so far that others cannot read it or go on with it."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.itt import models
from shared.errors import TooLarge
from shared.policy import Principal, Role
from shared.rpc import wire
from shared.testing.kit import principal
from tests.service.itt import applications_kit, kit
from tests.service.itt.conftest import Itt
from tests.service.itt.courses_kit import LEAD, load_schools, register_providers

LONG = "\U0001f600" * 10_000
View = dict[str, Any]


def asked(itt: Itt, by: Principal, method: str, **given: Any) -> View:
    """The answer, which must also be able to travel."""
    answer: View = itt.asked(by, method, **given)
    wire.result_body(answer)
    return answer


@pytest.fixture
def trainee(session: Session) -> str:
    return str(kit.ready(session))


@pytest.fixture
def mentor(session: Session, trainee: str) -> Principal:
    known = select(models.Placement.mentor_id).where(models.Placement.trainee_id == trainee)
    return principal(Role.MENTOR, id=str(session.scalars(known).first()))


LESSON: View = {"observed_on": "2026-11-20", "school_urn": "123456", "observer": "Y. Brontë", "notes": LONG}
JUDGED: View = {number: {"met": True, "evidence": LONG} for number in ("1", "2")}
AWAY: View = {"kind": "sickness", "starts_on": "2026-11-02", "ends_on": "2026-11-03", "note": LONG}
# What is written -> how often its longest fits.
ROOM: list[tuple[str, View, int]] = [
    ("record_observation", LESSON, 4),
    ("record_review", {"reviewed_on": "2026-11-20", "standards": JUDGED}, 2),
    ("raise_concern", {"standards": ["1"], "description": LONG}, 2),
]


def test_who_writes_all_they_can_does_not_keep_the_provider_out(
    itt: Itt, trainee: str, mentor: Principal
) -> None:
    for method, given, times in ROOM:
        by = kit.PROVIDER if method == "raise_concern" else mentor
        for _ in range(times):
            asked(itt, by, method, trainee_id=trainee, **given)
    shown = asked(itt, kit.PROVIDER, "record_absence", trainee_id=trainee, **AWAY)
    asked(itt, kit.PROVIDER, "get_trainee", trainee_id=trainee)
    concern_id = shown["concerns"][0]["concern_id"]
    asked(itt, kit.PROVIDER, "withdraw_concern", concern_id=concern_id, outcome="A mistake")
    gone = {"observation_id": shown["observations"][0]["observation_id"], "reason": "Nonsense"}
    asked(itt, kit.PROVIDER, "remove_observation", **gone)
    asked(itt, kit.PROVIDER, "record_observation", trainee_id=trainee, **LESSON | {"notes": "Calm."})


@pytest.mark.parametrize(("method", "given", "times"), ROOM, ids=[method for method, _, _ in ROOM])
def test_what_has_no_room_is_refused_with_what_would_fit(
    itt: Itt, trainee: str, method: str, given: View, times: int
) -> None:
    for _ in range(times):
        itt.asked(kit.PROVIDER, method, trainee_id=trainee, **given)
    with pytest.raises(TooLarge, match="shorten it by") as told:
        itt.asked(kit.PROVIDER, method, trainee_id=trainee, **given)
    assert told.value.details["size_bytes"] > told.value.details["limit_bytes"]


def test_what_has_no_room_is_not_corrected_into_it_either(itt: Itt, session: Session, trainee: str) -> None:
    given = {"observed_on": "2026-11-20", "school_urn": "123456", "observer": "Y. Brontë"}
    for notes in (LONG, LONG, LONG, LONG, "Calm."):
        shown = itt.asked(kit.PROVIDER, "record_observation", trainee_id=trainee, notes=notes, **given)
    (short,) = [each for each in shown["observations"] if each["notes"] == "Calm."]
    with pytest.raises(TooLarge, match="observations"):
        itt.asked(
            kit.PROVIDER,
            "correct_observation",
            observation_id=short["observation_id"],
            notes=LONG,
            reason="More to say",
        )


def test_a_candidate_s_form_is_always_one_that_a_provider_can_decide_on(itt: Itt, session: Session) -> None:
    register_providers(session)
    load_schools(session)
    by = applications_kit.ready(session)
    job = {"organisation_name": "x", "role": "y", "description": LONG}
    too_much = {"section": "work_history", "content": {"jobs": [job] * 14}}
    with pytest.raises(TooLarge, match="the form"):
        itt.asked(by, "save_section", **too_much)


def test_a_form_that_fits_is_read_and_decided_on(itt: Itt, session: Session) -> None:
    register_providers(session)
    load_schools(session)
    by = applications_kit.ready(session)
    job = {"organisation_name": "x", "role": "y", "description": LONG}
    asked(itt, by, "save_section", section="work_history", content={"jobs": [job] * 12}, completed=False)
    row = session.scalars(select(models.FormSection).where(models.FormSection.section == "work_history"))
    row.one().completed = True
    session.flush()
    sent = applications_kit.sent(session, by)
    asked(itt, LEAD, "get_application", application_id=sent)
    assert asked(itt, LEAD, "make_offer", application_id=sent)["state"] == "offer"
