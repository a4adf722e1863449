"""Which dimensions and objects the rows of a file use, found in the first pass.

Reserved dimensions need no #DIM, so only their use tells that a company has them; and the small
tables are ready before the rows are read.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ledger.sie.columns import CLOSE, OPEN, first_close
from ledger.sie.encoding import decode
from ledger.sie.lines import (
    IS_ROW,
    NEWLINE,
    SPACE,
    Bytes,
    Kind,
    Places,
    Words,
    is_blank,
    words_of,
)
from ledger.sie.tokenizer import read_record

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

    `most`: different lists that are looked at; those of a company are far fewer.
    """

    def __init__(self, content: bytes, encoding: str, *, most: int) -> None:
        self._most = most
        self._content = content
        self._encoding = encoding
        self._known: set[bytes] = set()
        self.pairs: dict[tuple[str, str], int] = {}

    def look(self, data: Bytes, offset: int, hashes: Places, guess: Bytes, *, number: int) -> None:
        """Look through a padded piece of the file that begins at `offset`, with line `number`.

        `hashes`: where it has a ``#``, and `guess` the kind of record there; shapes (hashes,).
        """
        labels, braces = _filled_lists(data, hashes, guess)
        keys = _keys(words_of(data), braces)
        if self._known.issuperset(keys):
            return
        fresh = []
        for label, key in zip(labels.tolist(), keys, strict=True):
            if key not in self._known and len(self._known) < self._most:
                self._known.add(key)
                fresh.append(label)
        at, line = 0, number
        for label in sorted(fresh):
            line += int(np.count_nonzero(data[at:label] == NEWLINE))
            at = label
            self._list(offset + label, line)

    def _list(self, label: int, line: int) -> None:
        """Read the row that begins at `label` by the letter, and take its objects."""
        end = self._content.find(b"\n", label)
        text = self._content[label : end if end >= 0 else None]
        record = read_record(decode(text, self._encoding))
        objects = [name.strip(" \t") for name in record.objects or ()]
        for pair in zip(objects[::2], objects[1::2], strict=False):
            if all(pair):
                self.pairs.setdefault(pair, line)


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
    return np.concatenate((labels, more)), np.concatenate((braces, their_braces))


def _search(data: Bytes, labels: Places) -> tuple[Places, Places]:
    """Find the lists of rows of any shape: a ``{`` behind a blank, soon after the label."""
    near = sliding_window_view(data, LIST_DISTANCE + 2)[labels]
    opens = (near[:, 1:-1] == OPEN) & is_blank(near[:, :-2])
    opens &= (near[:, 2:] != CLOSE) & (near[:, 2:] >= SPACE)
    row, before = np.nonzero(opens)
    ends = near == NEWLINE
    end = np.where(ends.any(axis=1), ends.argmax(axis=1), LIST_DISTANCE + 2)
    row, before = (found[before < end[row]] for found in (row, before))
    return labels[row], labels[row] + before + 1


def _keys(words: Words, braces: Places) -> list[bytes]:
    """What tells object lists apart: their two words, cut before the ``}``.

    A list longer than 16 bytes is told from all others by its place, so that each is read.
    """
    first, second = words[braces], words[braces + 8]
    size, more = first_close(first), first_close(second)
    first &= _BEFORE[size]
    second &= np.where(size == 8, _BEFORE[more], np.uint64(0))
    is_long = (size == 8) & (more == 8)
    first[is_long], second[is_long] = braces[is_long], np.uint64(0)
    keys: list[bytes] = np.stack((first, second), axis=1).view("V16").ravel().tolist()
    return keys
