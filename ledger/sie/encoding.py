"""Which code page a SIE file is really in: decided over the whole file, from its bytes alone.

The format allows code page 437 only and every file says ``#FORMAT PC8``, whatever it is.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

UTF8_BOM: Final = codecs.BOM_UTF8
CP437_LETTERS: Final = bytes.fromhex("868494 8f8e99 8290 81")
"""å ä ö Å Ä Ö é É ü in code page 437."""
CP1252_LETTERS: Final = bytes.fromhex("e5e4f6 c5c4d6 e9 fc")
"""å ä ö Å Ä Ö é ü in Windows-1252 (and Latin-1)."""


def detect_encoding(content: bytes) -> str:
    """Name the encoding: ``utf-8-sig``, ``utf-8``, ``cp1252`` or ``cp437``.

    UTF-8 needs more letters of several bytes than bytes that fit none: text in another code page
    has hardly ever one by chance. A tie of the others, and plain ASCII, is code page 437.
    """
    if content.startswith(UTF8_BOM):
        return "utf-8-sig"
    if content.isascii():
        return "cp437"
    if is_mostly_utf8(content):
        return "utf-8"
    counts = count_high_bytes(content)
    dos = int(counts[list(CP437_LETTERS)].sum())
    windows = int(counts[list(CP1252_LETTERS)].sum())
    return "cp1252" if windows > dos else "cp437"


PIECE_BYTES: Final = 1 << 20
"""Bytes looked at in one step, which bounds the memory that a hostile file can take."""

Bytes = npt.NDArray[np.uint8]


def _pieces(content: bytes) -> Iterator[Bytes]:
    data = np.frombuffer(content, np.uint8)
    for start in range(0, len(data), PIECE_BYTES):
        yield data[start : start + PIECE_BYTES]


def count_high_bytes(content: bytes) -> npt.NDArray[np.int64]:
    """Count each byte value, shape (256,); those below 128 are left at zero."""
    counts = np.zeros(256, np.int64)
    for piece in _pieces(content):
        counts += np.bincount(piece[piece > 0x7F], minlength=256)
    return counts


def is_mostly_utf8(content: bytes) -> bool:
    """Say whether letters of several bytes outnumber the bytes that fit none."""
    letters = strays = 0
    for piece in _pieces(content):
        two, three, four, high = _count_sequences(piece)
        letters += two + three + four
        strays += high - 2 * two - 3 * three - 4 * four
    return letters > strays


def _count_sequences(piece: Bytes) -> tuple[int, int, int, int]:
    """Count sequences of two, three and four bytes, and bytes above 127."""
    at = np.flatnonzero(piece > 0x7F)
    padded = np.append(piece, np.zeros(3, np.uint8))
    first = padded[at]
    tails = [(padded[at + step] & 0xC0) == 0x80 for step in (1, 2, 3)]
    two = (first >= 0xC2) & (first <= 0xDF) & tails[0]
    three = ((first & 0xF0) == 0xE0) & tails[0] & tails[1]
    four = (first >= 0xF0) & (first <= 0xF4) & tails[0] & tails[1] & tails[2]
    counts = [int(np.count_nonzero(kind)) for kind in (two, three, four)]
    return counts[0], counts[1], counts[2], len(at)


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


def to_utf8(raw: bytes, encoding: str) -> bytes:
    """Bring some whole lines of the file to UTF-8."""
    return raw if raw.isascii() else decode(raw, encoding).encode()
