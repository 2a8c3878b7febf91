"""``continuum import codes``: what a column of the trainees' file takes."""

from difflib import get_close_matches

from cli.errors import WRONG, Refused
from cli.output import as_json as print_json
from cli.output import console, table
from services.itt.domain.codes import labels
from services.itt.domain.rules import CODE_LISTS
from shared.errors import join


def show(column: str | None, *, as_json: bool) -> None:
    """Print the codes of a column with their labels, or the columns that have some. Raises Refused."""
    if column is None:
        return _columns(as_json=as_json)
    found = labels(_list_of(column.strip().casefold()))
    if as_json:
        return print_json(dict(found))
    return console().print(table(("code", "label"), found.items()))


def _list_of(column: str) -> str:
    if column not in CODE_LISTS:
        near = get_close_matches(column, CODE_LISTS, n=3)
        hint = f"did you mean {join(near)}?" if near else "'./continuum import codes' lists those that do"
        raise Refused(f"there is no column {column!r} that takes codes; {hint}", WRONG)
    return CODE_LISTS[column]


def _columns(*, as_json: bool) -> None:
    if as_json:
        return print_json(CODE_LISTS)
    rows = [(column, len(labels(name))) for column, name in CODE_LISTS.items()]
    return console().print(table(("column", "codes"), rows, right=[1]))
