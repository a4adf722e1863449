"""Text columns cut out of a block: Arrow copies the slices, nothing loops over them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.sie.columns import Chosen, Field, Quotes, choose
from ledger.sie.lines import Bytes, Mask, Places
from ledger.sie.lists import Lists


class Slices:
    """Cuts the fields of the sound lines out of padded text.

    `sound`: the lines to cut from, shape (lines,). Every column has one entry for each of them.
    """

    def __init__(self, data: Bytes, quotes: Quotes, sound: Mask) -> None:
        self._buffer = pa.py_buffer(data)
        self._escaped = quotes.escaped
        self._sound = sound
        self.lines: Chosen = choose(sound)

    def codes(self, field: Field) -> pa.StringArray:
        """A column of numbers and codes, where empty is a value."""
        return self._cut(field.start[self.lines], field.stop[self.lines])

    def texts(self, field: Field) -> pa.StringArray:
        r"""A column of texts, where empty is none, with each ``\"`` read as ``"``."""
        start, stop = field.start[self.lines], field.stop[self.lines]
        column = self._cut(start, stop, present=stop > start)
        return self._unescape(column, start, stop) if len(self._escaped) else column

    def _cut(self, start: Places, stop: Places, *, present: Mask | None = None) -> pa.StringArray:
        """Take every other string of [start, stop, next start, ...]: the ones between are gaps."""
        if not len(start):
            return pa.array([], pa.string())
        offsets = np.empty(2 * len(start), np.int32)
        offsets[::2], offsets[1::2] = start, stop
        strings = pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), self._buffer)
        every_other = np.arange(0, len(offsets), 2)
        missing = None if present is None or present.all() else ~present
        return strings.take(pa.array(every_other, mask=missing))

    def _unescape(self, column: Any, start: Places, stop: Places) -> Any:
        has_escape = np.searchsorted(self._escaped, start) < np.searchsorted(self._escaped, stop)
        if not has_escape.any():
            return column
        bent = pa.array(has_escape)
        plain = pc.replace_substring(column.filter(bent), '\\"', '"')
        return pc.replace_with_mask(column, bent, plain)

    def pairs(self, lists: Lists) -> dict[str, Any]:
        """The `pair_` columns of `RowColumns`: fields of lists, two by two."""
        keep = self._sound[lists.row]
        row, start, stop = lists.row[keep], lists.start[keep], lists.stop[keep]
        places = np.cumsum(self._sound) - 1
        return {
            "pair_row": places[row[::2]],
            "pair_dimension": self._cut(start[::2], stop[::2]),
            "pair_object": self._cut(start[1::2], stop[1::2]),
        }
