"""Providers, partnerships and the register of schools."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import eventlet
import pytest
from eventlet import GreenPool
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from services.itt import models
from services.itt.geocoder import EmbeddedGeocoder
from services.itt.handlers import providers
from shared.database.tables import SUBJECT_SEQUENCE
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.events.courses import ProviderNamed
from shared.policy import ANONYMOUS, Principal
from shared.testing import published as published_events
from tests.service.itt.conftest import Itt, Kept
from tests.service.itt.courses_kit import (
    ACCREDITED,
    ADMIN,
    CANDIDATE,
    LEAD,
    NOW,
    OTHER_ACCREDITED,
    PARTNER,
    load_schools,
    register_providers,
)

SCHOOL = {"urn": "990101", "name": "Alder Grove", "phase": "Primary", "status": "Open", "postcode": "NE5 3RN"}
FACTS = """
SELECT payload::jsonb ->> 'name' FROM outbox WHERE subject = 'provider/2LS'
ORDER BY headers ->> 'cloudEvents_time', sequence
"""
PROVIDER = {"code": "2LS", "name": "North Tyne Alliance", "kind": "lead_school"}


def _agree(itt: Itt, by: Principal = ADMIN, **more: Any) -> Any:
    given = {"lead_code": "3LS", "accredited_code": "2A5", "from_on": "2026-09-01"} | more
    return itt.asked(by, "agree_partnership", **given)


def test_providers_are_registered_and_registered_again_with_other_values(itt: Itt) -> None:
    for name in ("North Tyne Alliance", "South Tyne Alliance"):
        assert itt.asked(ADMIN, "register_providers", providers=[PROVIDER | {"name": name}]) == {"stored": 1}
    (found,) = itt.asked(ANONYMOUS, "list_providers")["items"]
    assert (found["code"], found["name"], found["kind"]) == ("2LS", "South Tyne Alliance", "lead_school")


def test_others_are_told_what_a_provider_is_called_and_each_name_once(session: Session, itt: Itt) -> None:
    itt.asked(ADMIN, "register_providers", providers=[PROVIDER])
    for name in ("North Tyne Alliance", "South Tyne Alliance"):
        itt.asked(ADMIN, "register_providers", providers=[PROVIDER | {"name": name}])
    assert _told(session) == [("2LS", "North Tyne Alliance"), ("2LS", "South Tyne Alliance")]


def _told(session: Session) -> list[tuple[str, str]]:
    return [(e.provider_code, e.name) for e in published_events(session) if isinstance(e, ProviderNamed)]


def test_a_name_that_was_there_before_names_were_told_is_told_when_it_is_registered_again(
    session: Session, itt: Itt
) -> None:
    """Another fact of the provider, such as that it was accredited, has told nobody its name."""
    register_providers(session)
    session.execute(insert(SUBJECT_SEQUENCE).values(subject="provider/2A5", last=1))
    known = {"code": "2A5", "name": "Provider 2A5", "kind": "accredited_provider"}
    for _ in range(2):
        itt.asked(ADMIN, "register_providers", providers=[known])
    assert _told(session) == [("2A5", "Provider 2A5")]


def test_names_that_were_there_before_names_were_told_are_told_once(session: Session, itt: Itt) -> None:
    register_providers(session)
    itt.asked(ADMIN, "register_providers", providers=[PROVIDER])
    for _ in range(2):
        itt.fires("tell_providers", "provider/all")
    others = [(code, f"Provider {code}") for code in ("1TZ", "2A5", "3LS")]
    assert _told(session) == [("2LS", "North Tyne Alliance"), *others]


def _registered(session: Session, name: str, now: datetime) -> None:
    providers.register_providers(session, now, ADMIN, providers=[PROVIDER | {"name": name}])


def test_of_two_who_register_at_once_the_name_that_stays_is_told_last(kept: Kept) -> None:
    """Also by who came first and waited for the other: its moment lies before the other's."""
    kept(partial(_registered, name="North Tyne Alliance", now=NOW))
    first = partial(_registered, name="North Tyne Alliance", now=NOW + timedelta(seconds=1))
    pool = GreenPool(1)

    def other(session: Session) -> None:
        _registered(session, "South Tyne Alliance", NOW + timedelta(seconds=2))
        pool.spawn(kept, first)
        eventlet.sleep(0.3)  # Until the first waits for the row.

    kept(other)
    pool.waitall()
    stored, told = kept(_names)
    assert (stored, told[-1], len(told)) == ("North Tyne Alliance", "North Tyne Alliance", 3)


def _names(session: Session) -> tuple[str, list[str]]:
    """The name that is stored, and those that were told, as who hears them puts them into order."""
    facts = session.execute(text(FACTS)).scalars()
    return session.get_one(models.Provider, "2LS").name, list(facts)


def test_providers_are_listed_by_name_and_kind_in_pages(session: Session, itt: Itt) -> None:
    register_providers(session)
    first = itt.asked(ANONYMOUS, "list_providers", limit=3)
    rest = itt.asked(ANONYMOUS, "list_providers", limit=3, after=first["next"])
    assert [item["code"] for item in first["items"] + rest["items"]] == ["1TZ", "2A5", "2LS", "3LS"]
    leads = itt.asked(ANONYMOUS, "list_providers", kind="lead_school", search="provider 3")
    assert [item["code"] for item in leads["items"]] == ["3LS"]
    assert [item["code"] for item in itt.asked(ANONYMOUS, "list_providers", search="2a5")["items"]] == ["2A5"]


def test_anybody_may_ask_what_codes_are_called_and_unknown_ones_are_left_out(itt: Itt) -> None:
    itt.asked(ADMIN, "register_providers", providers=[PROVIDER])
    itt.asked(ADMIN, "load_schools", schools=[SCHOOL])
    asked = {"provider_codes": ["2LS", "9ZZ"], "urns": ["990101", "100000"]}

    assert itt.asked(ANONYMOUS, "names_of", **asked) == {
        "providers": {"2LS": "North Tyne Alliance"},
        "schools": {"990101": "Alder Grove"},
    }
    assert itt.asked(ANONYMOUS, "names_of") == {"providers": {}, "schools": {}}


@pytest.mark.parametrize(
    "asked",
    [
        {"provider_codes": ["2ls"]},
        {"provider_codes": "2LS"},
        {"provider_codes": [None]},
        {"urns": ["99010"]},
        {"urns": [990101]},
        {"urns": ["990101"] * 501},
    ],
)
def test_what_is_no_code_has_no_name(itt: Itt, asked: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        itt.asked(ANONYMOUS, "names_of", **asked)


def test_a_code_stands_once_in_one_call(itt: Itt) -> None:
    with pytest.raises(Invalid, match="twice"):
        itt.asked(ADMIN, "register_providers", providers=[PROVIDER, PROVIDER])
    with pytest.raises(Invalid, match="twice"):
        itt.asked(ADMIN, "load_schools", schools=[SCHOOL, SCHOOL])


@pytest.mark.parametrize("by", [LEAD, ACCREDITED, PARTNER, CANDIDATE, ANONYMOUS], ids=lambda by: by.id)
def test_registers_are_kept_by_operators_alone(itt: Itt, by: Principal) -> None:
    with pytest.raises(NotAllowed):
        itt.asked(by, "register_providers", providers=[PROVIDER])
    with pytest.raises(NotAllowed):
        itt.asked(by, "load_schools", schools=[SCHOOL])


def test_schools_are_loaded_again_with_other_values_and_none_is_removed(session: Session, itt: Itt) -> None:
    load_schools(session)
    itt.asked(ADMIN, "load_schools", schools=[SCHOOL | {"status": "Closed", "postcode": None}])
    changed = session.get_one(models.School, "990101")
    assert (changed.status, changed.postcode, changed.outward, changed.easting) == (
        "Closed",
        None,
        None,
        None,
    )
    assert session.get(models.School, "990104") is not None


def test_a_postcode_is_in_the_middle_of_the_schools_with_its_first_half(session: Session, itt: Itt) -> None:
    load_schools(session)
    more = SCHOOL | {"urn": "990201", "easting": 422_000, "northing": 567_000, "postcode": "NE5 1AA"}
    itt.asked(ADMIN, "load_schools", schools=[more])
    place = EmbeddedGeocoder(session).place("NE5 9ZZ")
    assert (place.easting, place.northing) == (421_000, 566_000)


def test_the_accredited_provider_agrees_to_ratify_and_ends_it(session: Session, itt: Itt) -> None:
    register_providers(session)
    agreed = _agree(itt, ACCREDITED)
    assert agreed["until_on"] is None
    ended = itt.asked(
        ACCREDITED, "end_partnership", lead_code="3LS", accredited_code="2A5", until_on="2027-08-31"
    )
    assert (ended["from_on"], ended["until_on"]) == ("2026-09-01", "2027-08-31")
    listed = itt.asked(ANONYMOUS, "list_partnerships", provider_code="2A5")["items"]
    assert [(item["lead_code"], item["until_on"]) for item in listed] == [
        ("2LS", None),
        ("3LS", "2027-08-31"),
    ]


@pytest.mark.parametrize("by", [LEAD, OTHER_ACCREDITED, PARTNER, CANDIDATE], ids=lambda by: by.id)
def test_nobody_else_agrees_in_its_name(session: Session, itt: Itt, by: Principal) -> None:
    register_providers(session)
    with pytest.raises(NotAllowed):
        _agree(itt, by)


WRONG: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"lead_code": "2A5"}, Invalid),
    ({"accredited_code": "2LS"}, Invalid),
    ({"lead_code": "9ZZ"}, NotFound),
    ({"until_on": "2026-08-31"}, Invalid),
    ({"lead_code": "2LS"}, Conflict),
]


@pytest.mark.parametrize(("changes", "refused"), WRONG)
def test_a_partnership_that_cannot_be_is_refused(
    session: Session, itt: Itt, changes: dict[str, Any], refused: type[Exception]
) -> None:
    register_providers(session)
    with pytest.raises(refused):
        _agree(itt, **changes)


def test_a_partnership_may_be_renewed_after_its_end(session: Session, itt: Itt) -> None:
    register_providers(session)
    _agree(itt, until_on="2027-08-31")
    with pytest.raises(Conflict):
        _agree(itt, from_on="2027-08-31")
    assert _agree(itt, from_on="2027-09-01")["from_on"] == "2027-09-01"
    assert session.get(models.Partnership, ("3LS", "2A5", date(2026, 9, 1))) is not None


@pytest.mark.parametrize(("until_on", "refused"), [("2026-08-31", Invalid), ("2027-09-01", NotFound)])
def test_a_partnership_ends_within_its_time(
    session: Session, itt: Itt, until_on: str, refused: type[Exception]
) -> None:
    register_providers(session)
    _agree(itt, until_on="2027-08-31")
    with pytest.raises(refused):
        itt.asked(ADMIN, "end_partnership", lead_code="3LS", accredited_code="2A5", until_on=until_on)
