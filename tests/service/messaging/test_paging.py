"""Lists in pages: each item once, in order, while rows come and go."""

import base64
import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.database.tables import SUBJECT_SEQUENCE as S
from shared.errors import Invalid
from shared.paging import MAX_LIMIT, page

ROWS = select(S.c.subject, S.c.last)
ORDER = [S.c.last, S.c.subject]


@pytest.fixture
def rows(session: Session) -> Session:
    """Nine rows: three of each number."""
    values = [{"subject": f"s{n}", "last": n % 3} for n in range(9)]
    session.execute(S.insert(), values)
    return session


def walk(session: Session, limit: int, **how: Any) -> list[tuple[int, str]]:
    """All pages, one after the other."""
    found, after = list[tuple[int, str]](), None
    while True:
        part = page(session, ROWS, order=ORDER, limit=limit, after=after, **how)
        assert len(part["items"]) <= limit
        found += [(row.last, row.subject) for row in part["items"]]
        if (after := part["next"]) is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 8, 9, 10, MAX_LIMIT])
def test_pages_of_any_size_give_each_row_once_in_order(rows: Session, limit: int) -> None:
    expected = sorted((n % 3, f"s{n}") for n in range(9))
    assert walk(rows, limit) == expected
    assert walk(rows, limit, descending=True) == expected[::-1]


def test_rows_that_come_and_go_move_no_other_row(rows: Session) -> None:
    first = page(rows, ROWS, order=ORDER, limit=4)
    rows.execute(S.delete().where(S.c.subject == first["items"][0].subject))
    rows.execute(S.insert().values(subject="s00", last=0))
    rest = page(rows, ROWS, order=ORDER, limit=100, after=first["next"])
    assert [(row.last, row.subject) for row in rest["items"]] == sorted((n % 3, f"s{n}") for n in range(9))[
        4:
    ]
    assert rest["next"] is None


def test_an_empty_list_is_one_empty_page(session: Session) -> None:
    assert page(session, ROWS, order=ORDER) == {"items": [], "next": None}


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1])
def test_a_limit_out_of_range_is_told(session: Session, limit: int) -> None:
    with pytest.raises(Invalid, match="1 to 200 are possible"):
        page(session, ROWS, order=ORDER, limit=limit)


def _cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "after", ["", "junk", "é", _cursor({}), _cursor(["1"]), _cursor([1, 2]), _cursor(["1", "s", "x"]), "AAAA"]
)
def test_a_cursor_that_we_did_not_make_is_told(session: Session, after: str) -> None:
    with pytest.raises(Invalid, match="is not a cursor of this list"):
        page(session, ROWS, order=ORDER, after=after)


@pytest.mark.parametrize("values", [[str(UUID(int=1)), "s"], ["1", "\0"], ["1", "\ud800"]])
def test_a_cursor_of_another_list_is_told(session: Session, values: list[str]) -> None:
    """The right number of values, of which one is no number or no text."""
    with pytest.raises(Invalid, match="is not a cursor of this list"):
        page(session, ROWS, order=ORDER, after=_cursor(values))


def test_brackets_in_brackets_are_no_cursor_and_no_fault(session: Session) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).decode()
    with pytest.raises(Invalid, match="is not a cursor of this list"):
        page(session, ROWS, order=ORDER, after=deep)
