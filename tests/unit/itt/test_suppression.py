"""No count that is left out of a table can be worked out from what is published of it."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from services.itt.domain.suppression import SMALL, Cell, Counted, Family, family, hidden

ROWS = ("female", "male", "other", "not_provided")


def table(*rows: tuple[int, ...], columns: tuple[str, ...] = ("a", "b", "c")) -> Counted:
    """A table by its rows."""
    counts = {(ROWS[r], columns[c]): count for r, row in enumerate(rows) for c, count in enumerate(row)}
    return Counted(ROWS[: len(rows)], columns[: len(rows[0])], counts)


counts = st.one_of(st.integers(0, 7), st.integers(0, 60))


@st.composite
def tables(draw: st.DrawFn, most: int = 4) -> Counted:
    """A table of any people."""
    height, width = draw(st.integers(2, most)), draw(st.integers(1, 3))
    return table(*(tuple(draw(counts) for _ in range(width)) for _ in range(height)))


@st.composite
def families(draw: st.DrawFn) -> tuple[Counted, ...]:
    """The same people twice: by one thing, and by another."""
    first = draw(tables())
    shares = [sum(first.counts[row, column] for column in first.columns) for row in first.rows]
    split = [draw(st.integers(0, share)) for share in shares]
    rows = [(part, whole - part) for part, whole in zip(split, shares, strict=True)]
    return first, table(*rows, columns=("x", "y"))


Equation = tuple[dict[object, int], int]


def equations(tables_: tuple[Counted, ...], shown: Family) -> Iterator[Equation]:
    """What a reader knows: totals of columns, totals of rows that are shown and that are not, and the counts."""
    for number, (one, cells) in enumerate(zip(tables_, shown.tables, strict=True)):
        for row in one.rows:
            line: dict[object, int] = {(number, (row, column)): 1 for column in one.columns}
            yield {**line, row: -1}, 0
        for column in one.columns:
            line = {(number, (row, column)): 1 for row in one.rows}
            yield line, sum(one.counts[row, column] for row in one.rows)
        for key, count in cells.items():
            if count is not None:
                yield {(number, key): 1}, count
    for row, total in shown.totals.items():
        if total is not None:
            yield {row: 1}, total


def derived(known: list[Equation]) -> set[object]:
    """Every unknown that the equations fix (Gauss and Jordan, exactly)."""
    unknowns = sorted({name for line, _ in known for name in line}, key=str)
    lines = [[Fraction(line.get(name, 0)) for name in unknowns] + [Fraction(value)] for line, value in known]
    done = 0
    for column in range(len(unknowns)):
        pivot = next((n for n in range(done, len(lines)) if lines[n][column]), None)
        if pivot is None:
            continue
        lines[done], lines[pivot] = lines[pivot], lines[done]
        head = lines[done][column]
        lines[done] = [value / head for value in lines[done]]
        for n, line in enumerate(lines):
            if n != done and line[column]:
                factor = line[column]
                lines[n] = [a - factor * b for a, b in zip(line, lines[done], strict=True)]
        done += 1
    fixed = [[n for n, value in enumerate(line[:-1]) if value] for line in lines[:done]]
    return {unknowns[places[0]] for places in fixed if len(places) == 1}


@given(families())
def test_no_count_that_is_left_out_follows_from_the_differences_of_rows_and_columns(
    known: tuple[Counted, ...],
) -> None:
    shown = family(known[0].rows, known)
    if all(total is None for total in shown.totals.values()):
        return
    found = derived(list(equations(known, shown)))
    for number, (_, cells) in enumerate(zip(known, shown.tables, strict=True)):
        assert not {(number, key) for key, count in cells.items() if count is None} & found
    for row, total in shown.totals.items():
        assert total is not None or row not in found


@given(families())
def test_nor_from_the_totals_by_who_knows_that_no_count_is_negative(known: tuple[Counted, ...]) -> None:
    """Every total of a column is known, and of a row that is not left out itself, whoever shows it."""
    shown = family(known[0].rows, known)
    if all(total is None for total in shown.totals.values()):
        return
    open_ = {row for row, total in shown.totals.items() if total is None}
    for one, cells in zip(known, shown.tables, strict=True):
        unseen = {key for key, count in cells.items() if count is None}
        assert all(can_be_another(one.counts, unseen, open_, key) for key in unseen)


def can_be_another(counts: Mapping[Cell, int], unseen: set[Cell], open_: set[str], key: Cell) -> bool:
    """Whether people can be moved between counts that are not shown, so that there are more or fewer in this one and
    as many as before in every column and every row but the open ones."""
    ends = {cell: ("" if cell[0] in open_ else f"row {cell[0]}", f"column {cell[1]}") for cell in unseen}
    more = {cell: (row, column) for cell, (row, column) in ends.items()}
    fewer = {cell: (column, row) for cell, (row, column) in ends.items() if counts[cell]}
    ways = [way for each in (more, fewer) for cell, way in each.items() if cell != key]
    for first, last in [each[key] for each in (more, fewer) if key in each]:
        reached, size = {last}, 0
        while len(reached) > size:
            size = len(reached)
            reached |= {to for from_, to in ways if from_ in reached}
        if first in reached:
            return True
    return False


@given(families())
def test_what_is_left_out_of_a_row_or_column_is_never_one_count_nor_one_to_four_people(
    known: tuple[Counted, ...],
) -> None:
    shown = family(known[0].rows, known)
    totals = {row: sum(known[0].counts[row, column] for column in known[0].columns) for row in known[0].rows}
    unseen = [row for row, total in shown.totals.items() if total is None]
    if len(unseen) == len(totals):
        return
    assert not unseen or (len(unseen) > 1 and sum(totals[row] for row in unseen) >= SMALL)
    for one, cells in zip(known, shown.tables, strict=True):
        rows = [[(row, column) for column in one.columns] for row in one.rows if row not in unseen]
        for line in [*([(row, column) for row in one.rows] for column in one.columns), *rows]:
            left_out = [one.counts[key] for key in line if cells[key] is None]
            people = sum(one.counts[key] for key in line)
            # Of a column of so few people nothing is shown but its total.
            if left_out and people < SMALL:
                assert sum(left_out) == people
            elif left_out:
                assert len(left_out) > 1
                assert sum(left_out) >= SMALL


@given(families())
def test_every_small_count_is_left_out(known: tuple[Counted, ...]) -> None:
    shown = family(known[0].rows, known)
    for cells in shown.tables:
        assert all(count is None or count == 0 or count >= SMALL for count in cells.values())
    assert all(total is None or total == 0 or total >= SMALL for total in shown.totals.values())


@given(st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=2), min_size=2, max_size=2))
def test_nor_by_who_knows_that_no_count_is_negative(rows: list[list[int]]) -> None:
    one = table(*map(tuple, rows))
    unseen = hidden(one)
    if unseen is None or one.total < SMALL:
        return
    possible = {key: {found[key] for found in others(one, unseen)} for key in unseen}
    assert all(len(values) > 1 for values in possible.values())


def others(one: Counted, unseen: frozenset[Cell]) -> Iterator[Mapping[Cell, int]]:
    """Every table of counts that are not negative with the same totals and the same counts that are shown."""
    keys = sorted(unseen)
    wanted = [_sums(one.counts, side) for side in (0, 1)]
    for values in product(*(range(min(wanted[0][key[0]], wanted[1][key[1]]) + 1) for key in keys)):
        cells = {**one.counts, **dict(zip(keys, values, strict=True))}
        if [_sums(cells, side) for side in (0, 1)] == wanted:
            yield cells


def _sums(cells: Mapping[Cell, int], side: int) -> dict[str, int]:
    """The totals of the rows (0) or the columns (1)."""
    found: dict[str, int] = {}
    for key, count in cells.items():
        found[key[side]] = found.get(key[side], 0) + count
    return found


def test_a_table_without_small_counts_is_shown_whole() -> None:
    one = table((10, 20), (0, 5))
    assert family(one.rows, [one]) == Family({"female": 30, "male": 5}, (one.counts,))


def test_a_small_total_hides_another_one_with_it() -> None:
    one = table((100,), (60,), (7,), (2,))
    assert family(one.rows, [one]).totals == {"female": 100, "male": 60, "other": None, "not_provided": None}


def test_a_category_without_a_total_has_no_count_anywhere() -> None:
    one, two = table((60, 40), (6, 6), (2, 0)), table((50, 50), (6, 6), (1, 1), columns=("x", "y"))
    shown = family(one.rows, [one, two])
    for cells in shown.tables:
        assert {row for (row, _), count in cells.items() if count is None} == {"male", "other"}


def test_one_person_of_a_category_is_not_found_by_the_totals_of_routes() -> None:
    """68 trainees: the census says that 21 are on the one route and 30 on the other."""
    one = table((10, 17, 9), (11, 12, 8), (0, 1, 0), (0, 0, 0), columns=("02", "12", "16"))
    shown = family(one.rows, [one])
    assert shown.totals == {"female": 36, "male": None, "other": None, "not_provided": 0}
    left = {column: 0 for column in one.columns}
    for (row, column), count in shown.tables[0].items():
        left[column] += one.counts[row, column] if count is None else 0
    assert left == {"02": 11, "12": 13, "16": 8}


def test_of_a_column_of_few_people_nothing_is_shown_but_its_total() -> None:
    one = table((20, 3), (20, 0), columns=("a", "b"))
    assert set(family(one.rows, [one]).tables[0].values()) == {None}
    assert family(one.rows, [one]).totals == {"female": 23, "male": 20}


def test_of_fewer_than_five_people_nothing_is_shown() -> None:
    one = table((2, 0), (1, 1))
    assert set(family(one.rows, [one]).totals.values()) == {None}


def test_where_nothing_is_safe_nothing_is_shown() -> None:
    """All are women: the totals of the columns would say how many of them each column has."""
    one = table((98, 2), (0, 0))
    assert family(one.rows, [one]) == Family(dict.fromkeys(one.rows), (dict.fromkeys(one.counts),))


def test_a_zero_may_be_left_out_to_keep_a_small_count() -> None:
    one = table((3, 0), (30, 40))
    assert hidden(one) == frozenset(one.counts)


def test_nobody_at_all_is_no_secret() -> None:
    one = table((0, 0), (0, 0))
    assert family(one.rows, [one]).totals == {"female": 0, "male": 0}
