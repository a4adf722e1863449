"""Object lists of many rows at once: ``{1 "0123" 6 P7}`` as pairs of places in the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ledger.sie.text.columns import CLOSE, OPEN, QUOTE, Cursor
from ledger.sie.text.lines import BLANKS_STEPPED, SPACE, Mask, Places

LIST_FIELDS: Final = 16
"""Fields of an object list that are read in columns (eight pairs); a longer one is read exactly."""


@dataclass(frozen=True)
class Lists:
    """Object lists. `present`: the row has one, shape (rows,).

    `row`, `start`, `stop`: the fields of all lists, by row and place, shape (fields,).
    """

    present: Mask
    row: Places
    start: Places
    stop: Places


def read_lists(cursor: Cursor) -> Lists:
    """Read the object list under each cursor and move behind it; a row may have none."""
    present = (cursor.here == OPEN) & cursor.left
    empty = present & (cursor.data[cursor.at + 1] == CLOSE)
    cursor.at += np.where(empty, 2, present)
    fields = _walk(cursor, np.flatnonzero(present & ~empty))
    if present.all():
        cursor.move(cursor.at)
    else:
        ends = (cursor.data[cursor.at] == SPACE) | (cursor.at == cursor.end)
        cursor.valid &= ~present | ends
        cursor.skip_blanks()
    return Lists(present, *_in_order(fields))


def _walk(cursor: Cursor, live: Places) -> list[tuple[Places, Places, Places]]:
    """Read the lists that hold anything, a field of each at a time: (row, start, stop)."""
    fields: list[tuple[Places, Places, Places]] = []
    for _ in range(LIST_FIELDS + 1):
        live = _close(cursor, live)
        if not len(live):
            return fields
        fields.append((live, *_field(cursor, live)))
    cursor.valid[live] = False
    return fields


def _close(cursor: Cursor, live: Places) -> Places:
    """Go past blanks and past the ``}`` of lists that end; return the rows whose list goes on."""
    for _ in range(BLANKS_STEPPED):
        blank = live[cursor.data[cursor.at[live]] == SPACE]
        cursor.at[blank] += 1
        if not len(blank):
            break
    here = cursor.data[cursor.at[live]]
    left = cursor.at[live] < cursor.end[live]
    cursor.valid[live] &= left & (here != SPACE)
    cursor.at[live[(here == CLOSE) & left]] += 1
    going_on: Places = live[(here != CLOSE) & left]
    return going_on


def _field(cursor: Cursor, live: Places) -> tuple[Places, Places]:
    quoted = cursor.data[cursor.at[live]] == QUOTE
    stop = cursor.at.copy()
    cursor.read_quoted(live[quoted], stop)
    cursor.read_bare(live[~quoted], stop, in_list=True)
    start = cursor.at[live] + quoted
    cursor.at[live] = np.minimum(stop[live] + quoted, cursor.end[live])
    here = cursor.data[cursor.at[live]]
    cursor.valid[live] &= (here == SPACE) | (here == CLOSE)
    return start, stop[live]


def _in_order(fields: list[tuple[Places, Places, Places]]) -> tuple[Places, Places, Places]:
    if not fields:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    row, start, stop = (np.concatenate(parts) for parts in zip(*fields, strict=True))
    order = np.argsort(row, kind="stable")
    return row[order], start[order], stop[order]
