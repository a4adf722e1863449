"""Voucher keys in columns: `ledger.voucher_key` for a whole block, occurrences over the file."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ledger.diagnostics import Level
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.lines import Places
from ledger.sie.rows import VoucherColumns
from ledger.voucher_key import NEEDS_ESCAPE, voucher_key


class VoucherKeys:
    """Makes the keys of one file, block after block.

    `empty_level` is the level of an empty number: a 4I file may leave numbering to the receiver.
    """

    def __init__(self, log: DiagnosticLog, *, empty_level: Level) -> None:
        self._log = log
        self._empty_level = empty_level
        self._seen: set[str] = set()
        self._occurrences: Counter[str] = Counter()

    def make(self, vouchers: VoucherColumns, line: Places) -> pa.StringArray:
        """Key each voucher, shape (vouchers,); note numbers that are empty or used before."""
        plain = pc.binary_join_element_wise(
            _escaped(vouchers.series), _escaped(vouchers.number), ":"
        )
        keys = plain.to_pylist()
        fresh = set(keys)
        if len(fresh) == len(keys) and self._seen.isdisjoint(fresh) and not _any_empty(vouchers):
            self._seen |= fresh
            return plain
        return self._one_by_one(vouchers, line)

    def _one_by_one(self, vouchers: VoucherColumns, line: Places) -> pa.StringArray:
        """Count occurrences: only blocks with an empty or repeated number come here."""
        keys = []
        names = zip(vouchers.series.to_pylist(), vouchers.number.to_pylist(), strict=True)
        for (series, number), at in zip(names, line.tolist(), strict=True):
            plain = voucher_key(series, number)
            known = bool(number) and plain in self._seen
            self._seen.add(plain)
            # A number first seen in a block without repetitions was not counted there.
            self._occurrences[plain] += 2 if known and not self._occurrences[plain] else 1
            keys.append(voucher_key(series, number, occurrence=self._occurrences[plain]))
            if known:
                self._log.add("voucher_repeated", at, "#VER number")
            elif not number:
                self._log.add("voucher_number_empty", at, "#VER number", level=self._empty_level)
        return pa.array(keys, pa.string())


def _any_empty(vouchers: VoucherColumns) -> bool:
    return bool(pc.any(pc.equal(vouchers.number, "")).as_py())


def _escaped(column: Any) -> Any:
    """Escape what `voucher_key` escapes; hardly any series needs it."""
    if not pc.any(pc.match_substring_regex(column, NEEDS_ESCAPE.pattern)).as_py():
        return column
    return pc.replace_substring_regex(column, NEEDS_ESCAPE.pattern, r"\\\1")
