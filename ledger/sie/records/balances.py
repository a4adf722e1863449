"""The balances that a SIE file reports: opening, closing, result, per period and per object."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from ledger.money import MONEY, QUANTITY, decimal_column
from ledger.schemas import OPENING_BALANCE, REPORTED_BALANCE
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.records.header import read_year_number
from ledger.sie.text.shifts import shifted_balance
from ledger.sie.text.tokenizer import Record
from ledger.sie.text.values import read_amount, read_period, read_quantity

KINDS: Final = {
    "#IB": "opening",
    "#UB": "closing",
    "#RES": "result",
    "#OIB": "opening_object",
    "#OUB": "closing_object",
    "#PSALDO": "period",
    "#PBUDGET": "budget",
}
"""`reported_balance.balance_kind` of each label."""


_Value = tuple[int, int | None]
"""Amount in hundredths, quantity in millionths."""


class _Key(NamedTuple):
    year: int
    kind: str
    period: dt.date | None
    account: str
    dimension: str | None
    object_number: str | None


class BalanceReader:
    """Gathers the balances; one of each (year, kind, period, account, objects), the last one."""

    def __init__(self, log: DiagnosticLog) -> None:
        self._log = log
        self._balances: dict[_Key, _Value] = {}
        self._repeated: list[tuple[_Key, _Value]] = []
        self.used_objects: set[tuple[str, str]] = set()
        self.handlers = dict.fromkeys(KINDS, self._balance)

    def _balance(self, record: Record, line: int) -> None:
        key = self._key(record, line)
        if key is None:
            return
        place = 2 + (key.period is not None)
        if shifted := shifted_balance(record, place):
            self._log.add("fields_shifted", line, f"{record.label} {shifted}")
            return
        amount, problem = read_amount(record.get(place))
        if problem:
            self._log.add(problem, line, f"{record.label} amount")
        if amount is None:
            return
        quantity, problem = read_quantity(record.get(place + 1))
        if problem:
            self._log.add(problem, line, f"{record.label} quantity")
        self._keep(key, (amount, quantity), line)

    def _key(self, record: Record, line: int) -> _Key | None:
        """Read what a balance is of; None, with the reason noted, when it cannot be told."""
        year = read_year_number(record.get(0))
        has_period = record.label in ("#PSALDO", "#PBUDGET")
        period = read_period(record.get(1)) if has_period else None
        account = sys.intern(record.get(1 + has_period))
        problem = (
            "year_number_unreadable"
            if year is None
            else "period_unreadable"
            if has_period and period is None
            else ""
            if account
            else "account_missing"
        )
        if problem or year is None:
            self._log.add(problem, line, record.label)
            return None
        pairs = self._objects(record, line)
        dimension = " ".join(pair[0] for pair in pairs) or None
        number = " ".join(pair[1] for pair in pairs) or None
        return _Key(year, KINDS[record.label], period, account, dimension, number)

    def _objects(self, record: Record, line: int) -> list[tuple[str, str]]:
        if record.label in ("#IB", "#UB", "#RES"):
            return []
        pairs = read_objects(record, line, self._log)
        self.used_objects.update(pairs)
        return pairs

    def _keep(self, key: _Key, value: _Value, line: int) -> None:
        before = self._balances.get(key)
        if before is not None and key.object_number:
            # Mamut writes the balances of a combination of objects under each object alone.
            self._log.add("object_balance_repeated", line, key.kind)
            self._repeated.append((key, value))
            return
        if before is not None:
            code = "balance_repeated" if before == value else "balance_contradicts"
            self._log.add(code, line, key.kind)
        self._balances[key] = value

    def has(self, kind: str, year: int) -> bool:
        """Return whether any balance of a kind is reported for a year."""
        return any(key.kind == kind and key.year == year for key in self._balances)

    def tables(self) -> dict[str, pa.Table]:
        """Build the tables of reported and of opening balances.

        The year's opening balances are its #IB; when there is none at all, the #UB of the year
        before (SIE 4B §5.16: one of the two must exist).
        """
        source = ("opening", 0)
        if not self.has(*source) and self.has("closing", -1):
            self._log.add("opening_from_closing", 0, "#IB")
            source = ("closing", -1)
        opening = [
            (key, value) for key, value in self._balances.items() if (key.kind, key.year) == source
        ]
        every = [*self._balances.items(), *self._repeated]
        return {
            "opening_balance": _table(OPENING_BALANCE, opening),
            "reported_balance": _table(REPORTED_BALANCE, every),
        }


def read_objects(record: Record, line: int, log: DiagnosticLog) -> list[tuple[str, str]]:
    """Pair the object list of a record as (dimension, object); notes what bends it."""
    if record.objects is None:
        log.add("object_list_missing", line, record.label)
        return []
    names = [name.strip(" \t") for name in record.objects]
    if len(names) % 2:
        log.add("object_list_odd", line, record.label)
    pairs = list(zip(names[::2], names[1::2], strict=False))
    filled = [pair for pair in pairs if pair[0] and pair[1]]
    if len(filled) < len(pairs):
        log.add("object_empty", line, record.label)
    return filled


def _table(schema: pa.Schema, balances: list[tuple[_Key, _Value]]) -> pa.Table:
    """Lay balances out in columns, one at a time: a file may report very many."""
    columns = {
        "year_offset": pa.array([key.year for key, _ in balances], pa.int32()),
        "balance_kind": pa.array([key.kind for key, _ in balances], pa.string()),
        "period": pa.array([key.period for key, _ in balances], pa.date32()),
        "account_number": pa.array([key.account for key, _ in balances], pa.string()),
        "dimension_number": pa.array([key.dimension for key, _ in balances], pa.string()),
        "object_number": pa.array([key.object_number for key, _ in balances], pa.string()),
        "amount": _decimals([amount for _, (amount, _) in balances], MONEY),
        "quantity": _decimals([quantity for _, (_, quantity) in balances], QUANTITY),
    }
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _decimals(values: list[int] | list[int | None], kind: pa.Decimal128Type) -> pa.Array:
    present = np.array([value is not None for value in values], np.bool_)
    units = np.array([value or 0 for value in values], np.int64)
    return decimal_column(units, kind, present)
