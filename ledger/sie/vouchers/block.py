"""The text of one block, and what in it no record claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.records.scan import Span
from ledger.sie.text.encoding import CODE_PAGES, decode, is_utf8
from ledger.sie.text.lines import HASH, Bytes, Kind, Lines, guess_kind, is_kind, pad, view, words_of


@dataclass(frozen=True)
class BlockText:
    """Text of `size` bytes of whole lines in `encoding`, `data` with padding behind it."""

    data: Bytes
    size: int
    encoding: str

    @classmethod
    def of(cls, content: bytes, span: Span, *, encoding: str) -> Self:
        """Take a block as it lies in the file, or made UTF-8 again where stray bytes spoil it."""
        size = span.end - span.start
        if encoding in CODE_PAGES:
            return cls(view(content, span.start, span.end), size, encoding)
        raw = content[span.start : span.end]
        text = raw if is_utf8(raw) else decode(raw, encoding).encode()
        return cls(pad(text), len(text), encoding)


def note_leftovers(data: Bytes, lines: Lines, log: DiagnosticLog) -> None:
    """Note the lines that are no record, and labels that only begin like those of vouchers."""
    log.add_many("line_too_long", lines.number[is_kind(lines.kind, Kind.TOO_LONG)])
    other = np.flatnonzero(is_kind(lines.kind, Kind.OTHER))
    labelled = data[lines.start[other]] == HASH
    log.add_many("line_without_label", lines.number[other[~labelled]])
    other = other[labelled]
    damaged = guess_kind(words_of(data)[lines.start[other]]) != Kind.OTHER
    log.add_many("label_damaged", lines.number[other[damaged]])
