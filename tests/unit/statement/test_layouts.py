"""Whatever a statement looks like, it says the same of the books."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from blocks.workbooks.reader import read_workbook
from ledger.statement.reader import read_book
from tests.examples import examples
from tests.made_workbooks.ods import make_ods
from tests.made_workbooks.sheet import Made
from tests.made_workbooks.xls import make_xls
from tests.made_workbooks.xlsx import make_xlsx
from tests.statement_layouts import OTHERS, TITLES, books, figure, layouts

WORKBOOKS = {"xlsx": make_xlsx, "xls": make_xls, "ods": make_ods}
DELIMITERS = {"csv": ";", "txt": "\t"}


def written(amount, layout):
    """Write an amount as text, as the layout does."""
    thousands, sign, negative = layout.number
    text = f"{abs(amount):,.2f}".replace(",", "T").replace(".", sign).replace("T", thousands)
    return negative.format(text) if amount < 0 else text


def grid(rows, layout):
    heads = [layout.heads[name] for name in layout.columns]
    titles = ["Esimerkki Oy", TITLES[layout.kind, layout.language], "-", "-"][: layout.titles]
    lines = [[title] for title in titles] + [[TITLES[layout.kind, layout.language], *heads]]
    for row in rows:
        label = "  " * row.depth * layout.indents + row.label
        figures = [figure(row, name, layout) for name in layout.columns] if row.figures else []
        lines.append([label, *figures])
    return lines


def stored(lines, layout):
    if layout.container in WORKBOOKS:
        cells = [
            [float(cell) if isinstance(cell, Decimal) else cell for cell in line] for line in lines
        ]
        return WORKBOOKS[layout.container](Made("Taul1", cells))
    texts = [
        [written(cell, layout) if isinstance(cell, Decimal) else cell for cell in line]
        for line in lines
    ]
    delimiter = DELIMITERS[layout.container]
    return "\r\n".join(delimiter.join(line) for line in texts).encode()


@st.composite
def cases(draw):
    layout = draw(layouts())
    return layout, draw(books(layout))


@settings(max_examples=examples(150))
@given(cases())
def test_every_layout_of_the_same_books_reads_the_same(case):
    layout, rows = case
    file = read_book(read_workbook(stored(grid(rows, layout), layout)))

    (statement,) = file.statements
    figures = [row for row in rows if row.figures]
    assert [row.label for row in figures] == [line.label for line in statement.lines]
    assert [row.figures["used"] for row in figures] == [
        line.amount.ledger for line in statement.lines
    ]
    assert [row.is_total for row in figures] == [line.is_total for line in statement.lines]
    codes = {remark.code for remark in file.remarks}
    assert not codes & {"total_differs", "total_rounded", "table_not_used"}
    assert not {question.code for question in file.questions} - {"months_without_total"}


@settings(max_examples=examples(100))
@given(cases(), st.integers(0, 2**32))
def test_a_wrong_figure_is_named_and_makes_no_other_line_a_total(case, place):
    layout, rows = case
    assume(
        len(set(layout.columns) - set(OTHERS)) > 1
    )  # of a single column, chance may say as much as its figures
    lines = grid(rows, layout)
    leaves = [line for line, row in zip(lines[-len(rows) :], rows, strict=True) if is_leaf(row)]
    column = 1 + layout.columns.index("used")
    leaves[place % len(leaves)][column] += Decimal("0.01")

    file = read_book(read_workbook(stored(lines, layout)))

    (statement,) = file.statements
    figures = [row for row in rows if row.figures]
    assert [row.is_total for row in figures] == [line.is_total for line in statement.lines]
    (off,) = [remark for remark in file.remarks if remark.code == "total_differs"]
    assert column + 1 == off.place.column
    assert abs(off.values["difference"]) == Decimal("0.01")


def is_leaf(row):
    return row.figures is not None and not row.is_total


ALONE = """Tuloslaskelma;1-3/2026
Liikevaihto;1250902,95
Myynti kotimaa;564581,63
Myynti EU;686321,32
Materiaalit ja palvelut;-1190301,57
Ostot tilikauden aikana;-407199,45
Ulkopuoliset palvelut;-783102,12
Henkilöstökulut;-1029304,53
Palkat ja palkkiot;-187030,01
Eläkekulut;-127379,70
Muut henkilösivukulut;-714894,82
Poistot ja arvonalentumiset;-197348,26
Liiketoiminnan muut kulut;-979663,60
Toimitilakulut;-979663,60
Liikevoitto (-tappio);-2145715,01
Rahoituskulut;-1177011,86
Tilikauden voitto (tappio);-3322726,87
"""


@pytest.mark.parametrize("row", [3, 4, 6, 7, 9, 10, 11, 12, 14, 16])
def test_a_wrong_figure_of_a_single_column_is_named_by_the_total_that_it_is_in(row):
    lines = ALONE.splitlines()
    last = "0" if lines[row - 1].endswith("9") else str(int(lines[row - 1][-1]) + 1)
    lines[row - 1] = lines[row - 1][:-1] + last

    file = read_book(read_workbook("\n".join(lines).encode()))

    (statement,) = file.statements
    assert [2, 5, 8, 13, 15, 17] == [line.row for line in statement.lines if line.is_total]
    (off,) = [remark for remark in file.remarks if remark.code == "total_differs"]
    assert row in off.values["rows"]
