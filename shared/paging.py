"""Lists in pages: a cursor that stays right while rows come and go."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Result, Select, select, tuple_, union_all
from sqlalchemy.exc import DataError, DBAPIError, StatementError
from sqlalchemy.orm import Session, load_only

from shared.errors import Invalid

MAX_LIMIT = 200
NOT_OURS = "is not a cursor of this list; leave it out to begin at the start"


def page(
    session: Session,
    statement: Select[Any],
    *,
    order: Sequence[Any],
    limit: int = 50,
    after: str | None = None,
    descending: bool = False,
    key: Callable[[Any], Sequence[Any]] | None = None,
) -> dict[str, Any]:
    """One page as ``{"items": [...], "next": cursor or None}``.

    ``order`` are not-null columns that end in a unique one; ``key`` gives their values of an item (by default its
    attributes of those names). Raises Invalid for a limit outside 1 to 200 or a cursor that we did not make.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise Invalid.field("limit", f"{limit} is out of range, 1 to {MAX_LIMIT} are possible")
    if after is not None:
        at, given = tuple_(*order), _open(after, len(order))
        statement = statement.where(at < tuple_(*given) if descending else at > tuple_(*given))
    ordered = statement.order_by(*(c.desc() if descending else c.asc() for c in order)).limit(limit + 1)
    result = _executed(session, ordered, made_up=after is not None)
    rows = list(result.scalars() if len(statement.column_descriptions) == 1 else result)
    values = key or (lambda item: [getattr(item, c.key) for c in order])
    more = rows[limit:]
    return {"items": rows[:limit], "next": _cursor(values(rows[limit - 1])) if more else None}


def merged_page(
    session: Session,
    parts: Sequence[Select[Any]],
    entity: type[Any],
    *,
    order: Sequence[str],
    shown: Sequence[str],
    limit: int = 50,
    after: str | None = None,
    descending: bool = False,
) -> dict[str, Any]:
    """One page of a list whose parts exclude each other: each part is read by an index of its own, and no further.

    ``parts`` are selects of the entity; ``order`` names its columns as in ``page``, the last of them its key; ``shown``
    are those that are loaded. Only the rows of the page are read from the table, where the index holds what the parts
    filter by. Raises Invalid as ``page`` does.
    """
    columns = [getattr(entity, name) for name in order]
    first = [_cut(part, columns, limit, after, descending) for part in parts]
    keys = union_all(*(select(part.subquery()) for part in first)).subquery()
    statement = select(entity).join(keys, columns[-1] == keys.c[order[-1]])
    statement = statement.options(load_only(*(getattr(entity, name) for name in shown)))
    merged = [keys.c[name] for name in order]
    return page(session, statement, order=merged, limit=limit, after=after, descending=descending)


def _cut(
    part: Select[Any], columns: Sequence[Any], limit: int, after: str | None, descending: bool
) -> Select[Any]:
    """The first keys of a part after the cursor, in order: one more than a page, to know whether more come."""
    part = part.with_only_columns(*columns)
    if after is not None:
        at, given = tuple_(*columns), _open(after, len(columns))
        part = part.where(at < tuple_(*given) if descending else at > tuple_(*given))
    return part.order_by(*(c.desc() if descending else c.asc() for c in columns)).limit(limit + 1)


def _executed(session: Session, statement: Select[Any], *, made_up: bool) -> Result[Any]:
    """The rows. A cursor whose values are none of these columns can only be made up. Raises Invalid."""
    try:
        return session.execute(statement)
    except (StatementError, ValueError) as error:
        if not made_up or (isinstance(error, DBAPIError) and not isinstance(error, DataError)):
            raise
        raise Invalid.field("after", NOT_OURS) from None


def _cursor(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([str(v) for v in values]).encode()).decode()


def _open(cursor: str, size: int) -> list[str]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor))
        if len(values) == size and all(isinstance(v, str) for v in values):
            return list(values)
    except (ValueError, TypeError, RecursionError):  # the last: brackets in brackets without end
        pass
    raise Invalid.field("after", NOT_OURS)
