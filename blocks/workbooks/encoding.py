"""Which encoding a text file has, told from its bytes: no export says it."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

from ledger.statement.refusals import StatementRefused

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_C1: Final = frozenset(range(0x80, 0xA0))
"""Controls in ISO 8859-15, which no export writes; letters and € in Windows-1252."""
_EURO_OF_8859_15: Final = 0xA4
"""The sign ¤ in Windows-1252, which nobody writes."""
_NUL_SHARE: Final = 0.25
"""Of the bytes at even or odd places: text in Latin letters as UTF-16 has nearly all of one."""


@dataclass(frozen=True)
class Decoded:
    """The text, and how it was stored."""

    text: str
    encoding: str
    has_bom: bool


def decode(content: bytes) -> Decoded:
    """Decode a text file: by its mark, as UTF-16 by its zero bytes, as UTF-8, or by its euro sign.

    Raises:
        StatementRefused: No encoding fits.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], name, has_bom=True)
    if wide := _wide(content):
        return _decoded(content, wide, has_bom=False)
    try:
        return Decoded(content.decode("utf-8"), "utf-8", has_bom=False)
    except UnicodeDecodeError:
        return _decoded(content, _single_byte(content), has_bom=False)


def _decoded(content: bytes, encoding: str, *, has_bom: bool) -> Decoded:
    try:
        return Decoded(content.decode(encoding), encoding, has_bom)
    except UnicodeDecodeError:
        raise StatementRefused("encoding_unknown") from None


def _wide(content: bytes) -> str:
    head = content[:4096]
    share = [head[start::2].count(0) / max(len(head[start::2]), 1) for start in (0, 1)]
    if max(share) < _NUL_SHARE:
        return ""
    return "utf-16-be" if share[0] > share[1] else "utf-16-le"


def _single_byte(content: bytes) -> str:
    used = set(content)
    if used & _C1:
        return "windows-1252"
    return "iso-8859-15" if _EURO_OF_8859_15 in used else "windows-1252"
