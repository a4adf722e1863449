"""Which dimensions and objects the rows of a file use, found in the first pass.

Reserved dimensions need no #DIM, so only their use tells that a company has them; and the small
tables are ready before the rows are read.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ledger.sie.columns import CLOSE, OPEN
from ledger.sie.encoding import decode
from ledger.sie.lines import NEWLINE, RETURN, Bytes, Kind, Places, is_blank
from ledger.sie.tokenizer import read_record

LIST_DISTANCE: Final = 48
"""Bytes from the label of a row within which its object list begins; text comes later."""
LIST_BYTES: Final = 512
"""Bytes of an object list that are compared; longer ones are all looked at."""

ROWS: Final = (Kind.ROW, Kind.ADDED, Kind.STRUCK)


class ObjectsUsed:
    """Gathers the (dimension, object) pairs of rows. `pairs` has the line of the first use."""

    def __init__(self, content: bytes, encoding: str) -> None:
        self._content = content
        self._encoding = encoding
        self._known: set[bytes] = set()
        self.pairs: dict[tuple[str, str], int] = {}

    def look(self, data: Bytes, offset: int, hashes: Places, guess: Bytes, *, number: int) -> None:
        """Look through a piece of the file that begins at `offset`, with line `number`.

        `hashes`: where it has a ``#``, and `guess` the kind of record there; shapes (hashes,).
        """
        size = len(data)
        braces = np.flatnonzero(data[: size - 1] == OPEN)
        behind = data[braces + 1]
        filled = braces[(behind != CLOSE) & (behind != RETURN) & (behind != NEWLINE)]
        if not len(filled) or not len(hashes):
            return
        before = np.searchsorted(hashes, filled) - 1
        is_row = (before >= 0) & np.isin(guess[before], ROWS) & is_blank(data[filled - 1])
        is_row &= filled - hashes[before] <= LIST_DISTANCE
        labels = hashes[before[is_row]].tolist()
        for label, brace in zip(labels, filled[is_row].tolist(), strict=True):
            self._list(offset + label, offset + brace, offset, number)

    def _list(self, label: int, brace: int, offset: int, number: int) -> None:
        content = self._content
        close = content.find(b"}", brace, brace + LIST_BYTES)
        listed = content[brace : close + 1]
        if close >= 0 and listed in self._known:
            return
        self._known.add(listed)
        end = content.find(b"\n", label)
        record = read_record(decode(content[label : end if end >= 0 else None], self._encoding))
        objects = [name.strip(" \t") for name in record.objects or ()]
        line = number + content.count(b"\n", offset, label)
        for pair in zip(objects[::2], objects[1::2], strict=False):
            if all(pair):
                self.pairs.setdefault(pair, line)
