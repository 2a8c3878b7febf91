"""The national file from the call to the tables and back (domain page, the bulk file)."""

import csv
import io
import time
from base64 import b64encode
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.domain.csv_files import FileUnreadable, pack
from services.itt.handlers import import_files, imports, reading, records, trn
from services.itt.handlers.checks import training_starts
from shared.audit import audit_trail
from shared.database import engine
from shared.database.equality import equality_role
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, TransitionNotAllowed
from shared.events.itt import TraineeRegistered
from shared.ids import new_id
from shared.messaging.outbox import OutboxSession
from shared.policy import Role
from shared.testing.kit import principal, published
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import (
    ADMIN,
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    a_file,
    arranged,
    checked,
    due,
    import_file,
    nth,
    text_of,
    types,
    with_trn,
)
from tests.unit.itt.builders import published as published_file


def stored(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(models.Trainee)) or 0


@pytest.mark.parametrize("name", ["bulk_trainees_five.csv", "bulk_trainees_five_with_placements.csv"])
def test_a_real_sample_is_imported_and_exports_as_the_same_values(session: Session, name: str) -> None:
    data = published_file(f"itt/{name}").read_bytes()
    found = imports.import_trainees(
        session, NOW, PROVIDER, provider_code="2A5", content=pack(data), file_name=name
    )
    assert (found["state"], found["created"], found["rows"], found["errors"]) == ("succeeded", 5, 5, [])
    exported = text_of(reading.export_trainees(session, NOW, PROVIDER, provider_code="2A5"))

    def values(text: str) -> list[list[str]]:
        return [
            [cell.removeprefix("'") for cell in line] for line in csv.reader(io.StringIO(text, newline=""))
        ]

    assert values(exported) == values(data.decode())


def test_trainees_are_registered_and_submitted_for_a_trn_in_one_call(session: Session) -> None:
    found = import_file(session, nth(1), nth(2))
    assert types(session) == ["itt.trainee.registered.v1", "itt.trainee.submitted_for_trn.v1"] * 2
    event = published(session)[0]
    assert isinstance(event, TraineeRegistered)
    assert event.import_id == found["import_id"]
    assert [each["row"] for each in found["trainees"]] == [2, 3]
    assert set(due(session, "request_trn").values()) == {NOW}
    assert len(due(session, "training_starts")) == 2


def test_the_providers_and_hesas_ids_are_kept(session: Session) -> None:
    found = import_file(session, nth(1, provider_trainee_id="26/27-9", application_id="A1"))
    shown = reading.get_trainee(session, NOW, PROVIDER, trainee_id=found["trainees"][0]["trainee_id"])
    assert (shown["hesa_id"], shown["provider_trainee_id"], shown["application_id"]) == (
        "0000000000001",
        "26/27-9",
        "A1",
    )


def test_nothing_is_stored_when_one_row_is_wrong(session: Session) -> None:
    found = import_file(session, nth(1), nth(2, sex="7"), nth(3, hesa_id=""))
    assert (found["state"], found["created"], found["error_count"]) == ("failed", 0, 2)
    assert [(error["row"], error["column"], error["value"]) for error in found["errors"]] == [
        (3, "sex", "7"),
        (4, "hesa_id", ""),
    ]
    assert (stored(session), types(session)) == (0, [])


def test_a_file_that_cannot_be_read_leaves_nothing(session: Session) -> None:
    with pytest.raises(FileUnreadable):
        imports.import_trainees(
            session, NOW, PROVIDER, provider_code="2A5", content=b64encode(b"x\n").decode(), file_name="x"
        )
    assert session.scalar(select(func.count()).select_from(models.TraineeImport)) == 0


def test_a_trainee_who_is_there_already_is_answered_with_the_match(session: Session) -> None:
    first = import_file(session, nth(1))
    again = import_file(session, nth(1, hesa_id="9" * 13), nth(2))
    assert (again["state"], again["created"], again["duplicate_count"]) == ("failed", 0, 1)
    assert again["duplicates"][0]["row"] == 2
    assert again["duplicates"][0]["trainee_id"] == first["trainees"][0]["trainee_id"]
    assert stored(session) == 1


def test_a_row_that_a_person_knows_to_be_no_duplicate_is_stored(session: Session) -> None:
    import_file(session, nth(1))
    again = import_file(session, nth(1), confirmed_rows=[2])
    assert (again["state"], again["created"]) == ("succeeded", 1)


def test_twins_in_one_file_are_stored_when_a_person_confirms_them(session: Session) -> None:
    twin = nth(1, email="family@example.com"), nth(2, email="family@example.com")
    refused = import_file(session, *twin)
    assert [error["row"] for error in refused["errors"]] == [3]
    given = import_file(session, *twin, confirmed_rows=[3], dry_run=True)
    stored_now = imports.submit_import(session, NOW, PROVIDER, import_id=given["import_id"])
    assert (stored_now["state"], stored_now["created"]) == ("succeeded", 2)


def test_another_providers_trainee_is_no_duplicate(session: Session) -> None:
    import_file(session, nth(1))
    assert import_file(session, nth(1), by=OTHER_PROVIDER, provider_code="1TZ")["created"] == 1


def test_the_same_import_asked_twice_is_stored_once(session: Session) -> None:
    import_id = new_id()
    first = import_file(session, nth(1), import_id=import_id)
    again = import_file(session, nth(1), import_id=import_id)
    assert first == again
    with pytest.raises(Conflict):
        import_file(session, nth(1), by=OTHER_PROVIDER, provider_code="1TZ", import_id=import_id)


def test_a_failed_import_asked_again_gives_the_same_errors(session: Session) -> None:
    first = import_file(session, nth(1, sex="7"), import_id=new_id())
    again = import_files.get_import(session, NOW, PROVIDER, import_id=first["import_id"])
    assert first == again


def test_a_dry_run_checks_and_is_submitted_later(session: Session) -> None:
    checked = import_file(session, nth(1), dry_run=True)
    assert (checked["state"], checked["created"]) == ("validated", 0)
    done = imports.submit_import(session, NOW, PROVIDER, import_id=checked["import_id"])
    assert (done["state"], done["created"]) == ("succeeded", 1)
    assert imports.submit_import(session, NOW, PROVIDER, import_id=checked["import_id"]) == done
    assert due(session, "forget_import") == {}


def test_a_file_that_became_wrong_since_its_check_fails_when_it_is_submitted(session: Session) -> None:
    checked = import_file(session, nth(1), dry_run=True)
    import_file(session, nth(1))
    done = imports.submit_import(session, NOW, PROVIDER, import_id=checked["import_id"])
    assert (done["state"], done["duplicate_count"], stored(session)) == ("failed", 1, 1)


def test_a_cancelled_file_is_forgotten_and_cannot_be_submitted(session: Session) -> None:
    checked = import_file(session, nth(1), dry_run=True)
    for _ in range(2):
        done = imports.cancel_import(session, NOW, PROVIDER, import_id=checked["import_id"])
        assert done["state"] == "cancelled"
    row = session.get(models.TraineeImport, checked["import_id"])
    assert row is not None
    assert row.content is None
    with pytest.raises(TransitionNotAllowed):
        imports.submit_import(session, NOW, PROVIDER, import_id=checked["import_id"])


def test_a_file_that_nobody_comes_back_to_is_cancelled(itt: Itt, session: Session) -> None:
    failed = import_file(session, nth(1, sex="7"))
    (subject,) = due(session, "forget_import")
    itt.fires("forget_import", subject)
    itt.fires("forget_import", subject)
    assert (
        import_files.get_import(session, NOW, PROVIDER, import_id=failed["import_id"])["state"] == "cancelled"
    )


def test_all_errors_are_there_in_pages_and_beside_the_rows(session: Session) -> None:
    failed = import_file(session, *(nth(number, sex="7", email="x") for number in range(5)))
    ask: dict[str, Any] = {"import_id": failed["import_id"], "limit": 6}
    first = import_files.import_errors(session, NOW, PROVIDER, **ask)
    rest = import_files.import_errors(session, NOW, PROVIDER, **ask, after=first["next"])
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (6, 4, None)
    told = import_files.file_with_errors(session, NOW, PROVIDER, import_id=failed["import_id"])
    (*_, last) = csv.DictReader(io.StringIO(text_of(told), newline=""))
    assert "sex is not a code" in last["errors"]


def test_a_row_that_may_be_a_trainee_already_says_so_in_the_file_with_errors(session: Session) -> None:
    first = import_file(session, nth(1, last_name="O'Neill"))["trainees"][0]
    failed = import_file(session, nth(1, last_name="O'Neill", hesa_id="9" * 13), nth(2))
    told = import_files.file_with_errors(session, NOW, PROVIDER, import_id=failed["import_id"])
    again, other = csv.DictReader(io.StringIO(text_of(told), newline=""))
    assert again["errors"] == (
        f"may be Name1 O'Neill (trainee {first['trainee_id']}) already;"
        " take the row out, or confirm that it is another trainee"
    )
    assert other["errors"] == ""


def test_a_row_that_may_be_somebody_with_a_trn_names_it(session: Session) -> None:
    trainee_id = with_trn(session)
    failed = import_file(session, nth(1, hesa_id="9" * 13))
    told = import_files.file_with_errors(session, NOW, PROVIDER, import_id=failed["import_id"])
    (row,) = csv.DictReader(io.StringIO(text_of(told), newline=""))
    trn = records.find(session, trainee_id).trn
    assert f"(TRN {trn})" in row["errors"]


def test_a_file_that_was_stored_is_not_kept(session: Session) -> None:
    found = import_file(session, nth(1))
    with pytest.raises(Conflict, match="not kept"):
        import_files.file_with_errors(session, NOW, PROVIDER, import_id=found["import_id"])


def test_two_files_of_a_provider_at_once_wait_for_each_other(session: Session, service_database: str) -> None:
    import_file(session, nth(1))
    with engine(service_database).connect() as connection, connection.begin() as outer:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '200ms'")
        second = OutboxSession(connection, join_transaction_mode="create_savepoint")
        with pytest.raises(OperationalError, match="lock timeout"):
            import_file(second, nth(1))
        second.close()
        outer.rollback()


def test_a_thousand_rows_are_stored_in_under_ten_seconds(session: Session) -> None:
    rows = [nth(number, placement_1_urn="123456", ethnicity="120") for number in range(1000)]
    began = time.perf_counter()
    found = import_file(session, *rows)
    session.flush()
    assert (found["created"], time.perf_counter() - began < 10) == (1000, True)


def test_an_import_is_undone_while_nobody_has_changed_a_trainee(session: Session) -> None:
    found = import_file(session, nth(1, ethnicity="120"), nth(2))
    for subject in due(session, "request_trn"):
        trn.request_trn(session, NOW, subject)
    undone = imports.undo_import(session, NOW, PROVIDER, import_id=found["import_id"])
    assert undone["undone_at"] == NOW
    assert types(session)[-2:] == ["itt.trainee.discarded.v1"] * 2
    assert reading.list_trainees(session, NOW, PROVIDER)["items"] == []
    with equality_role(session):
        assert session.scalar(select(func.count()).select_from(models.TraineeEquality)) == 0
    assert due(session, "training_starts") == {}


def test_an_import_is_not_undone_once_the_training_of_one_has_begun(session: Session) -> None:
    found = import_file(session, nth(1), nth(2))
    begun = found["trainees"][1]["trainee_id"]
    training_starts(session, NOW, f"trainee/{checked(session, begun)}")
    with pytest.raises(Conflict, match="Name2") as raised:
        imports.undo_import(session, NOW, PROVIDER, import_id=found["import_id"])
    assert raised.value.details["trainee_ids"] == [begun]
    assert stored(session) == 2


def test_an_undone_import_stays_undone_and_can_be_sent_again(session: Session) -> None:
    found = import_file(session, nth(1))
    once = imports.undo_import(session, NOW, PROVIDER, import_id=found["import_id"])
    count = len(types(session))
    assert imports.undo_import(session, NOW, PROVIDER, import_id=found["import_id"]) == once
    assert len(types(session)) == count
    assert import_file(session, nth(1))["created"] == 1


def test_an_import_whose_trainee_moved_on_is_not_undone(session: Session) -> None:
    found = import_file(session, nth(1), nth(2))
    arranged(session, UUID(str(found["trainees"][1]["trainee_id"])), 1, "123456")
    with pytest.raises(Conflict, match="Name2") as raised:
        imports.undo_import(session, NOW, PROVIDER, import_id=found["import_id"])
    assert raised.value.details["trainee_ids"] == [found["trainees"][1]["trainee_id"]]
    assert stored(session) == 2


def test_a_failed_import_is_not_undone(session: Session) -> None:
    failed = import_file(session, nth(1, sex="7"))
    with pytest.raises(Conflict):
        imports.undo_import(session, NOW, PROVIDER, import_id=failed["import_id"])


def test_an_import_is_audited_and_listed(session: Session) -> None:
    found = import_file(session, nth(1))
    (entry,) = audit_trail(session, f"import/{found['import_id']}")
    assert (entry.action, entry.who, entry.changes["rows"]) == ("import.upload", "provider-user", 1)
    listed = import_files.list_imports(session, NOW, PROVIDER, provider_code="2A5")
    assert [each["import_id"] for each in listed["items"]] == [found["import_id"]]


def test_a_file_is_the_providers_own(session: Session) -> None:
    found = import_file(session, nth(1))
    with pytest.raises(NotAllowed):
        import_file(session, nth(2), by=OTHER_PROVIDER)
    with pytest.raises(NotAllowed):
        import_file(session, nth(2), by=principal(Role.LEAD_SCHOOL, "school:123456"))
    with pytest.raises(NotFound):
        import_files.get_import(session, NOW, OTHER_PROVIDER, import_id=found["import_id"])
    assert import_files.get_import(session, NOW, ADMIN, import_id=found["import_id"])["created"] == 1


def test_personal_data_that_does_not_travel_is_not_published(session: Session) -> None:
    import_file(session, nth(1, ni_number="QQ123456C", ethnicity="120", disability1="58"))
    assert "QQ123456C" not in repr(published(session))
    assert "120" not in [value for event in published(session) for value in vars(event).values()]


def test_a_file_as_plain_base64_is_read_too(session: Session) -> None:
    from services.itt.domain.csv_files import unpack

    plain = b64encode(unpack(a_file(nth(1)))).decode()
    assert import_file(session, content=plain)["created"] == 1


def test_files_travel_through_the_entrypoints(itt: Itt) -> None:
    given = {"provider_code": "2A5", "file_name": "a.csv", "dry_run": True}
    wrong = itt.asked(PROVIDER, "import_trainees", content=a_file(nth(1, sex="7")), **given)
    right = itt.asked(PROVIDER, "import_trainees", content=a_file(nth(1)), **given)
    told = itt.asked(PROVIDER, "import_errors", import_id=wrong["import_id"])
    assert told["items"] == wrong["errors"]
    assert itt.asked(PROVIDER, "file_with_errors", import_id=wrong["import_id"])["rows"] == 1
    assert itt.asked(PROVIDER, "cancel_import", import_id=wrong["import_id"])["state"] == "cancelled"
    done = itt.asked(PROVIDER, "submit_import", import_id=right["import_id"])
    assert itt.asked(PROVIDER, "get_import", import_id=right["import_id"]) == done
    assert itt.asked(PROVIDER, "undo_import", import_id=right["import_id"])["undone_at"] is not None
    assert len(itt.asked(PROVIDER, "list_imports", provider_code="2A5")["items"]) == 2
    assert itt.asked(PROVIDER, "export_trainees", provider_code="2A5")["rows"] == 0


def test_all_duplicates_are_there_in_pages(session: Session) -> None:
    import_file(session, *(nth(number) for number in range(3)))
    again = import_file(session, *(nth(number) for number in range(3)))
    ask: dict[str, Any] = {"import_id": again["import_id"], "limit": 2}
    first = import_files.import_duplicates(session, NOW, PROVIDER, **ask)
    rest = import_files.import_duplicates(session, NOW, PROVIDER, **ask, after=first["next"])
    assert (again["duplicate_count"], len(first["items"]), len(rest["items"]), rest["next"]) == (
        3,
        2,
        1,
        None,
    )
    assert first["items"][0]["provider_code"] == "2A5"
    with pytest.raises(NotFound):
        import_files.import_duplicates(session, NOW, OTHER_PROVIDER, **ask)


def test_without_registered_providers_every_code_is_taken_and_it_is_said(session: Session) -> None:
    assert not import_file(session, nth(1))["provider_is_registered"]


def test_once_providers_are_registered_a_code_that_nobody_has_is_refused_by_its_field(
    session: Session,
) -> None:
    session.add(models.Provider(code="1XX", name="Somebody else", kind="accredited_provider"))
    session.flush()
    with pytest.raises(Invalid, match="2A5 is no provider that is registered here") as raised:
        import_file(session, nth(1))
    assert "provider_code" in raised.value.details["fields"]
    session.add(models.Provider(code="2A5", name="Ours", kind="accredited_provider"))
    session.flush()
    assert import_file(session, nth(1))["provider_is_registered"]
