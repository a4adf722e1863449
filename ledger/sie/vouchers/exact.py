"""#VER and #TRANS lines read by the exact tokenizer: the path for every line that is irregular."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.records.balances import read_objects
from ledger.sie.text.shifts import is_parted_date, shifted_row
from ledger.sie.text.tokenizer import BLANK, Record, read_record
from ledger.sie.text.values import days, read_amount, read_date, read_quantity
from ledger.sie.vouchers.rows import NO_DATE, RowColumns, VoucherColumns, codes, texts

_BLOCK_OPENS: Final = "{"


class ExactVouchers:
    """Gathers #VER lines one by one."""

    def __init__(self, log: DiagnosticLog) -> None:
        self._log = log
        self._texts: list[tuple[str, str, str, str]] = []
        self._dates: list[tuple[int, int]] = []
        self._opens: list[bool] = []

    def read(self, text: str, line: int) -> None:
        """Read one line, given without its line end."""
        record = read_record(text)
        for problem in record.problems:
            self._log.add(problem, line, record.label)
        is_bare = text.rstrip(" \t\r").endswith(_BLOCK_OPENS)
        opens = is_bare and len(record.fields) > 1 and record.fields[-1] == _BLOCK_OPENS
        if opens:
            self._log.add("brace_on_voucher_line", line, record.label)
            record.fields.pop()
        self._move_fields(record, line)
        self._opens.append(opens)
        self._texts.append((record.get(0), record.get(1), _raw(record, 3), record.get(5)))
        self._dates.append(
            (self._date(record, 2, "date", line), self._date(record, 4, "regdate", line))
        )

    def _move_fields(self, record: Record, line: int) -> None:
        """Put the fields right of a series that was left out where they belong."""
        first = read_date(record.get(1))
        if first == (None, "") or first[1] or read_date(record.get(2))[0]:
            return
        record.fields.insert(0, "")
        self._log.add("voucher_field_missing", line, record.label)

    def _date(self, record: Record, index: int, name: str, line: int) -> int:
        date, problem = read_date(record.get(index))
        if problem and is_parted_date(record, index):
            self._log.add("fields_shifted", line, f"#VER {name}")
        elif problem and not (index == 2 and date is None):
            self._log.add(problem, line, f"#VER {name}")
        return days(date) if date else NO_DATE

    def columns(self) -> VoucherColumns:
        """What was read so far, in order."""
        series, number, text, sign = zip(*self._texts, strict=True) if self._texts else ((),) * 4
        dates = np.array(self._dates, np.int32).reshape(-1, 2)
        return VoucherColumns(
            series=codes(series),
            number=codes(number),
            date=dates[:, 0],
            text=texts(text),
            registered_on=dates[:, 1],
            registered_by=texts(sign),
            opens=np.array(self._opens, np.bool_),
        )


class ExactRows:
    """Gathers #TRANS, #RTRANS and #BTRANS lines one by one."""

    def __init__(self, log: DiagnosticLog) -> None:
        self._log = log
        self._texts: list[tuple[str, str, str]] = []
        self._numbers: list[tuple[int, int, int, bool, bool]] = []
        self._pairs: list[tuple[int, str, str]] = []

    def read(self, text: str, line: int) -> None:
        """Read one line, given without its line end."""
        record = read_record(text)
        for problem in record.problems:
            self._log.add(problem, line, record.label)
        if shifted := shifted_row(record):
            self._log.add("fields_shifted", line, f"{record.label} {shifted}")
            self._leave_out()
            return
        amount = self._amount(record, line)
        row = len(self._numbers)
        pairs = read_objects(record, line, self._log)
        self._pairs.extend((row, *pair) for pair in pairs)
        date = self._posting_date(record, line)
        quantity = self._quantity(record, line)
        self._numbers.append(
            (amount or 0, date, quantity or 0, quantity is not None, amount is not None)
        )
        self._texts.append((record.get(0), _raw(record, 3), record.get(5)))

    def _leave_out(self) -> None:
        self._numbers.append((0, NO_DATE, 0, False, False))
        self._texts.append(("", "", ""))

    def _amount(self, record: Record, line: int) -> int | None:
        if "object_list_unclosed" in record.problems:
            return None
        if not record.get(0):
            self._log.add("account_missing", line, record.label)
            return None
        amount, problem = read_amount(record.get(1))
        if problem:
            self._log.add(problem, line, f"{record.label} amount")
        return amount

    def _posting_date(self, record: Record, line: int) -> int:
        text = record.get(2)
        date, problem = read_date(text)
        if date is None and problem and len(record.fields) == 3 and _is_words(text):
            record.fields.insert(2, "")
            self._log.add("posting_date_left_out", line, record.label)
        elif problem:
            code = "date_form" if date else "posting_date_unreadable"
            self._log.add(code, line, f"{record.label} date")
        return days(date) if date else NO_DATE

    def _quantity(self, record: Record, line: int) -> int | None:
        quantity, problem = read_quantity(record.get(4))
        if problem:
            self._log.add(problem, line, f"{record.label} quantity")
        return quantity

    def columns(self) -> RowColumns:
        """What was read so far, in order."""
        account, text, sign = zip(*self._texts, strict=True) if self._texts else ((),) * 3
        numbers = np.array(self._numbers, np.int64).reshape(-1, 5)
        row, dimension, number = zip(*self._pairs, strict=True) if self._pairs else ((),) * 3
        return RowColumns(
            account=codes(account),
            amount=numbers[:, 0],
            date=numbers[:, 1].astype(np.int32),
            text=texts(text),
            quantity=numbers[:, 2],
            has_quantity=numbers[:, 3].astype(np.bool_),
            registered_by=texts(sign),
            readable=numbers[:, 4].astype(np.bool_),
            pair_row=np.array(row, np.int64),
            pair_dimension=codes(dimension),
            pair_object=codes(number),
        )


def _raw(record: Record, index: int) -> str:
    """A text as it stands, padding and all; nothing when it is blank."""
    text = record.fields[index] if index < len(record.fields) else ""
    return text if text.strip(BLANK) else ""


def _is_words(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def read_vouchers(lines: Sequence[tuple[str, int]], log: DiagnosticLog) -> VoucherColumns:
    """Read #VER lines, each with its number."""
    vouchers = ExactVouchers(log)
    for text, line in lines:
        vouchers.read(text, line)
    return vouchers.columns()


def read_rows(lines: Sequence[tuple[str, int]], log: DiagnosticLog) -> RowColumns:
    """Read #TRANS, #RTRANS and #BTRANS lines, each with its number."""
    rows = ExactRows(log)
    for text, line in lines:
        rows.read(text, line)
    return rows.columns()
