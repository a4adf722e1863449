"""Where on a sheet the tables are: their headings, their columns and their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile, pairwise
from typing import Final

from ledger.statement.accounts import split_account
from ledger.statement.cells import Reading, shown
from ledger.statement.grid import Cell, Sheet
from ledger.statement.heading_rows import header_above, header_between, is_header, row_texts
from ledger.statement.refusals import StatementRefused
from ledger.statement.shapes import Shape, find_shape, has_figure, is_named, is_percent, label_cell

PERCENT_SHARE: Final = 0.5
"""Of a column's figures that are written as percentages."""
LONGEST_SIGN: Final = 3
"""Letters of what may stand between figures, such as the side of a balance."""


@dataclass(frozen=True)
class Table:
    """One table of a sheet; all rows and columns count from 1.

    `titles` are the texts above the heading, by row. `data_rows` hold an amount; `headings` are the
    rows between them that hold none. `splits_accounts`: account and name share the label's cell.
    """

    sheet: Sheet
    reading: Reading
    titles: tuple[tuple[int, str], ...]
    header_rows: tuple[int, ...]
    label_column: int
    account_column: int | None
    amount_columns: tuple[int, ...]
    data_rows: tuple[int, ...]
    headings: tuple[int, ...]
    splits_accounts: bool = False

    def label(self, row: int) -> str:
        """Return the label's text without blanks around it and line breaks.

        A row without a name may have its label where others have their account: a total's.
        """
        cell = self.label_cell(row)
        return shown(cell) if cell else ""

    def label_cell(self, row: int) -> Cell | None:
        """Return the cell of a row's label."""
        shape = Shape(self.label_column, self.account_column, self.amount_columns)
        return label_cell(self.sheet.rows.get(row, {}), shape)

    def header(self, column: int) -> str:
        """Return the heading of a column, its rows joined."""
        texts = (shown(self.header_cell(row, column)) for row in self.header_rows)
        return " | ".join(dict.fromkeys(text for text in texts if text))

    def header_cell(self, row: int, column: int) -> Cell | None:
        """Return the cell of a heading that speaks of a column.

        Over headings that repeat, one stands for all columns up to the next, merged or not.
        """
        found = self.sheet.at(row, column)
        if found or column not in self.amount_columns or row not in self._spread_rows:
            return found
        left = (c for c in reversed(self.amount_columns) if c < column)
        return next((cell for c in left if (cell := self.sheet.at(row, c))), None)

    def is_of_percents(self, column: int) -> bool:
        """Return whether most figures of a column are percentages."""
        cells = [cell for row in self.data_rows if (cell := self.sheet.rows[row].get(column))]
        return sum(map(is_percent, cells)) > PERCENT_SHARE * len(cells)

    @property
    def _spread_rows(self) -> tuple[int, ...]:
        """The rows of a heading above one whose texts repeat."""
        if len(self.header_rows) < 2:
            return ()
        last = self.sheet.rows.get(self.header_rows[-1], {})
        texts = [shown(last[column]) for column in self.amount_columns if column in last]
        return self.header_rows[:-1] if len(set(texts)) < len(texts) else ()

    @property
    def heads(self) -> list[str]:
        """All that stands over the table: titles, the sheet's name, headings."""
        return [*(text for _, text in self.titles), self.sheet.name, *self.headers]

    @property
    def headers(self) -> list[str]:
        """The headings of all its columns."""
        columns = (self.label_column, *self.amount_columns)
        return [self.header(column) for column in columns]


def find_tables(sheet: Sheet, reading: Reading) -> list[Table]:
    """Return the tables of a sheet from top to bottom; none when it has no row with an amount."""
    shape = find_shape(sheet, reading)
    if shape is None:
        return []
    _refuse_adjacent(sheet, reading, shape)
    if not (data := _data_rows(sheet, reading, shape)):
        return []
    starts = [header_above(sheet, reading, shape, data[0])]
    for above, row in pairwise(data):
        header = header_between(sheet, reading, shape, above, row)
        if header and row_texts(sheet, header[-1]) != row_texts(sheet, max(starts[-1], default=0)):
            starts.append(header)  # the same heading again is that of a printed page
    ends = [*(start[0] for start in starts[1:]), max(sheet.rows) + 1]
    return [
        _table(sheet, reading, shape, data, within=(header, end))
        for header, end in zip(starts, ends, strict=True)
    ]


def _refuse_adjacent(sheet: Sheet, reading: Reading, shape: Shape) -> None:
    """Refuse two tables beside each other: the names of one would be taken for both's."""
    second = [
        cell.column
        for row in sheet.rows.values()
        for cell in row.values()
        if cell.column > min(shape.amounts, default=cell.column)
        and reading.is_text(cell)
        and len(cell.text) > LONGEST_SIGN
        and has_figure(reading, row.get(cell.column + 1))
        and has_figure(reading, row.get(cell.column - 1))
    ]
    if len(second) > 1:
        raise StatementRefused("adjacent_tables", sheet=sheet.name or "The file")


def _data_rows(sheet: Sheet, reading: Reading, shape: Shape) -> list[int]:
    """Return the rows with a figure that is no year or day, from the first with a label on."""
    rows = [
        row
        for row in sorted(sheet.rows)
        if any(has_figure(reading, sheet.rows[row].get(column)) for column in shape.amounts)
        and not is_header(sheet, reading, shape, row)
    ]
    return list(dropwhile(lambda row: not is_named(sheet.rows[row], shape), rows))


def _table(
    sheet: Sheet,
    reading: Reading,
    shape: Shape,
    data: Sequence[int],
    *,
    within: tuple[tuple[int, ...], int],
) -> Table:
    """Return the table between a heading's rows and the row where the next one begins."""
    header, end = within
    top = header[-1] if header else 0
    rows = tuple(row for row in data if top < row < end)
    held = set(rows)
    before = max((row for row in data if row <= top), default=0)
    table = Table(
        sheet,
        reading,
        titles=_titles(sheet, before, header[0] if header else rows[0]),
        header_rows=header,
        label_column=shape.label,
        account_column=shape.account,
        amount_columns=shape.amounts,
        data_rows=rows,
        headings=tuple(r for r in sorted(sheet.rows) if top < r < rows[-1] and r not in held),
    )
    splits = shape.account is None and split_account([table.label(row) for row in rows])
    return replace(table, splits_accounts=splits)


def _titles(sheet: Sheet, after: int, before: int) -> tuple[tuple[int, str], ...]:
    return tuple(
        (row, shown(cell))
        for row in sorted(sheet.rows)
        if after < row < before
        for cell in sheet.rows[row].values()
        if shown(cell)
    )
