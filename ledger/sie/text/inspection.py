"""What is wrong with the bytes of a file, before any record is read: damage, strays, controls."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import numpy as np

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.limits import SieLimits
from ledger.sie.text.encoding import CP1252_LETTERS, Census, is_utf8
from ledger.sie.text.foreign import EMPTY, describe
from ledger.sie.text.lines import count_newlines

PIECE_BYTES: Final = 1 << 18
"""Bytes looked at in one step; only pieces that hold something are looked at line by line."""
SIGNS_OF_DAMAGE: Final = 2
"""Lines from which a pattern of double encoding is believed; one may be chance."""

Test = Callable[[bytes], bool]


def _any_of(*texts: str) -> bytes:
    return b"(?:" + b"|".join(re.escape(text.encode()) for text in texts) + b")"


_CONTROL: Final = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_RARE_CONTROLS: Final = (b"\x0b", b"\x0c", b"\x7f")
_UNDEFINED_IN_1252: Final = bytes.fromhex("818d8f909d")
_REPLACEMENT: Final = "\ufffd".encode()
_DOUBLE: Final = re.compile(
    b"|".join(
        (
            b"[A-Za-z]" + _any_of("„", "†", "”", "™", "Ž") + b"[a-z]",  # 437 read as 1252
            b"[a-z]" + _any_of("Ñ", "Ü", "î") + b"[a-z]",  # 437 read as Mac Roman
            _any_of("Ã¥", "Ã¤", "Ã¶", "├Ñ", "├ñ", "├╢"),  # UTF-8 read as 1252 or as 437
        )
    )
)


def clean(content: bytes, *, limits: SieLimits, log: DiagnosticLog) -> bytes:
    """Take out what would hinder the reading, and note it."""
    if len(content) > limits.file_bytes:
        log.add("file_too_large", 0)
        return b""
    if b"\0" in content:
        log.add("nul_byte", content.count(b"\n", 0, content.index(b"\0")) + 1)
        content = content.replace(b"\0", b"")
    if content.endswith(b"\x1a"):
        log.add("dos_end_of_file", content.count(b"\n") + 1)
        content = content.rstrip(b"\x1a")
    if b"\n" not in content and b"\r" in content:
        log.add("bare_carriage_returns", 1)
        content = content.replace(b"\r", b"\n")
    return content


def note_foreign(content: bytes, log: DiagnosticLog) -> str:
    """Note that a file holds no record of SIE 1-4; say what it is, and what to do."""
    if log.count("file_too_large"):
        return f"It holds {len(content):,} bytes, which is too much. Export one fiscal year a file."
    description = describe(content)
    if description == EMPTY:
        log.add("empty_file", 0)
    else:
        log.add("not_sie", 0, detail=description)
    return description


def inspect(
    content: bytes, *, encoding: str, census: Census, limits: SieLimits, log: DiagnosticLog
) -> None:
    """Note the lines whose bytes are not what they should be."""

    def note(code: str, has: Test, *, at_least: int = 1, quick: Test | None = None) -> None:
        lines = lines_where(content, has, quick=quick or has, at_most=limits.errors)
        if len(lines) >= at_least:
            log.add_many(code, lines)

    # Whatever the rest is written in: a program that lost a letter may have written its sign apart.
    note("damaged_text", lambda piece: _REPLACEMENT in piece)
    note("control_character", _has_control, quick=_may_have_control)
    if encoding == "cp437" and census.sum_of(CP1252_LETTERS):
        note("stray_byte", _has_any(CP1252_LETTERS))
    if encoding == "cp1252" and census.sum_of(_UNDEFINED_IN_1252):
        note("stray_byte", _has_any(_UNDEFINED_IN_1252))
    if encoding in ("utf-8", "utf-8-sig") and census.letters + census.strays:
        if census.strays:
            note("stray_byte", lambda piece: not is_utf8(piece))
        note("double_encoding", _has(_DOUBLE), at_least=SIGNS_OF_DAMAGE)


def lines_where(content: bytes, has: Test, *, quick: Test, at_most: int) -> list[int]:
    """The numbers of the lines that pass a test; `quick` may pass too many, on many lines."""
    found: list[int] = []
    start, counted, number = 0, 0, 1
    while start < len(content) and len(found) < at_most:
        end = content.find(b"\n", start + PIECE_BYTES) + 1 or len(content)
        piece = content[start:end]
        if quick(piece):
            number += count_newlines(np.frombuffer(content, np.uint8, start - counted, counted))
            counted = start
            found += [number + at for at, line in enumerate(piece.split(b"\n")) if has(line)]
        start = end
    return found[:at_most]


def _has(pattern: re.Pattern[bytes]) -> Test:
    return lambda piece: pattern.search(piece) is not None


def _has_any(letters: bytes) -> Test:
    return lambda piece: any(letter in piece for letter in letters)


def _has_control(line: bytes) -> bool:
    return _CONTROL.search(line.rstrip(b"\r")) is not None


def _may_have_control(piece: bytes) -> bool:
    values = np.frombuffer(piece, np.uint8)
    # Taking away 14 turns round at zero: only 14 to 31 come out below 18.
    rare = any(control in piece for control in _RARE_CONTROLS)
    return rare or bool(values.min() < 9 or (values - np.uint8(14)).min() < 18)
