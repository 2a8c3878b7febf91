"""Lists, history, the provider's file, and who may read what."""

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared.aliases import record_merge
from shared.audit import audit_trail
from shared.errors import Invalid, NotAllowed, NotFound
from shared.events.people import PersonMerged
from shared.ids import new_id
from shared.messaging.outbox import store
from shared.policy import Role
from shared.testing.kit import fact, principal
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import (
    ADMIN,
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    arranged,
    import_file,
    nth,
    recommended,
    register,
    text_of,
    with_trn,
)


def names(found: Any) -> list[str]:
    return [item["first_names"] for item in found["items"]]


def test_a_list_comes_in_pages_without_gaps_in_any_order(itt: Itt, session: Session) -> None:
    import_file(session, *(nth(number, last_name=f"L{9 - number}") for number in range(5)))
    for sort in ("name", "start", "end", "state", "registered"):
        for descending in (False, True):
            seen: list[str] = []
            after = None
            while True:
                ask = {"sort": sort, "descending": descending, "limit": 2, "after": after}
                found = itt.asked(PROVIDER, "list_trainees", **ask)
                seen += names(found)
                if (after := found["next"]) is None:
                    break
            assert sorted(seen) == [f"Name{number}" for number in range(5)]
            if sort == "name":
                assert seen == [f"Name{n}" for n in (range(5) if descending else reversed(range(5)))]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("name1", ["Name1"]),
        ("OBRIEN", []),
        ("zoe", ["Zoë"]),
        ("Zoë Ångström", ["Zoë"]),
        ("0000000000001", ["Name1"]),
        ("trainee2@example.com", ["Zoë"]),
        ("26/27-7", ["Name1"]),
        ("%", []),
        ("_", []),
    ],
)
def test_a_list_is_searched_by_name_e_mail_and_ids(
    itt: Itt, session: Session, search: str, found: list[str]
) -> None:
    import_file(
        session,
        nth(1, provider_trainee_id="26/27-7"),
        nth(2, first_names="Zoë", last_name="Ångström", provider_trainee_id="x"),
    )
    assert names(itt.asked(PROVIDER, "list_trainees", search=search)) == found


def test_a_list_is_searched_by_trn(itt: Itt, session: Session) -> None:
    trn = itt.shown(PROVIDER, with_trn(session))["trn"]
    assert names(itt.asked(PROVIDER, "list_trainees", search=trn)) == ["Name1"]


def test_a_list_is_filtered(itt: Itt, session: Session) -> None:
    found = import_file(session, nth(1), nth(2, training_route="12"), nth(3, itt_start_date="2025-09-01"))
    import_file(session, nth(4))

    def listed(**filters: Any) -> list[str]:
        return sorted(names(itt.asked(PROVIDER, "list_trainees", **filters)))

    assert listed(route="provider_led_postgrad") == ["Name2"]
    assert listed(academic_year=2025) == ["Name3"]
    assert listed(import_id=found["import_id"]) == ["Name1", "Name2", "Name3"]
    assert listed(state="awarded") == []
    assert len(listed(state="submitted_for_trn", provider_code="2A5")) == 4


@pytest.mark.parametrize(
    "wrong", [{"sort": "shoe_size"}, {"limit": 0}, {"limit": 201}, {"after": "x"}, {"state": "gone"}]
)
def test_a_list_that_cannot_be_is_refused(itt: Itt, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        itt.asked(PROVIDER, "list_trainees", **wrong)


def test_everybody_lists_whom_they_may_read(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session, training_partner_urn="123456")
    mentor_id = arranged(session, trainee_id, 1, "234567")["placements"][0]["mentor"]["person_id"]
    person_id = itt.shown(PROVIDER, trainee_id)["person_id"]
    for by, count in [
        (PROVIDER, 1),
        (OTHER_PROVIDER, 0),
        (ADMIN, 1),
        (principal(Role.LEAD_SCHOOL, "school:123456"), 1),
        (principal(Role.LEAD_SCHOOL, "school:654321"), 0),
        (principal(Role.MENTOR, id=str(mentor_id)), 1),
        (principal(Role.MENTOR), 0),
        (principal(Role.TRAINEE, id=person_id), 1),
        (principal(Role.TRAINEE, id="not an id"), 0),
    ]:
        found = itt.asked(by, "list_trainees")["items"]
        assert len(found) == count
        if found:
            assert itt.shown(by, trainee_id)["trainee_id"] == str(trainee_id)
    with pytest.raises(NotAllowed):
        itt.asked(principal(Role.CANDIDATE), "list_trainees")


def test_a_merged_person_reads_under_the_new_id(itt: Itt, session: Session) -> None:
    trainee_id, later = with_trn(session), new_id()
    person_id = itt.shown(PROVIDER, trainee_id)["person_id"]
    merged = PersonMerged(occurred_at=NOW, person_id=later, merged_id=UUID(person_id))
    record_merge(session, fact(merged))
    shown = itt.shown(principal(Role.TRAINEE, id=str(later)), trainee_id)
    assert shown["person_id"] == str(later)


def test_the_history_tells_commands_and_facts_in_order(itt: Itt, session: Session) -> None:
    trainee_id = recommended(session)
    store(session, session.info["outbox"])
    found = itt.asked(PROVIDER, "trainee_history", trainee_id=trainee_id)
    whats = [item["what"] for item in found["items"]]
    assert whats[:3] == ["trainee.register", "itt.trainee.registered.v1", "itt.trainee.submitted_for_trn.v1"]
    assert whats[-2:] == ["trainee.recommend", "itt.trainee.recommended.v1"]
    assert all("person" not in item["details"] for item in found["items"] if item["kind"] == "fact")
    with pytest.raises(NotFound):
        itt.asked(OTHER_PROVIDER, "trainee_history", trainee_id=trainee_id)


def test_the_history_tells_an_edit_without_equality_data_and_ni_number(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    edit = {"ethnicity": "120", "disability1": "58", "ni_number": "QQ123456C", "last_name": "Adeyemi"}
    itt.asked(PROVIDER, "change_trainee", trainee_id=trainee_id, changes=edit)
    for by in (PROVIDER, ADMIN):
        found = itt.asked(by, "trainee_history", trainee_id=trainee_id)["items"]
        (told,) = [item["details"] for item in found if item["what"] == "trainee.change"]
        assert told == {"last_name": ["Okafor", "Adeyemi"]}


def test_the_export_holds_equality_data_and_is_audited(itt: Itt, session: Session) -> None:
    import_file(
        session, nth(1, ethnicity="120", placement_2_urn="123456"), nth(2, itt_start_date="2025-09-01")
    )
    exported = itt.asked(PROVIDER, "export_trainees", provider_code="2A5", academic_year=2026)
    (row,) = csv.DictReader(io.StringIO(text_of(exported), newline=""))
    assert (row["ethnicity"], row["placement_2_urn"], row["placement_1_urn"]) == ("120", "123456", "")
    (entry,) = audit_trail(session, "provider/2A5")
    assert (entry.action, entry.changes) == ("trainee.export", {"rows": 1, "academic_year": 2026})
    with pytest.raises(NotAllowed):
        itt.asked(ADMIN, "export_trainees", provider_code="2A5")


def test_the_template_is_the_header_alone(itt: Itt) -> None:
    assert text_of(itt.asked(PROVIDER, "template")).startswith("provider_trainee_id,application_id,hesa_id")


def test_equality_data_is_read_by_the_person_alone_and_audited(itt: Itt, session: Session) -> None:
    trainee_id = register(session, ethnicity="120", disability1="58", disability2="57")
    person_id = itt.shown(PROVIDER, trainee_id)["person_id"]
    found = itt.asked(principal(Role.TRAINEE, id=person_id), "equality_data", trainee_id=trainee_id)
    assert (found["ethnicity"], found["disabilities"]) == ("African", ["Blind", "Deaf"])
    assert audit_trail(session, f"trainee/{trainee_id}")[-1].action == "trainee.equality"
    for by in (PROVIDER, ADMIN):
        with pytest.raises(NotFound):
            itt.asked(by, "equality_data", trainee_id=trainee_id)


def test_a_person_without_equality_data_reads_that_there_is_none(itt: Itt, session: Session) -> None:
    trainee_id = register(session)
    person_id = itt.shown(PROVIDER, trainee_id)["person_id"]
    found = itt.asked(principal(Role.TRAINEE, id=person_id), "equality_data", trainee_id=trainee_id)
    assert (found["ethnicity"], found["disabilities"]) == (None, [])


def test_trainees_are_counted_by_state(itt: Itt, session: Session) -> None:
    with_trn(session)
    register(session)
    states = itt.asked(PROVIDER, "count_trainees", provider_code="2A5")["states"]
    assert (states["trn_received"], states["submitted_for_trn"], states["awarded"]) == (1, 1, 0)
    with pytest.raises(NotAllowed):
        itt.asked(OTHER_PROVIDER, "count_trainees", provider_code="2A5")
