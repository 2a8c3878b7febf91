"""Tables of people in which nobody can be found: small counts are not shown, nor what would give them away.

Primary: a count of 1 to 4 is not shown (``c``, as the Department's statistics write it). Secondary: beside it other
counts are left out, zeros too, until it cannot be worked out from the totals of rows and columns, also by who knows
that no count is negative. A table is a graph (Gusfield 1988): its rows and columns are nodes, a count is an edge
between them. A count that is left out stays unknown if people can be thought to move round a cycle of such counts
with every total unchanged; so for each small count the cheapest cycle is left out with it.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

SMALL = 5
SUPPRESSED = "c"
ALL = "all"
Cell = tuple[str, str]
_Node = tuple[int, str]
_ROW, _COLUMN = 0, 1
_FREE = (_ROW, "")


@dataclass(frozen=True, slots=True)
class Counted:
    """A table: counts by (row, column), every row with every column. Totals of columns are known to everybody.

    ``open_rows``: rows whose own total is not published, so that nothing can be worked out along them.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Mapping[Cell, int]
    open_rows: frozenset[str] = frozenset()

    @property
    def total(self) -> int:
        """All people of the table."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Family:
    """What is published of one characteristic: the total of each category, and the tables by other things.

    None is a count that is not shown.
    """

    totals: Mapping[str, int | None]
    tables: tuple[Mapping[Cell, int | None], ...]


def family(categories: Sequence[str], tables: Sequence[Counted]) -> Family:
    """Tables of the same people by the same categories, safe beside each other; at least one.

    They share the totals of the categories. A category whose total is not shown has no count in any of the tables; the
    others are safe within their own table, with those totals known. Where that cannot be, nothing at all is shown.
    """
    first = tables[0]
    sums = {row: sum(first.counts[row, column] for column in first.columns) for row in categories}
    without = _hidden_totals(categories, sums)
    unseen = [_hidden_within(table, without) for table in tables]
    if any(each is None for each in unseen):
        return Family(dict.fromkeys(categories), tuple(dict.fromkeys(table.counts) for table in tables))
    shown = [
        {key: None if each is None or key in each else n for key, n in table.counts.items()}
        for table, each in zip(tables, unseen, strict=True)
    ]
    return Family({row: None if row in without else n for row, n in sums.items()}, tuple(shown))


def _hidden_totals(categories: Sequence[str], sums: Mapping[str, int]) -> frozenset[str]:
    """The categories whose total is not shown, the total of all being known."""
    alone = {(row, ALL): sums[row] for row in categories}
    unseen = hidden(Counted(tuple(categories), (ALL,), alone, frozenset(categories)))
    return frozenset(categories if unseen is None else (row for row, _ in unseen))


def _hidden_within(table: Counted, without: frozenset[str]) -> frozenset[Cell] | None:
    """The counts of a table that are not shown: all of the categories without a total, and what ``hidden`` finds."""
    left_out = frozenset(key for key in table.counts if key[0] in without)
    kept = {key: n for key, n in table.counts.items() if key not in left_out}
    rows = tuple(row for row in table.rows if row not in without)
    unseen = hidden(Counted(rows, table.columns, kept))
    return None if unseen is None else left_out | unseen


def hidden(table: Counted) -> frozenset[Cell] | None:
    """The counts that are not shown: of fewer than five people every one. None where no choice is safe."""
    small = [key for key, count in sorted(table.counts.items()) if 0 < count < SMALL]
    if small and table.total < SMALL:
        return frozenset(table.counts)
    found = set(small)
    for key in small:
        cycle = _cheapest_cycle(table, key, found)
        if cycle is None:
            return None
        found |= cycle
    return frozenset(found)


def _cheapest_cycle(table: Counted, key: Cell, found: set[Cell]) -> set[Cell] | None:
    """What must be left out so that somebody may be thought away from the count, or one more to be in it."""
    row, column = _ends(table, key)
    less = _path(table, row, column, key, found)
    more = _path(table, column, row, key, found)
    ways = [way for way in (less, more) if way is not None]
    return min(ways, key=lambda way: way[0])[1] if ways else None


def _path(
    table: Counted, start: _Node, goal: _Node, without: Cell, found: set[Cell]
) -> tuple[int, set[Cell]] | None:
    """The cheapest way through the table (Dijkstra): from a row to a column somebody is added to the count between
    them, from a column to a row somebody is taken away, which needs somebody who is there."""
    queue: list[tuple[int, _Node, tuple[Cell, ...]]] = [(0, start, ())]
    done: set[_Node] = set()
    while queue:
        cost, node, way = heapq.heappop(queue)
        if node == goal:
            return cost, set(way)
        if node in done:
            continue
        done.add(node)
        for cell, following in _steps(table, node):
            taken_away = node[0] == _COLUMN
            if cell != without and not (taken_away and table.counts[cell] == 0):
                price = 0 if cell in found else max(table.counts[cell], SMALL)
                heapq.heappush(queue, (cost + price, following, (*way, cell)))
    return None


def _steps(table: Counted, node: _Node) -> Iterator[tuple[Cell, _Node]]:
    for cell in table.counts:
        row, column = _ends(table, cell)
        if node == row:
            yield cell, column
        elif node == column:
            yield cell, row


def _ends(table: Counted, cell: Cell) -> tuple[_Node, _Node]:
    row, column = cell
    return (_FREE if row in table.open_rows else (_ROW, row)), (_COLUMN, column)
