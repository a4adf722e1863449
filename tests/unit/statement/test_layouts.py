"""Whatever a statement looks like, it says the same of the books."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.workbooks.reader import read_workbook
from ledger.statement.reader import read_book
from tests.examples import examples
from tests.made_workbooks.ods import make_ods
from tests.made_workbooks.sheet import Made
from tests.made_workbooks.xls import make_xls
from tests.made_workbooks.xlsx import make_xlsx
from tests.statement_layouts import HEADS, TITLES, books, figure, layouts

WORKBOOKS = {"xlsx": make_xlsx, "xls": make_xls, "ods": make_ods}
DELIMITERS = {"csv": ";", "txt": "\t"}


def written(amount, layout):
    """Write an amount as text, as the layout does."""
    thousands, sign, negative = layout.number
    text = f"{abs(amount):,.2f}".replace(",", "T").replace(".", sign).replace("T", thousands)
    return negative.format(text) if amount < 0 else text


def grid(rows, layout):
    heads = [HEADS[layout.kind][name] for name in layout.columns]
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
