"""Recommending and placing many trainees by the national sheets: all rows or none."""

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from services.itt.domain import bulk_placements, bulk_recommendation
from services.itt.domain.csv_files import pack, write
from services.itt.handlers import records, sheets, training
from shared.errors import Conflict, NotAllowed
from tests.service.itt.conftest import Itt
from tests.service.itt.kit import (
    NOW,
    OTHER_PROVIDER,
    PROVIDER,
    TODAY,
    arranged,
    checked,
    ready,
    register,
    text_of,
    types,
    with_trn,
)


def filled(file: dict[str, Any], **cells: str) -> str:
    """The sheet with the same cells written into every row of data."""
    header, instructions, *rows = csv.reader(io.StringIO(text_of(file), newline=""))
    named = [dict(zip(header, row, strict=True)) | cells for row in rows]
    return pack(write(header, [dict(zip(header, instructions, strict=True)), *named]).encode())


def test_a_sheet_recommends_everybody_on_it(itt: Itt, session: Session) -> None:
    ids = sorted(
        str(ready(session, first_names=name, email=f"{name}@example.com")) for name in ("Ann", "Bob")
    )
    sheet = itt.asked(PROVIDER, "recommendation_sheet", provider_code="2A5")
    assert sheet["rows"] == 2
    assert {row["Phase"] for row in csv.DictReader(io.StringIO(text_of(sheet), newline=""))} == {
        "Do not edit this column",
        "Secondary",
    }
    content = filled(sheet, **{bulk_recommendation.MET_ON: "20/11/2026"})
    checked = itt.asked(PROVIDER, "recommend_trainees", provider_code="2A5", content=content, dry_run=True)
    assert (checked["trainee_ids"], itt.shown(PROVIDER, ids[0])["state"]) == (ids, "trn_received")
    done = itt.asked(PROVIDER, "recommend_trainees", provider_code="2A5", content=content)
    assert (done["trainee_ids"], done["errors"]) == (ids, [])
    assert types(session).count("itt.trainee.recommended.v1") == 2


def test_a_sheet_with_one_wrong_row_recommends_nobody(itt: Itt, session: Session) -> None:
    ready(session)
    with_trn(session, first_names="Not", last_name="Ready")
    sheet = itt.asked(PROVIDER, "recommendation_sheet", provider_code="2A5")
    content = filled(sheet, **{bulk_recommendation.MET_ON: "20/11/2026"})
    done = itt.asked(PROVIDER, "recommend_trainees", provider_code="2A5", content=content)
    assert (done["trainee_ids"], {error["row"] for error in done["errors"]}) == ([], {4})
    assert "itt.trainee.recommended.v1" not in types(session)


def test_a_sheet_gives_placement_schools(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session, placement_1_urn="111111")
    sheet = itt.asked(PROVIDER, "placement_sheet", provider_code="2A5")
    content = filled(sheet, **{"Placement 1 URN": "123456", "Placement 2 URN": "234567"})
    for _ in range(2):
        done = itt.asked(PROVIDER, "place_trainees", provider_code="2A5", content=content)
        assert done["trainee_ids"] == [str(trainee_id)]
    placed = itt.shown(PROVIDER, trainee_id)["placements"]
    assert [(one["number"], one["school_urn"]) for one in placed] == [(1, "123456"), (2, "234567")]
    history = itt.asked(PROVIDER, "trainee_history", trainee_id=trainee_id)["items"]
    assert [item["what"] for item in history].count("trainee.arrange_placement") == 1


def test_a_wrong_placement_sheet_changes_nothing(itt: Itt, session: Session) -> None:
    trainee_id = with_trn(session)
    content = pack(write(bulk_placements.COLUMNS, [{"TRN": "7654321", "Placement 1 URN": "1"}]).encode())
    done = itt.asked(PROVIDER, "place_trainees", provider_code="2A5", content=content)
    assert (done["error_count"], done["trainee_ids"]) == (3, [])
    assert itt.shown(PROVIDER, trainee_id)["placements"] == []


def test_a_sheet_moves_no_placement_that_is_completed_or_arranged(itt: Itt, session: Session) -> None:
    trainee_id = checked(session, with_trn(session))
    arranged(session, trainee_id, 1, "123456")
    arranged(session, trainee_id, 2, "234567")
    first = next(p for p in itt.shown(PROVIDER, trainee_id)["placements"] if p["number"] == 1)
    training.complete_placement(
        session, NOW, PROVIDER, placement_id=UUID(first["placement_id"]), completed_on=TODAY
    )
    published_before = types(session)
    cells = {"Placement 1 URN": "345678", "Placement 2 URN": "345678", "Placement 3 URN": "456789"}
    content = filled(itt.asked(PROVIDER, "placement_sheet", provider_code="2A5"), **cells)
    done = itt.asked(PROVIDER, "place_trainees", provider_code="2A5", content=content)
    assert [error["column"] for error in done["errors"]] == ["Placement 1 URN", "Placement 2 URN"]
    assert ("completed on 23/11/2026" in done["errors"][0]["message"], done["trainee_ids"]) == (True, [])
    placed = itt.shown(PROVIDER, trainee_id)["placements"]
    assert [one["school_urn"] for one in placed] == ["123456", "234567"]
    assert types(session) == published_before


def test_a_placement_that_is_arranged_while_a_sheet_is_read_stops_the_sheet(session: Session) -> None:
    trainee_id = with_trn(session)
    arranged(session, trainee_id, 1, "123456")
    row = records.locked(session, PROVIDER, "trainee.arrange_placement", trainee_id)
    with pytest.raises(Conflict, match="Placement 1 URN is of a placement with dates and a mentor"):
        sheets.place(session, NOW, PROVIDER, row, {1: "345678"})


def test_who_has_no_trn_stands_on_no_sheet(itt: Itt, session: Session) -> None:
    register(session)
    for method in ("recommendation_sheet", "placement_sheet"):
        assert itt.asked(PROVIDER, method, provider_code="2A5")["rows"] == 0


@pytest.mark.parametrize("method", ["recommendation_sheet", "placement_sheet"])
def test_a_sheet_is_the_providers_own(itt: Itt, method: str) -> None:
    with pytest.raises(NotAllowed):
        itt.asked(OTHER_PROVIDER, method, provider_code="2A5")
