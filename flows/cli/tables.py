"""Tables of the command line: whole columns or none, and every figure whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

UNBROKEN_CHARS: Final = 25
"""Cells up to this long are never folded: the largest amount, two dates of a year, a status."""

UNBROKEN_WORD_CHARS: Final = 40
"""Words of longer texts up to this long: an id made of a company's name, or of a load."""

TEXT_CHARS: Final = 16
"""Narrowest column of longer texts, which fold between words."""

GAP: Final = 2
"""Between two columns."""

NOTHING: Final = ("", "-")
"""Cells that say that there is nothing to say."""

LIGHT_STYLES: Final = {"green": "green", "grey": "bright_black", "red": "bold red"}


@dataclass(frozen=True, eq=False)
class Column:
    """A heading and its cells, one per row; `is_figure`: to be read from the right."""

    heading: str
    cells: Sequence[str]
    is_figure: bool = False

    @cached_property
    def whole(self) -> int:
        """Width at which nothing folds."""
        return max(map(_width_of, (self.heading, *self.cells)))

    @cached_property
    def least(self) -> int:
        """Smallest width at which no figure and no word folds that is not longer than most."""
        longest = max(map(cell_len, self.cells), default=0)
        words = _longest_word((self.heading,))
        if self.is_figure or longest <= UNBROKEN_CHARS:
            return max(longest, words)
        return max(min(_longest_word(self.cells), UNBROKEN_WORD_CHARS), words, TEXT_CHARS)

    @property
    def is_empty(self) -> bool:
        """Whether it has cells, and nothing in any of them that could be missed."""
        return bool(self.cells) and not any(cell not in NOTHING for cell in self.cells)


def plain_lines(columns: Sequence[Column]) -> Iterator[str]:
    """Yield the table for a file or a pipe: a row is a line, and all of its text is there.

    Of `ledger breaks`, most of eight columns are empty: they would push the others off the screen.
    """
    for row in zip(*map(_padded, present(columns)), strict=True):
        yield (" " * GAP).join(row).rstrip()


def present(columns: Sequence[Column]) -> list[Column]:
    """Return the columns that say something, or all when none does."""
    return [column for column in columns if not column.is_empty] or list(columns)


def _padded(column: Column) -> list[str]:
    width, texts = column.whole, (column.heading, *column.cells)
    if column.is_figure:
        return [" " * (width - _width_of(text)) + text for text in texts]
    return [text + " " * (width - _width_of(text)) for text in texts]


def _width_of(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def print_fitting(out: Console, columns: Sequence[Column], *, spare: Sequence[str]) -> None:
    """Print the columns that fit a terminal and name the others; else each row as a block."""
    shown = fitting(columns, out.width, spare=spare)
    if not shown:
        _print_blocks(out, columns)
        return
    _print_table(out, shown)
    missing = [item.heading for item in columns if item not in shown and not item.is_empty]
    if missing:
        remark = f"Not shown: {', '.join(missing)}; use --json or a wider terminal."
        out.print(remark, markup=False, soft_wrap=False)


def fitting(columns: Sequence[Column], width: int, *, spare: Sequence[str]) -> list[Column]:
    """Return the columns that a width has room for: never the empty ones, then the spare ones go.

    Returns:
        Nothing when there is no room even without those.
    """
    kept = present(columns)
    order = {heading: place for place, heading in enumerate(spare)}
    going = sorted((c for c in kept if c.heading in order), key=lambda c: order[c.heading])
    for column in (*going, None):
        if _width(kept) <= width:
            return kept
        if column is not None:
            kept.remove(column)
    return []


def shares(columns: Sequence[Column], width: int) -> list[int]:
    """Return each column's width; room beyond the least goes to those that need little first."""
    widths = {id(column): column.least for column in columns}
    left = width - _width(columns)
    needy = sorted(columns, key=lambda column: column.whole - column.least)
    for position, column in enumerate(needy):
        given = min(column.whole - column.least, left // (len(needy) - position))
        widths[id(column)] += given
        left -= given
    return [widths[id(column)] for column in columns]


def _width(columns: Sequence[Column]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def _longest_word(texts: Sequence[str]) -> int:
    return max((cell_len(word) for text in texts for word in text.split()), default=0)


def _print_table(out: Console, columns: Sequence[Column]) -> None:
    # The box has a blank between columns; with one behind each that makes `GAP`.
    frame = box.SIMPLE_HEAD
    table = Table(box=frame, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    for column, width in zip(columns, shares(columns, out.width), strict=True):
        table.add_column(
            Text(column.heading),
            width=width,
            justify="right" if column.is_figure else "left",
            overflow="fold",
        )
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*(Text(text, style=LIGHT_STYLES.get(text, "")) for text in row))
    out.print(table)


def _print_blocks(out: Console, columns: Sequence[Column]) -> None:
    """Print a line for each value that there is; long texts fold behind their heading."""
    label = max(cell_len(column.heading) for column in columns) + GAP
    room = max(out.width - label, UNBROKEN_CHARS)
    for place, row in enumerate(zip(*(column.cells for column in columns), strict=True)):
        if place:
            out.print()
        for column, text in zip(columns, row, strict=True):
            if text not in NOTHING:
                _print_value(out, column.heading, text, label=label, room=room)


def _print_value(out: Console, heading: str, text: str, *, label: int, room: int) -> None:
    value = Text(text, style=LIGHT_STYLES.get(text, ""))
    if room < min(_longest_word([text]), UNBROKEN_WORD_CHARS):
        # Beside its heading a word would break that has room below it.
        label, room = 0, out.width
        out.print(Text(heading))
        heading = ""
    parts = [value] if cell_len(text) <= room else value.wrap(out, room)
    for position, part in enumerate(parts):
        out.print(Text(set_cell_size("" if position else heading, label)) + part)
