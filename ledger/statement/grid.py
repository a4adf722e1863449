"""A workbook or a text file as cells, whatever it was stored as: what statements are read from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

Value = str | Decimal | dt.date | bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something.

    `row` and `column` count from 1; in a text file rows are records. A number is a `Decimal` made
    of the shortest text that stands for what is stored. `number_format` is the sheet's own notation
    and empty where there is none. `indent` counts the steps by which the text is moved in.
    `value` is None for a formula whose result is not stored, and `error` says that the stored
    result is one (``#REF!``).
    """

    row: int
    column: int
    value: Value | None
    number_format: str = ""
    indent: int = 0
    is_formula: bool = False
    error: bool = False

    @property
    def text(self) -> str:
        """The text without blanks around it and with line breaks as one blank; else empty."""
        return " ".join(self.value.split()) if isinstance(self.value, str) else ""

    @property
    def place(self) -> str:
        """Column and row as people write it: ``B12``."""
        return f"{letters(self.column)}{self.row}"


Row = Mapping[int, Cell]


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet by row and column, and what of it is hidden or merged.

    `merged` maps the place of each cell that a merged one covers to the place whose value it shows.
    """

    name: str
    rows: Mapping[int, Row]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    is_hidden: bool = False

    def at(self, row: int, column: int) -> Cell | None:
        """Return the cell that is seen at a place, a merged one wherever it covers it."""
        found = self.rows.get(row, {}).get(column)
        if found is None and (origin := self.merged.get((row, column))):
            return self.rows.get(origin[0], {}).get(origin[1])
        return found

    def cells(self) -> Iterator[Cell]:
        """Yield every cell by row and column."""
        for row in sorted(self.rows):
            yield from (self.rows[row][column] for column in sorted(self.rows[row]))


@dataclass(frozen=True)
class Container:
    """How a file is stored: `kind` is xlsx, xls, ods or csv; the rest is of text files alone."""

    kind: str
    encoding: str = ""
    has_bom: bool = False
    delimiter: str = ""
    newline: str = ""
    quotes_irregular: bool = False


@dataclass(frozen=True)
class Book:
    """All sheets of one file, in their order; a text file is a book of one sheet without a name."""

    container: Container
    sheets: tuple[Sheet, ...]


def letters(column: int) -> str:
    """Return the letters of a column that counts from 1: ``A``, ``Z``, ``AA``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
