"""The chart of accounts, the dimensions and their objects, as a SIE file declares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from ledger.schemas import DIMENSION, DIMENSION_OBJECT, LEDGER_ACCOUNT
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.text.tokenizer import Record

ACCOUNT_TYPES: Final = {"T": "asset", "S": "liability", "K": "expense", "I": "income"}
"""#KTYP: tillgång, skuld, kostnad, intäkt. SIE has no word for equity: it is a liability there."""

RESERVED_DIMENSIONS: Final = {
    "1": ("Kostnadsställe", None),
    "2": ("Kostnadsbärare", "1"),
    "6": ("Projekt", None),
    "7": ("Anställd", None),
    "8": ("Kund", None),
    "9": ("Leverantör", None),
    "10": ("Faktura", None),
}
"""Dimensions that need no #DIM, with name and parent (SIE 4B §8.17)."""

LONGEST_ACCOUNT: Final = 6
"""Digits of an account number beyond which a program's error is likelier than an account."""


@dataclass
class _Account:
    name: str
    account_type: str | None = None
    quantity_unit: str | None = None
    sru_codes: list[str] = field(default_factory=list)


class ChartReader:
    """Gathers #KONTO, #KTYP, #ENHET, #SRU, #DIM, #UNDERDIM and #OBJEKT.

    What is said of an account may come before its #KONTO, so it is settled at the end.
    """

    def __init__(self, log: DiagnosticLog) -> None:
        self._log = log
        self._accounts: dict[str, _Account] = {}
        self._remarks: list[tuple[Record, int]] = []
        self._dimensions: dict[str, tuple[str, str | None]] = {}
        self._objects: dict[tuple[str, str], str] = {}
        self.handlers = {
            "#KONTO": self._account,
            "#KTYP": self._remark,
            "#ENHET": self._remark,
            "#SRU": self._remark,
            "#DIM": self._dimension,
            "#UNDERDIM": self._dimension,
            "#OBJEKT": self._object,
        }

    def _account(self, record: Record, line: int) -> None:
        number, name = record.get(0), record.get(1)
        if not number:
            self._log.add("account_missing", line, record.label)
            return
        self._check_number(number, line)
        if not name:
            self._log.add("account_name_missing", line, record.label)
        if number in self._accounts:
            self._log.add("account_repeated", line, record.label)
        self._accounts[number] = _Account(name)

    def _check_number(self, number: str, line: int) -> None:
        if not (number.isascii() and number.isdigit()):
            self._log.add("account_not_numeric", line, "#KONTO")
        elif len(number) > LONGEST_ACCOUNT:
            self._log.add("account_too_long", line, "#KONTO")
        elif len(number) != 4:
            self._log.add("account_length", line, "#KONTO")

    def _remark(self, record: Record, line: int) -> None:
        self._remarks.append((record, line))

    def _dimension(self, record: Record, line: int) -> None:
        number, name, parent = record.get(0), record.get(1), record.get(2)
        if not number:
            self._log.add("field_missing", line, record.label)
            return
        if number in self._dimensions:
            self._log.add("dimension_repeated", line, record.label)
        reserved = RESERVED_DIMENSIONS.get(number, ("", None))
        above = parent if record.label == "#UNDERDIM" else ""
        self._dimensions[number] = (name or reserved[0], above or reserved[1])

    def _object(self, record: Record, line: int) -> None:
        dimension, number, name = record.get(0), record.get(1), record.get(2)
        if not dimension or not number:
            self._log.add("field_missing", line, record.label)
            return
        if (dimension, number) in self._objects:
            self._log.add("object_repeated", line, record.label)
        self._objects[dimension, number] = name

    def settle(self) -> None:
        """Put the remarks on their accounts."""
        for record, line in self._remarks:
            account = self._accounts.get(record.get(0))
            if not record.get(1):
                self._log.add("field_missing", line, record.label)
            elif account is None:
                self._log.add("account_undeclared", line, record.label)
            else:
                self._settle(account, record, line)
        self._remarks.clear()

    def _settle(self, account: _Account, record: Record, line: int) -> None:
        value = record.get(1)
        if record.label == "#SRU":
            account.sru_codes.append(value)
        elif record.label == "#ENHET":
            account.quantity_unit = value
        elif value.upper() in ACCOUNT_TYPES:
            account.account_type = ACCOUNT_TYPES[value.upper()]
        else:
            self._log.add("account_type_unknown", line, record.label)

    def check_used(self, used: Mapping[tuple[str, str], int]) -> None:
        """Note the dimensions and objects used (each with a line) that nothing declares."""
        known = self._dimensions.keys() | RESERVED_DIMENSIONS.keys()
        unknown: dict[str, int] = {}
        for (dimension, number), line in used.items():
            if (dimension, number) not in self._objects:
                self._log.add("object_undeclared", line)
            if dimension not in known:
                unknown.setdefault(dimension, line)
        self._log.add_many("dimension_undeclared", list(unknown.values()))

    def tables(self, used_dimensions: frozenset[str]) -> dict[str, pa.Table]:
        """Build the chart's tables.

        `used_dimensions`: dimension numbers that occur anywhere in the file; those of them that
        are reserved and have no #DIM get their name in the format.
        """
        dimensions = dict(self._dimensions)
        for number in used_dimensions | {dimension for dimension, _ in self._objects}:
            if number in RESERVED_DIMENSIONS:
                dimensions.setdefault(number, RESERVED_DIMENSIONS[number])
        return {
            "ledger_account": self._account_table(),
            "dimension": _rows(DIMENSION, [(number, *rest) for number, rest in dimensions.items()]),
            "dimension_object": _rows(
                DIMENSION_OBJECT, [(*key, name) for key, name in self._objects.items()]
            ),
        }

    def _account_table(self) -> pa.Table:
        return _rows(
            LEDGER_ACCOUNT,
            [
                (
                    number,
                    account.name,
                    account.account_type,
                    account.quantity_unit,
                    " ".join(account.sru_codes) or None,
                )
                for number, account in self._accounts.items()
            ],
        )


def _rows(schema: pa.Schema, rows: list[tuple[str | None, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [pa.array(column, kind.type) for column, kind in zip(columns, schema, strict=True)],
        schema=schema,
    )
