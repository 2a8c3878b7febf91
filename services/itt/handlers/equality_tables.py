"""The tables of equality data: every characteristic by every heading, counted at one moment and made safe to show."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from services.itt.domain.census import name
from services.itt.domain.equality import CATEGORIES
from services.itt.domain.reports import TOTAL, Report
from services.itt.domain.suppression import SMALL, SUPPRESSED, Cell, Counted, family
from services.itt.handlers.report_scope import EVERYWHERE
from shared.database.equality import equality_role

View = dict[str, Any]
Tables = dict[tuple[str, str], dict[Cell, int]]
STAGES = ("not_offered", "offered", "recruited")
COLUMNS = ("characteristic", "category", "by", "code", "name", "people")


def answer(
    session: Session,
    known: Any,
    headings: Sequence[str],
    about: Sequence[object],
    title: str,
    empty: str,
    regions: Collection[str],
) -> Report:
    """The report on the people of ``known``, with headings as columns of it.

    ``regions``: whose counts of the whole are shown; none are named where the table is the reader's own.
    """
    counted = _counted(session, known, headings)
    part = bool(regions) and regions != EVERYWHERE
    cells = counted["sex", "region" if part else headings[0]]
    seen = sum(n for (_, column), n in cells.items() if not part or column in regions)
    if 0 < seen < SMALL:
        empty, seen = f"Fewer than {SMALL} people: nothing is shown of them, not even how many", 0
    rows = [row for each in CATEGORIES for row in _published(each, headings, counted)] if seen else []
    if part:
        rows = [row for row in rows if row["by"] == "region" and row["code"] in regions]
    return Report(
        name=str(about[0]),
        title=title,
        about=about[1:],
        columns=COLUMNS,
        rows=rows,
        totals=[_row(TOTAL, TOTAL, TOTAL, TOTAL, seen)] if seen else [],
        empty=None if seen else empty,
    )


def with_enough(session: Session, known: Mapping[int, Any], regions: Collection[str]) -> list[int]:
    """The years of which something would be shown."""
    return [year for year, each in known.items() if people(session, each, regions) >= SMALL]


def people(session: Session, known: Any, regions: Collection[str]) -> int:
    """How many there are of whom the reader sees anything."""
    who = known.subquery("people")
    counted = select(func.count()).select_from(who)
    if regions and regions != EVERYWHERE:
        counted = counted.where(who.c.region.in_(regions))
    with equality_role(session):
        return session.scalar(counted) or 0


def _counted(session: Session, known: Any, headings: Sequence[str]) -> Tables:
    """Every characteristic by every heading, of the same people at the same moment: one statement."""
    people = known.subquery("people")
    pairs = [(each, heading) for each in CATEGORIES for heading in headings]
    names = [*CATEGORIES, *headings]
    columns = [people.c[name] for name in names]
    sets = func.grouping_sets(*(tuple_(people.c[each], people.c[heading]) for each, heading in pairs))
    found: Tables = {pair: {} for pair in pairs}
    statement = select(func.grouping(*columns), func.count(), *columns).group_by(sets)
    with equality_role(session):
        counted = session.execute(statement).all()
    for left_out, count, *values in counted:
        kept = [nth for nth in range(len(names)) if not left_out >> (len(names) - 1 - nth) & 1]
        each, heading = (names[nth] for nth in kept)
        found[each, heading][values[kept[0]], values[kept[1]]] = count
    return found


def _published(each: str, headings: Sequence[str], counted: Tables) -> list[View]:
    """The rows of one characteristic: its categories in all, then by each heading."""
    categories = CATEGORIES[each]
    tables = [_table(categories, heading, counted[each, heading]) for heading in headings]
    safe = family(categories, tables)
    rows = [_row(each, row, TOTAL, TOTAL, safe.totals[row]) for row in categories]
    for heading, table, cells in zip(headings, tables, safe.tables, strict=True):
        rows += [
            _row(each, row, heading, code, cells[row, code]) for row in categories for code in table.columns
        ]
    return rows


def _table(categories: Sequence[str], heading: str, counts: Mapping[Cell, int]) -> Counted:
    found = {column for _, column in counts}
    columns = STAGES if heading == "stage" else tuple(sorted(found))
    whole = {(row, column): counts.get((row, column), 0) for row in categories for column in columns}
    return Counted(tuple(categories), columns, whole)


def _row(each: str, category: str, heading: str, code: str, people: int | None) -> View:
    said = code.replace("_", " ").capitalize() if heading in ("stage", TOTAL) else name(heading, code)
    shown = SUPPRESSED if people is None else people
    return dict(zip(COLUMNS, (each, category, heading, code, said, shown), strict=True))
