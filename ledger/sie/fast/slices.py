"""Text columns cut out of a block: Arrow copies the slices, nothing loops over them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.sie.fast.lists import Lists
from ledger.sie.text.columns import Chosen, Field, Quotes, choose
from ledger.sie.text.encoding import ASCII_LAST, CODE_PAGES, decode, utf8_widths
from ledger.sie.text.lines import Bytes, Mask, Places, words_of
from ledger.sie.vouchers.rows import Days

_HIGH: Final[dict[int, np.unsignedinteger[Any]]] = {
    1: np.uint8(0x80),
    2: np.uint16(0x8080),
    4: np.uint32(0x80808080),
}
"""By bytes of a code that fit a word: the bits that letters beyond ASCII have."""


class Slices:
    """Cuts the fields of the valid lines out of padded text.

    `valid`: the lines to cut from, shape (lines,). Every column has one entry for each of them.
    """

    def __init__(self, data: Bytes, quotes: Quotes, valid: Mask, *, encoding: str) -> None:
        self._data = data
        self._escaped = quotes.escaped
        self._valid = valid
        self._encoding = encoding
        self.lines: Chosen = choose(valid)

    def codes(self, field: Field) -> pa.StringArray:
        """A column of numbers and codes, where empty is a value."""
        return self._codes(field.start[self.lines], field.stop[self.lines])

    def texts(self, field: Field) -> pa.StringArray:
        r"""A column of texts, where empty is none, with each ``\"`` read as ``"``."""
        start, stop = field.start[self.lines], field.stop[self.lines]
        filled = stop > start
        if not filled.any():
            return pa.nulls(len(start), pa.string())
        if not filled.all():
            start, stop = start[filled], stop[filled]
        column = self._cut(start, stop)
        if len(self._escaped):
            column = self._unescape(column, start, stop)
        return column if len(column) == len(filled) else _spread(column, filled)

    def _codes(self, start: Places, stop: Places) -> pa.StringArray:
        """Codes that are all of one size, as account numbers are, are copied as words."""
        size = int(stop[0] - start[0]) if len(start) else 0
        if size not in _HIGH or not np.all(stop - start == size):
            return self._cut(start, stop)
        #   text      1 9 3 0 SP { } SP      a word of eight bytes from each start
        #   astype    1 9 3 0                the codes, one behind the other: 1 9 3 0 2 4 4 0 ...
        #   & _HIGH   0 0 0 0                an 80 is a letter beyond ASCII: cut and decode instead
        words = words_of(self._data)[start].astype(_HIGH[size].dtype)
        if (words & _HIGH[size]).any():
            return self._cut(start, stop)
        offsets = np.arange(0, size * len(words) + 1, size, dtype=np.int32)
        return pa.StringArray.from_buffers(len(words), pa.py_buffer(offsets), pa.py_buffer(words))

    def _cut(self, start: Places, stop: Places) -> pa.StringArray:
        """Take every other string of [start, stop, next start, ...]: the ones between are gaps.

        A gap may run backwards, from the last booked row to the first row of history; it is
        never taken.
        """
        if not len(start):
            return pa.array([], pa.string())
        offsets = np.empty(2 * len(start) + 1, np.int32)
        offsets[:-1:2], offsets[1::2], offsets[-1] = start, stop, len(self._data)
        slices = pa.BinaryArray.from_buffers(
            pa.binary(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(self._data)]
        )
        every_other = pa.array(np.arange(0, len(offsets) - 1, 2, dtype=np.int32))
        return to_text(slices.take(every_other), self._encoding)

    def _unescape(self, column: Any, start: Places, stop: Places) -> Any:
        has_escape = np.searchsorted(self._escaped, start) < np.searchsorted(self._escaped, stop)
        if not has_escape.any():
            return column
        escaped = pa.array(has_escape)
        plain = pc.replace_substring(column.filter(escaped), '\\"', '"')
        return pc.replace_with_mask(column, escaped, plain)

    def pairs(self, lists: Lists) -> dict[str, Any]:
        """The `pair_` columns of `RowColumns`: fields of lists, two by two."""
        keep = self._valid[lists.row]
        row, start, stop = lists.row[keep], lists.start[keep], lists.stop[keep]
        places = np.cumsum(self._valid) - 1
        return {
            "pair_row": places[row[::2]],
            "pair_dimension": self._codes(start[::2], stop[::2]),
            "pair_object": self._cut(start[1::2], stop[1::2]),
        }


def _spread(column: pa.StringArray, filled: Mask) -> pa.StringArray:
    """Put nulls between the texts of a column, one wherever `filled` is false."""
    _, offsets, data = column.buffers()
    lengths = np.zeros(len(filled), np.int32)
    lengths[filled] = np.diff(np.frombuffer(offsets, np.int32, len(column) + 1))
    spread = np.zeros(len(filled) + 1, np.int32)
    np.cumsum(lengths, out=spread[1:])
    return pa.StringArray.from_buffers(
        len(filled),
        pa.py_buffer(spread),
        data,
        pa.py_buffer(np.packbits(filled, bitorder="little")),
        len(filled) - len(column),
    )


def to_text(column: Any, encoding: str) -> pa.StringArray:
    """Bring a column of bytes to text; those of a UTF-8 block are known to be UTF-8.

    The bytes of a code page are decoded in one step; each offset then moves by what the letters
    before it grew.
    """
    validity, offset_buffer, data = column.buffers()
    offsets = np.frombuffer(offset_buffer, np.int32, len(column) + 1)
    if data is not None and encoding in CODE_PAGES:
        content = data[: int(offsets[-1])].to_pybytes()
        if not content.isascii():
            data = pa.py_buffer(decode(content, encoding).encode())
            offsets = _grown(offsets, content, encoding)
    return pa.StringArray.from_buffers(
        len(column), pa.py_buffer(offsets), data, validity, column.null_count
    )


def _grown(offsets: Days, content: bytes, encoding: str) -> Days:
    """Move offsets into a code page's bytes to where they are in UTF-8."""
    values = np.frombuffer(content, np.uint8)
    letters = np.flatnonzero(values > ASCII_LAST)
    growth = np.zeros(len(letters) + 1, np.int32)
    np.cumsum(utf8_widths(encoding)[values[letters]] - 1, out=growth[1:])
    return offsets + growth[np.searchsorted(letters, offsets)]
