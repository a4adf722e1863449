"""Voucher keys in columns: `ledger.voucher_key` for a whole block, occurrences over the file."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ledger.diagnostics import Level
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.text.lines import Places
from ledger.sie.vouchers.rows import VoucherColumns
from ledger.voucher_key import NEEDS_ESCAPE, voucher_key

MOST_SERIES: Final = 64
"""Series in a block up to which ascending numbers are looked for series by series."""


class VoucherKeys:
    """Makes the keys of one file, block after block.

    As long as numbers ascend within their series, none can repeat and none is remembered.
    `empty_level`: the level of an empty number (a 4I file may leave numbering to the receiver).
    """

    def __init__(self, log: DiagnosticLog, *, empty_level: Level) -> None:
        self._log = log
        self._empty_level = empty_level
        self._ascending = True
        self._last: dict[str, int] = {}
        self._made: list[pa.StringArray] = []
        self._seen: set[str] = set()
        self._occurrences: Counter[str] = Counter()

    def make(self, vouchers: VoucherColumns, line: Places) -> pa.StringArray:
        """Key each voucher, shape (vouchers,); note numbers that are empty or used before."""
        if self._ascending and self._goes_on(vouchers):
            keys = pc.binary_join_element_wise(
                _escaped(vouchers.series), _escaped(vouchers.number), ":"
            )
            self._made.append(keys)
            return keys
        self._remember()
        return self._one_by_one(vouchers, line)

    def _goes_on(self, vouchers: VoucherColumns) -> bool:
        """Return whether the numbers of each series ascend, also over those of earlier blocks."""
        try:
            numbers = vouchers.number.cast(pa.int64()).to_numpy()
        except pa.ArrowInvalid:
            return False
        series = vouchers.series.dictionary_encode()
        names = series.dictionary.to_pylist()
        if len(names) > MOST_SERIES:
            return False
        index = series.indices.to_numpy()
        return all(self._ascends(name, numbers[index == at]) for at, name in enumerate(names))

    def _ascends(self, series: str, numbers: Places) -> bool:
        after_last = numbers[0] > self._last.get(series, -1)
        self._last[series] = int(numbers[-1])
        return bool(after_last and np.all(numbers[1:] > numbers[:-1]))

    def _remember(self) -> None:
        """From the first block that does not ascend on, every key is remembered."""
        self._ascending = False
        for keys in self._made:
            self._seen.update(keys.to_pylist())
        self._made.clear()

    def _one_by_one(self, vouchers: VoucherColumns, line: Places) -> pa.StringArray:
        keys = []
        names = zip(vouchers.series.to_pylist(), vouchers.number.to_pylist(), strict=True)
        for (series, number), at in zip(names, line.tolist(), strict=True):
            plain = voucher_key(series, number)
            known = bool(number) and plain in self._seen
            self._seen.add(plain)
            # The first of a number in an ascending block was not counted.
            self._occurrences[plain] += 2 if known and not self._occurrences[plain] else 1
            keys.append(voucher_key(series, number, occurrence=self._occurrences[plain]))
            if known:
                self._log.add("voucher_repeated", at, "#VER number")
            elif not number:
                self._log.add("voucher_number_empty", at, "#VER number", level=self._empty_level)
        return pa.array(keys, pa.string())


def _escaped(column: Any) -> Any:
    """Escape what `voucher_key` escapes; hardly any series needs it."""
    data = column.buffers()[2]
    content = data.to_pybytes() if data else b""
    if not any(mark in content for mark in (b"\\", b":", b"#")):
        return column
    return pc.replace_substring_regex(column, NEEDS_ESCAPE.pattern, r"\\\1")
