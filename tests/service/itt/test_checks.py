"""The checks before training: recorded for one and for many, corrected, and what waits for them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared.audit import audit_trail
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.events.training import CheckCorrected, ChecksRecorded
from shared.ids import new_id
from shared.policy import Role
from shared.testing.kit import principal, published
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import (
    ADMIN,
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    arranged,
    checked,
    due,
    five_checks,
    import_file,
    last,
    nth,
    register,
    types,
    with_trn,
)

LEAD = principal(Role.LEAD_SCHOOL, "school:654321", id="lead")
LATER = {"itt_start_date": "2027-01-11", "itt_end_date": "2028-01-10"}
FIRST_DAY = NOW + timedelta(days=49)
KINDS = ["identity", "right_to_work", "criminal_record", "fitness", "prohibition"]


def some(*kinds: str, **changes: Any) -> dict[str, dict[str, Any]]:
    """These checks, passed."""
    return {kind: five_checks(**changes)[kind] for kind in kinds}


def test_checks_are_shown_with_who_checked_and_when(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    given = some("criminal_record", reference="001234567890", organisation="O'Brien Trust")
    shown = itt.asked(PROVIDER, "record_checks", trainee_id=trainee_id, checks=given)
    (one,) = shown["checks"]
    assert (one["checked_by"], one["checked_on"], one["reference"], one["organisation"], one["holds"]) == (
        "Priya O'Neill",
        "2026-07-20",
        "001234567890",
        "O'Brien Trust",
        True,
    )
    assert shown["checks_missing"] == ["identity", "right_to_work", "fitness", "prohibition"]
    event = last(session)
    assert isinstance(event, ChecksRecorded)
    assert event.passed == ("criminal_record",)


def test_the_same_checks_again_change_nothing(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    ask = {"trainee_id": trainee_id, "checks": five_checks()}
    first, count = itt.asked(PROVIDER, "record_checks", **ask), len(types(session))
    assert itt.asked(PROVIDER, "record_checks", **ask) == first
    assert len(types(session)) == count


def test_a_training_does_not_start_before_the_checks_and_starts_with_the_last_of_them(
    itt: Itt, session: Session
) -> None:
    trainee_id = register(session, **LATER)
    itt.asked(PROVIDER, "record_checks", trainee_id=trainee_id, checks=some(*KINDS[:4]))
    itt.fires("training_starts", trainee_id, FIRST_DAY)
    assert itt.shown(PROVIDER, trainee_id)["started_on"] is None
    late = FIRST_DAY + timedelta(days=2)
    given = some("prohibition", checked_on=date(2027, 1, 13))
    shown = itt.asked(PROVIDER, "record_checks", late, trainee_id=trainee_id, checks=given)
    assert shown["started_on"] == "2027-01-13"
    assert types(session)[-2:] == ["itt.checks.recorded.v1", "itt.training.started.v1"]


def test_checks_that_are_there_in_time_start_the_training_on_its_day(itt: Itt, session: Session) -> None:
    trainee_id = checked(session, register(session, **LATER))
    assert itt.shown(PROVIDER, trainee_id)["started_on"] is None
    itt.fires("training_starts", trainee_id, FIRST_DAY)
    assert itt.shown(PROVIDER, trainee_id)["started_on"] == "2027-01-11"


@pytest.mark.parametrize(
    "changes",
    [{"outcome": "not_passed"}, {"expires_on": date(2026, 11, 22)}],
)
def test_a_check_that_is_not_passed_or_has_run_out_keeps_the_trainee_out(
    itt: Itt, session: Session, changes: dict[str, Any]
) -> None:
    trainee_id = with_trn(session)
    given = five_checks() | some("fitness", **changes)
    shown = itt.asked(PROVIDER, "record_checks", trainee_id=trainee_id, checks=given)
    assert (shown["checks_missing"], shown["started_on"]) == (["fitness"], None)
    again = some("fitness", checked_on=date(2026, 11, 23))
    shown = itt.asked(PROVIDER, "record_checks", trainee_id=trainee_id, checks=again)
    assert (shown["checks_missing"], shown["started_on"]) == ([], "2026-11-23")


def test_a_placement_is_arranged_ahead_but_neither_completed_nor_counted(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    id_ = arranged(session, trainee_id, 1, "123456")["placements"][0]["placement_id"]
    days = {"placement_id": id_, "first_on": "2026-09-14", "last_on": "2026-09-18"}
    for method, ask in [
        ("complete_placement", {"placement_id": id_, "completed_on": "2026-11-20"}),
        ("record_school_days", days),
    ]:
        with pytest.raises(Conflict) as raised:
            itt.asked(PROVIDER, method, **ask)
        assert raised.value.details["checks_missing"] == KINDS
        checked_first = method == "record_school_days"
        if checked_first:
            checked(session, trainee_id)
            assert itt.asked(PROVIDER, method, **ask)["school_days"] == 5


@pytest.mark.parametrize(
    ("checks", "field"),
    [
        ({"identity": {"outcome": "passed", "checked_on": "2026-07-20"}}, "checked_by"),
        ({"identity": {"outcome": "perhaps", "checked_by": "P", "checked_on": "2026-07-20"}}, "outcome"),
        ({"identity": {"outcome": "passed", "checked_by": "P", "checked_on": "2026-11-24"}}, "checked_on"),
        ({"identity": {"outcome": "passed", "checked_by": "P", "checked_on": "1026-11-24"}}, "checked_on"),
        ({"horoscope": {"outcome": "passed", "checked_by": "P", "checked_on": "2026-07-20"}}, "horoscope"),
        ({"fitness": five_checks()["fitness"] | {"outcome": "passed_with_restrictions"}}, "note"),
        ({}, "checks"),
    ],
)
def test_a_check_that_cannot_be_is_refused_by_its_field(
    itt: Itt, session: Session, checks: dict[str, Any], field: str
) -> None:
    trainee_id = register(session)
    with pytest.raises(Invalid) as raised:
        itt.asked(PROVIDER, "record_checks", trainee_id=trainee_id, checks=checks)
    assert field in str(raised.value.fields)
    assert not any(part in ("key", "value") for path in raised.value.fields for part in path.split("."))
    assert itt.shown(PROVIDER, trainee_id)["checks"] == []


def test_an_earlier_check_is_corrected_and_not_recorded_over(itt: Itt, session: Session) -> None:
    trainee_id = checked(session, register(session))
    with pytest.raises(Invalid, match="as they are") as raised:
        itt.asked(PROVIDER, "record_checks", trainee_id=trainee_id, checks=some("identity", reference="X"))
    assert "correct that one" in raised.value.fields["identity.checked_on"][0]
    ask = {"trainee_id": trainee_id, "kind": "identity", "reference": "X", "reason": "Mistyped"}
    shown = itt.asked(PROVIDER, "correct_check", **ask)
    assert shown["checks"][0]["reference"] == "X"
    assert audit_trail(session, f"trainee/{trainee_id}")[-1].why == "Mistyped"
    assert isinstance(last(session), CheckCorrected)
    count = len(types(session))
    assert itt.asked(PROVIDER, "correct_check", **ask) == shown
    assert len(types(session)) == count


def test_a_correction_may_start_the_training(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    given = five_checks() | some("fitness", outcome="not_passed")
    itt.asked(PROVIDER, "record_checks", trainee_id=trainee_id, checks=given)
    ask = {"trainee_id": trainee_id, "kind": "fitness", "outcome": "passed", "reason": "Wrong box"}
    assert itt.asked(PROVIDER, "correct_check", **ask)["started_on"] == "2026-09-01"


@pytest.mark.parametrize(
    "given",
    [{"reason": "x"}, {"reason": " ", "reference": "Y"}, {"reason": "x", "checked_on": "2026-12-24"}],
)
def test_a_correction_says_what_and_why(itt: Itt, session: Session, given: dict[str, Any]) -> None:
    trainee_id = checked(session, register(session))
    with pytest.raises(Invalid):
        itt.asked(PROVIDER, "correct_check", trainee_id=trainee_id, kind="identity", **given)


def test_a_check_that_was_not_made_is_removed_and_not_corrected_after(itt: Itt, session: Session) -> None:
    trainee_id = checked(session, register(session))
    ask = {"trainee_id": trainee_id, "kind": "identity", "reason": "Somebody else's"}
    shown = itt.asked(PROVIDER, "remove_check", **ask)
    assert shown["checks_missing"] == ["identity"]
    count = len(types(session))
    assert itt.asked(PROVIDER, "remove_check", **ask) == shown
    assert len(types(session)) == count
    with pytest.raises(NotFound):
        itt.asked(PROVIDER, "correct_check", **ask, reference="X")


def test_what_a_check_found_is_in_the_part_of_the_audit_that_can_be_blanked(
    itt: Itt, session: Session
) -> None:
    trainee_id = register(session)
    given = some("criminal_record", note="A caution of 2019")
    itt.asked(PROVIDER, "record_checks", trainee_id=trainee_id, checks=given)
    noted = audit_trail(session, f"trainee/{trainee_id}")[-1]
    assert "caution" not in str(noted.changes)
    assert "caution" in str(noted.personal)
    assert "caution" not in repr(published(session))


# --- many


def many(itt: Itt, ids: list[Any], checks: Any = None) -> Any:
    asked = [{"trainee_id": id_, "checks": checks or five_checks()} for id_ in ids]
    return itt.asked(PROVIDER, "record_checks_of_many", trainees=asked)


def imported(session: Session, number: int) -> list[UUID]:
    return [each["trainee_id"] for each in import_file(session, *map(nth, range(number)))["trainees"]]


def test_a_thousand_trainees_are_checked_in_one_call(itt: Itt, session: Session) -> None:
    ids = imported(session, 1000)
    assert many(itt, ids) == {"trainees": 1000, "started": 1000}
    assert many(itt, ids) == {"trainees": 1000, "started": 0}
    assert types(session).count("itt.checks.recorded.v1") == 1000
    with pytest.raises(Invalid):
        many(itt, [*ids, new_id()])


def test_all_or_nothing_with_the_errors_by_trainee_and_field(itt: Itt, session: Session) -> None:
    one, other = imported(session, 2)
    wrong = five_checks() | some("fitness", checked_on=date(2026, 12, 1))
    stranger = new_id()
    asked = [{"trainee_id": one, "checks": five_checks()}, {"trainee_id": other, "checks": wrong}]
    with pytest.raises(Invalid) as raised:
        itt.asked(
            PROVIDER,
            "record_checks_of_many",
            trainees=[*asked, {"trainee_id": stranger, "checks": five_checks()}],
        )
    fields = raised.value.fields
    assert set(fields) == {str(other), str(stranger)}
    assert "future" in fields[str(other)]["fitness.checked_on"][0]
    assert "trainee_id" in fields[str(stranger)]
    assert itt.shown(PROVIDER, one)["checks"] == []


def test_nobody_is_named_twice(itt: Itt, session: Session) -> None:
    (one,) = imported(session, 1)
    with pytest.raises(Invalid, match="twice"):
        many(itt, [one, one])


def test_another_providers_trainee_is_told_as_one_who_is_not_there(itt: Itt, session: Session) -> None:
    asked = [{"trainee_id": register(session), "checks": five_checks()}]
    with pytest.raises(Invalid) as raised:
        itt.asked(OTHER_PROVIDER, "record_checks_of_many", trainees=asked)
    assert "is no trainee" in str(raised.value.fields)


# --- the list


def test_the_list_says_who_is_missing_what(itt: Itt, session: Session) -> None:
    done = checked(session, register(session, first_names="Zoë", last_name="O'Hara"))
    half = register(session, first_names="Ann", last_name="Lee", hesa_id="0000000000009", email="a@b.uk")
    itt.asked(PROVIDER, "record_checks", trainee_id=half, checks=some("identity"))

    def names(**filters: Any) -> list[str]:
        return [item["first_names"] for item in itt.asked(PROVIDER, "list_checks", **filters)["items"]]

    assert names() == ["Ann", "Zoë"]
    assert (names(missing=True), names(missing=False)) == (["Ann"], ["Zoë"])
    assert names(missing=True, kind="identity") == []
    assert names(search="o'hara zoe") == ["Zoë"]
    assert names(starts_by="2026-08-31") == []
    assert names(provider_code="1TZ") == []
    assert names(sort="start", descending=True, limit=1) == ["Zoë"] or names(limit=1) == ["Ann"]
    item = itt.asked(PROVIDER, "list_checks", missing=True)["items"][0]
    assert (item["trainee_id"], item["checks"][0]["checked_by"]) == (str(half), "Priya O'Neill")
    assert str(done) != item["trainee_id"]


def test_the_list_is_the_providers_and_the_lead_schools_own(itt: Itt, session: Session) -> None:
    checked(session, register(session, training_partner_urn="654321"))
    assert len(itt.asked(LEAD, "list_checks")["items"]) == 1
    assert itt.asked(OTHER_PROVIDER, "list_checks")["items"] == []
    assert itt.asked(principal(Role.LEAD_SCHOOL, "school:111111"), "list_checks")["items"] == []
    for by in (ADMIN, principal(Role.MENTOR), principal(Role.TRAINEE)):
        with pytest.raises(NotAllowed):
            itt.asked(by, "list_checks")


def test_the_lead_school_records_checks_and_the_trainee_reads_them(itt: Itt, session: Session) -> None:
    trainee_id = register(session, training_partner_urn="654321")
    itt.asked(LEAD, "record_checks", trainee_id=trainee_id, checks=five_checks())
    person_id = itt.shown(PROVIDER, trainee_id)["person_id"]
    own = itt.shown(principal(Role.TRAINEE, id=person_id), trainee_id)
    assert (len(own["checks"]), own["checks_missing"]) == (5, [])
    assert (itt.shown(ADMIN, trainee_id)["checks"], itt.shown(ADMIN, trainee_id)["checks_missing"]) == (
        None,
        None,
    )


def test_a_deadline_that_moves_keeps_waiting_for_the_checks(itt: Itt, session: Session) -> None:
    trainee_id = register(session, **LATER)
    itt.asked(PROVIDER, "change_trainee", trainee_id=trainee_id, changes={"trainee_start_date": "2027-02-01"})
    assert due(session, "training_starts")[f"trainee/{trainee_id}"].date() == date(2027, 2, 1)
    checked(session, trainee_id)
    assert itt.shown(PROVIDER, trainee_id)["started_on"] is None
