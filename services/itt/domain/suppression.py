"""Tables of people in which nobody can be found: small counts are not shown, nor what would give them away.

Primary: a count of 1 to 4 is not shown (``c``, as the Department's statistics write it). Secondary: beside it other
counts are left out, zeros too, until it cannot be worked out. Every total of a row or a column counts as known,
whether this table shows it or another report does, and everybody knows that no count is negative. Two things hold of
what is left out:

- In a row or a column it is more than one count, and of five people at least: the rest is never one to four people.
- None of it can be worked out. A table is a graph (Gusfield 1988): its rows and columns are nodes, a count is an edge
  between them. A count stays unknown if people can be thought to move round a cycle of counts that are left out with
  every total unchanged; where there is none, the cheapest one is left out with it.

A category of one to four people has no total that could be known: it is left out with others, and their counts with it.
A column of one to four people is left out whole, so that nothing is known of it but its total.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

SMALL = 5
SUPPRESSED = "c"
Cell = tuple[str, str]
_Node = tuple[int, str]
_ROW, _COLUMN = 0, 1
_FREE = (_ROW, "")


@dataclass(frozen=True, slots=True)
class Counted:
    """A table: counts by (row, column), every row with every column. Totals of rows and columns are known to everybody.

    ``open_rows``: rows whose own total nobody knows, so that nothing can be worked out along them; they have no counts.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Mapping[Cell, int]
    open_rows: frozenset[str] = frozenset()

    @property
    def total(self) -> int:
        """All people of the table."""
        return sum(self.counts.values())

    def lines(self) -> Iterator[tuple[Cell, ...]]:
        """The columns, and the rows whose total is known: the counts along which something could be worked out."""
        for column in self.columns:
            yield tuple((row, column) for row in self.rows)
        for row in self.rows:
            if row not in self.open_rows:
                yield tuple((row, column) for column in self.columns)

    def people(self, cells: Iterable[Cell]) -> int:
        """The people of some of the counts."""
        return sum(self.counts[cell] for cell in cells)


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
    others are safe within their own table. Where that cannot be, nothing at all is shown.
    """
    first = tables[0]
    sums = {row: first.people((row, column) for column in first.columns) for row in categories}
    without = _hidden_totals(categories, sums)
    unseen = [hidden(replace(table, open_rows=without)) for table in tables]
    if any(each is None for each in unseen):
        return Family(dict.fromkeys(categories), tuple(dict.fromkeys(table.counts) for table in tables))
    shown = [
        {key: None if each is None or key in each else n for key, n in table.counts.items()}
        for table, each in zip(tables, unseen, strict=True)
    ]
    return Family({row: None if row in without else n for row, n in sums.items()}, tuple(shown))


def _hidden_totals(categories: Sequence[str], sums: Mapping[str, int]) -> frozenset[str]:
    """The categories whose total is not shown, the total of all being known: the small ones, and the next larger ones
    until there are two, of five people at least."""
    if 0 < sum(sums.values()) < SMALL:
        return frozenset(categories)
    found = {row for row in categories if 0 < sums[row] < SMALL}
    for row in sorted(categories, key=lambda row: sums[row]):
        if found and sums[row] and (len(found) == 1 or sum(sums[each] for each in found) < SMALL):
            found.add(row)
    return frozenset(found)


def hidden(table: Counted) -> frozenset[Cell] | None:
    """The counts that are not shown: of fewer than five people every one. None where no choice is safe."""
    if 0 < table.total < SMALL:
        return frozenset(table.counts)
    found, unknown = _left_out_first(table), set[Cell]()
    while True:
        for line in table.lines():
            found |= _beside(table, line, found)
        if not (left := sorted(found - unknown)):
            return frozenset(found)
        cycle = _cheapest_cycle(table, left[0], found)
        if cycle is None:
            return None
        found |= cycle
        unknown |= {left[0], *cycle}


def _left_out_first(table: Counted) -> set[Cell]:
    """Small counts; of a column with categories without a total, or of one to four people, those of all that are
    known to be somewhere."""
    found = {cell for cell, count in table.counts.items() if 0 < count < SMALL}
    for column in table.columns:
        line = [(row, column) for row in table.rows]
        without = [cell for cell in line if cell[0] in table.open_rows]
        if table.people(without):
            found.update(without)
        if 0 < table.people(line) < SMALL:
            found.update(cell for cell in line if _is_known(table, cell[0]))
    return found


def _is_known(table: Counted, row: str) -> bool:
    """Whether there is anybody of a category."""
    return table.people((row, column) for column in table.columns) > 0


def _beside(table: Counted, line: Sequence[Cell], found: set[Cell]) -> set[Cell]:
    """What is left out of a row or a column beside what is: with it they are two, and of five people at least."""
    out = [cell for cell in line if cell in found]
    if not out or table.people(line) < SMALL or (len(out) > 1 and table.people(out) >= SMALL):
        return set()
    enough = table.people(out) >= SMALL
    others = [
        cell
        for cell in line
        if cell not in found and (table.counts[cell] or (enough and _is_known(table, cell[0])))
    ]

    def price(cell: Cell) -> tuple[bool, int, Cell]:
        across = any(other in found for other in table.counts if other != cell and _cross(line, cell, other))
        return not across, max(table.counts[cell], SMALL), cell

    return {min(others, key=price)} if others else set()


def _cross(line: Sequence[Cell], cell: Cell, other: Cell) -> bool:
    """Whether another count stands in the line across this one at that count."""
    return other not in line and (other[0] == cell[0] or other[1] == cell[1])


def _cheapest_cycle(table: Counted, key: Cell, found: set[Cell]) -> set[Cell] | None:
    """What must be left out so that somebody may be thought away from the count, or one more to be in it."""
    row, column = _ends(table, key)
    less = _path(table, row, column, key, found) if table.counts[key] else None
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
