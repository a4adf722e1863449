"""Which dimensions and objects the rows of a file use, found in the first pass.

Reserved dimensions need no #DIM, so only their use tells that a company has them; and the small
tables are ready before the rows are read.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ledger.sie.limits import SieLimits
from ledger.sie.text.columns import CLOSE, OPEN, first_close
from ledger.sie.text.encoding import decode
from ledger.sie.text.lines import (
    IS_ROW,
    NEWLINE,
    SPACE,
    TAB,
    Bytes,
    Kind,
    Places,
    Words,
    count_newlines,
    is_blank,
    line_end,
    opens_line,
    words_of,
)
from ledger.sie.text.tokenizer import read_record

LIST_DISTANCE: Final = 48
"""Bytes from the label of a row within which its object list begins; text comes later."""

_SHORTEST: Final = len("#TRANS")
"""#RTRANS and #BTRANS have a letter more."""
_FRAME: Final = np.uint64(int.from_bytes(b" \0\0\0\0 {\0", "little"))
_FRAME_MASK: Final = np.uint64(0x00FFFF00000000FF)
_LAST_BYTE: Final = np.uint64(56)
_BEFORE: Final = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
"""By the place of the ``}`` in a word: the bytes before it."""


class ObjectsUsed:
    """Gathers the (dimension, object) pairs of rows. `pairs` has the line of the first use.

    `limits`: `records` rows are read; a company's different lists are far fewer.
    """

    def __init__(self, content: bytes, encoding: str, *, limits: SieLimits) -> None:
        self._limits = limits
        self._content = content
        self._encoding = encoding
        self._known: set[bytes] = set()
        self._read = 0
        self.pairs: dict[tuple[str, str], int] = {}

    def look(self, data: Bytes, offset: int, hashes: Places, guess: Bytes, *, number: int) -> None:
        """Look through a padded piece of the file that begins at `offset`, with line `number`.

        `hashes`: where it has a ``#``, and `guess` the kind of record there; shapes (hashes,).
        """
        labels, braces = _filled_lists(data, hashes, guess)
        keys = _keys(words_of(data), braces, offset=offset)
        if self._known.issuperset(keys):
            return
        at, line = 0, number
        for label, key in zip(labels.tolist(), keys, strict=True):
            if key in self._known or not opens_line(self._content, offset + label):
                continue
            line += count_newlines(data[at:label])
            at = label
            # What looks like a list may stand in a text; then the next such one is looked at too.
            if self._list(offset + label, line):
                self._known.add(key)

    def _list(self, label: int, line: int) -> bool:
        """Read the row at `label` by the letter and take its objects; say if it has any."""
        text = self._content[label : line_end(self._content, label)]
        if len(text) > self._limits.line_bytes or self._read >= self._limits.records:
            return False
        self._read += 1
        record = read_record(decode(text, self._encoding))
        objects = [name.strip(" \t") for name in record.objects or ()]
        for pair in zip(objects[::2], objects[1::2], strict=False):
            if all(pair):
                self.pairs.setdefault(pair, line)
        return bool(objects)


def _filled_lists(data: Bytes, hashes: Places, guess: Bytes) -> tuple[Places, Places]:
    """The rows whose object list is not empty: places of the label and of the ``{``.

    Most rows have an account of four digits and then the list, and are told by one word.
    """
    behind = hashes + _SHORTEST + (guess > np.uint8(Kind.ROW))
    heads = words_of(data)[behind]
    framed = (heads & _FRAME_MASK) == _FRAME
    filled = np.flatnonzero(framed & ((heads >> _LAST_BYTE) != CLOSE))
    filled = filled[IS_ROW[guess[filled]]]
    labels, braces = hashes[filled], behind[filled] + 6
    others = np.flatnonzero(~framed & IS_ROW[guess])
    if not len(others):
        return labels, braces
    more, their_braces = _search(data, hashes[others])
    labels, braces = np.concatenate((labels, more)), np.concatenate((braces, their_braces))
    order = np.argsort(labels)
    return labels[order], braces[order]


def _search(data: Bytes, labels: Places) -> tuple[Places, Places]:
    """Find the lists of rows of any shape: a ``{`` behind a blank, soon after the label."""
    near = sliding_window_view(data, LIST_DISTANCE + 3)[labels]
    before, brace, behind, next_but_one = (near[:, at : LIST_DISTANCE + at] for at in range(4))
    opens = (brace == OPEN) & is_blank(before)
    opens &= (behind != CLOSE) & ((behind >= SPACE) | (behind == TAB))
    opens &= (next_but_one != CLOSE) | ~is_blank(behind)
    row, at = np.nonzero(opens)
    at += 1
    ends = near == NEWLINE
    end = np.where(ends.any(axis=1), ends.argmax(axis=1), near.shape[1])
    row, at = (found[at < end[row]] for found in (row, at))
    return labels[row], labels[row] + at


def _keys(words: Words, braces: Places, *, offset: int) -> list[bytes]:
    """What tells object lists apart: their two words, cut before the ``}``.

    A list longer than 16 bytes is told from all others by its place in the file, so that each is
    read.
    """
    first, second = words[braces], words[braces + 8]
    size, more = first_close(first), first_close(second)
    first &= _BEFORE[size]
    second &= np.where(size == 8, _BEFORE[more], np.uint64(0))
    is_long = (size == 8) & (more == 8)
    first[is_long], second[is_long] = braces[is_long] + offset, np.uint64(0)
    keys: list[bytes] = np.stack((first, second), axis=1).view("V16").ravel().tolist()
    return keys
