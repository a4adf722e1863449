"""Where on a sheet the tables are: their headings, their columns and their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from ledger.statement import words
from ledger.statement.accounts import account_column, account_text, split_account
from ledger.statement.cells import Reading, is_time_number, periods_in, shown
from ledger.statement.grid import Cell, Sheet

LEFTMOST_SHARE: Final = 0.6
"""Of the texts in the fullest column that the label column, further left, must have."""


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
        """Return the label's text as it stands, without blanks around it and line breaks."""
        return shown(self.sheet.rows.get(row, {}).get(self.label_column))

    def header(self, column: int) -> str:
        """Return the heading of a column, its rows joined."""
        texts = (shown(self.sheet.at(row, column)) for row in self.header_rows)
        return " | ".join(dict.fromkeys(text for text in texts if text))

    @property
    def headers(self) -> list[str]:
        """The headings of all its columns."""
        columns = (self.label_column, *self.amount_columns)
        return [self.header(column) for column in columns]


@dataclass(frozen=True)
class _Shape:
    """The columns of a sheet."""

    label: int
    account: int | None
    amounts: tuple[int, ...]


def find_tables(sheet: Sheet, reading: Reading) -> list[Table]:
    """Return the tables of a sheet from top to bottom; none when it has no row with an amount."""
    shape = _shape(sheet, reading)
    if shape is None or not (data := _data_rows(sheet, reading, shape)):
        return []
    starts = [_header_above(sheet, reading, shape, data[0])]
    starts += [
        header
        for above, row in pairwise(data)
        if (header := _header_between(sheet, reading, shape, above, row))
    ]
    ends = [*(start[0] for start in starts[1:]), max(sheet.rows) + 1]
    return [
        _table(sheet, reading, shape, data, within=(header, end))
        for header, end in zip(starts, ends, strict=True)
    ]


def _shape(sheet: Sheet, reading: Reading) -> _Shape | None:
    texts: Counter[int] = Counter()
    figures: Counter[int] = Counter()
    for row in sheet.rows.values():
        filled = [c.column for c in row.values() if _has_figure(reading, c)]
        words_in = [c.column for c in row.values() if reading.is_text(c)]
        figures.update(filled)
        texts.update(words_in if filled else ())
    if not texts:
        return None
    most = max(texts.values())
    label = min(column for column, count in texts.items() if count >= most * LEFTMOST_SHARE)
    account = account_column(sheet, label)
    amounts = tuple(
        column
        for column in sorted(figures)
        if figures[column] and column != account and column > label
    )
    return _Shape(label, account, amounts)


def _data_rows(sheet: Sheet, reading: Reading, shape: _Shape) -> list[int]:
    """Return the rows with a label and a figure, without those whose figures are years or days."""
    rows = [
        row
        for row in sorted(sheet.rows)
        if (shape.label in sheet.rows[row] or shape.account in sheet.rows[row])
        and any(_is_figure(sheet, reading, row, column) for column in shape.amounts)
    ]
    return [row for row in rows if not _is_time_row(sheet, shape, row)]


def _is_figure(sheet: Sheet, reading: Reading, row: int, column: int) -> bool:
    cell = sheet.rows[row].get(column)
    return cell is not None and _has_figure(reading, cell)


def _has_figure(reading: Reading, cell: Cell) -> bool:
    """Return whether a cell holds an amount, or a formula that should have made one."""
    return cell.value is None or cell.error or reading.amount(cell) is not None


def _is_time_row(sheet: Sheet, shape: _Shape, row: int) -> bool:
    """Return whether all figures of a row are years or days and its label is a heading's."""
    cells = [cell for column in shape.amounts if (cell := sheet.rows[row].get(column))]
    label = shown(sheet.rows[row].get(shape.label)).casefold()
    has_account = account_text(sheet.rows[row].get(shape.account or 0)) is not None
    is_header_label = bool(words.HEADER_LABELS.fullmatch(label)) if label else not has_account
    return is_header_label and all(is_time_number(cell) or periods_in(cell) for cell in cells)


def _is_header(sheet: Sheet, reading: Reading, shape: _Shape, row: int) -> bool:
    """Return whether a row has words or times where the amounts stand, and no amount."""
    cells = [cell for column in shape.amounts if (cell := sheet.rows.get(row, {}).get(column))]
    if not cells:
        return False
    figures = [cell for cell in cells if reading.amount(cell) is not None]
    return not figures or (len(figures) == len(cells) and _is_time_row(sheet, shape, row))


def _header_above(sheet: Sheet, reading: Reading, shape: _Shape, first: int) -> tuple[int, ...]:
    """Return the rows of the heading that is nearest above the first row with an amount."""
    above = (row for row in range(first - 1, 0, -1) if _is_header(sheet, reading, shape, row))
    last = next(above, 0)
    return _upwards(sheet, reading, shape, last) if last else ()


def _upwards(sheet: Sheet, reading: Reading, shape: _Shape, last: int) -> tuple[int, ...]:
    top = last
    while _is_header(sheet, reading, shape, top - 1):
        top -= 1
    return tuple(range(top, last + 1))


def _header_between(
    sheet: Sheet, reading: Reading, shape: _Shape, above: int, below: int
) -> tuple[int, ...]:
    """Return the heading of a new table between two rows with amounts; none when there is none."""
    for row in range(below - 1, above, -1):
        if _is_header(sheet, reading, shape, row) and _names_columns(sheet, shape, row):
            return tuple(r for r in _upwards(sheet, reading, shape, row) if r > above)
    return ()


def _names_columns(sheet: Sheet, shape: _Shape, row: int) -> bool:
    cells = [sheet.rows[row].get(column) for column in shape.amounts]
    return any(periods_in(cell) or words.role_of(shown(cell)) for cell in cells if cell)


def _table(
    sheet: Sheet,
    reading: Reading,
    shape: _Shape,
    data: Sequence[int],
    *,
    within: tuple[tuple[int, ...], int],
) -> Table:
    """Return the table between a heading's rows and the row where the next one begins."""
    header, end = within
    top = header[-1] if header else 0
    rows = tuple(row for row in data if top < row < end)
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
        headings=tuple(r for r in sorted(sheet.rows) if top < r < rows[-1] and r not in set(rows)),
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
