"""Which code page a SIE file is really in: decided over the whole file, from its bytes alone.

The format allows code page 437 only and every file says ``#FORMAT PC8``, whatever it is.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

ASCII_LAST: Final = 0x7F
CODE_PAGES: Final = ("cp437", "cp1252")
"""Encodings in which every byte is one letter."""
UTF8_BOM: Final = codecs.BOM_UTF8
CP437_LETTERS: Final = bytes.fromhex("868494 8f8e99 8290 81")
"""å ä ö Å Ä Ö é É ü in code page 437."""
CP1252_LETTERS: Final = bytes.fromhex("e5e4f6 c5c4d6 e9 fc")
"""å ä ö Å Ä Ö é ü in Windows-1252 (and Latin-1)."""


PIECE_BYTES: Final = 1 << 18
"""Bytes looked at in one step, which bounds the memory that a hostile file can take."""

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Census:
    """What the bytes above 127 of a file are.

    `counts`: of each byte value, shape (256,). `letters`: sequences that are one letter in UTF-8.
    `strays`: bytes above 127 in none of them.
    """

    counts: Counts
    letters: int
    strays: int

    def sum_of(self, letters: bytes) -> int:
        """How many of the bytes given there are."""
        return int(self.counts[list(letters)].sum())


def take_census(content: bytes) -> Census:
    """Count the bytes above 127 of the whole file: letters may first come deep in."""
    counts = np.zeros(256, np.int64)
    letters = strays = 0
    data = np.frombuffer(content, np.uint8)
    for start in range(0, len(data), PIECE_BYTES):
        piece = data[start : start + PIECE_BYTES]
        at = np.flatnonzero(piece > ASCII_LAST)
        if len(at):
            first = piece[at]
            counts += np.bincount(first, minlength=256)
            found, covered = _count_sequences(piece, at, first)
            letters += found
            strays += len(at) - covered
    return Census(counts, letters, strays)


def _count_sequences(
    piece: npt.NDArray[np.uint8], at: npt.NDArray[np.int64], first: npt.NDArray[np.uint8]
) -> tuple[int, int]:
    """Count the UTF-8 sequences of two to four bytes, and the bytes in them."""
    #   ö    c3 b6             c2-df, then one byte 10xxxxxx: & c0 is 80
    #   €    e2 82 ac          & f0 is e0, then two
    #        f0 9f 93 92       f0-f4, then three
    lead = np.flatnonzero((first >= 0xC2) & (first <= 0xF4))
    if not len(lead):
        return 0, 0
    at, first = at[lead], first[lead]
    padded = np.append(piece, np.zeros(3, np.uint8))
    tails = [(padded[at + step] & 0xC0) == 0x80 for step in (1, 2, 3)]
    two = int(np.count_nonzero((first <= 0xDF) & tails[0]))
    three = int(np.count_nonzero(((first & 0xF0) == 0xE0) & tails[0] & tails[1]))
    four = int(np.count_nonzero((first >= 0xF0) & tails[0] & tails[1] & tails[2]))
    return two + three + four, 2 * two + 3 * three + 4 * four


def detect_encoding(content: bytes, census: Census) -> str:
    """Name the encoding: ``utf-8-sig``, ``utf-8``, ``cp1252`` or ``cp437``.

    UTF-8 needs more letters of several bytes than bytes that fit none: text in another code page
    has hardly ever one by chance. A tie of the others, and plain ASCII, is code page 437.
    """
    if content.startswith(UTF8_BOM):
        return "utf-8-sig"
    if census.letters > census.strays:
        return "utf-8"
    return "cp1252" if census.sum_of(CP1252_LETTERS) > census.sum_of(CP437_LETTERS) else "cp437"


def _likeliest_letter(problem: UnicodeError) -> tuple[str, int]:
    """Read a byte that is no UTF-8 (or is undefined in 1252) as the Swedish letter it may be."""
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    stray = problem.object[problem.start : problem.start + 1]
    page = "cp437" if stray in CP437_LETTERS else "latin-1"
    return stray.decode(page), problem.start + 1


codecs.register_error("sie-stray", _likeliest_letter)


def decode(raw: bytes, encoding: str) -> str:
    """Decode some whole lines of the file; strays never fail."""
    return raw.decode("utf-8" if encoding == "utf-8-sig" else encoding, errors="sie-stray")


def is_utf8(raw: bytes) -> bool:
    """Return whether some whole lines hold no stray byte."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@cache
def utf8_widths(encoding: str) -> npt.NDArray[np.int32]:
    """How many bytes of UTF-8 each byte of a code page becomes, shape (256,)."""
    return np.array(
        [len(decode(bytes([byte]), encoding).encode()) for byte in range(256)], np.int32
    )
