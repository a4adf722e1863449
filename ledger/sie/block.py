"""The text of one block, and what in it no record claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.encoding import decode, is_sound
from ledger.sie.lines import HASH, PADDING, Bytes, Kind, Lines, guess_kind, pad, words_of
from ledger.sie.scan import Span


@dataclass(frozen=True)
class BlockText:
    """Text of `size` bytes of whole lines in `encoding`, `data` with padding behind it."""

    data: Bytes
    size: int
    encoding: str

    @classmethod
    def of(cls, content: bytes, data: Bytes, span: Span, *, encoding: str) -> Self:
        """Take a block as it lies in the file, or made UTF-8 again where stray bytes spoil it."""
        raw = content[span.start : span.end]
        if is_sound(raw, encoding):
            return cls(data[span.start : span.end + PADDING], len(raw), encoding)
        text = decode(raw, encoding).encode()
        return cls(pad(text), len(text), encoding)


def note_leftovers(data: Bytes, lines: Lines, log: DiagnosticLog) -> None:
    """Note the lines that are no record, and labels that only begin like those of vouchers."""
    log.add_many("line_too_long", lines.number[lines.kind == Kind.TOO_LONG])
    other = np.flatnonzero(lines.kind == Kind.OTHER)
    labelled = data[lines.start[other]] == HASH
    log.add_many("line_without_label", lines.number[other[~labelled]])
    other = other[labelled]
    damaged = guess_kind(words_of(data)[lines.start[other]]) != Kind.OTHER
    log.add_many("label_damaged", lines.number[other[damaged]])
