"""What lists are searched by."""

from typing import Any

from sqlalchemy import ColumnElement

from services.itt.domain.duplicates import fold


def words(column: Any, search: str | None) -> list[ColumnElement[bool]]:
    """Every word of the search is in a column of folded text; nothing that is searched for finds all."""
    return [column.contains(word, autoescape=True) for word in fold(search or "").split()]
