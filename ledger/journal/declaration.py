"""What a file declares: whose it is, of which year, what of it, and how much."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from ledger.coverage import VOUCHERS, WHOLE_YEAR, Coverage
from ledger.fiscal_year import FiscalYear
from ledger.journal.cells import Block
from ledger.journal.findings import Findings
from ledger.journal.layout import AMOUNT, CURRENCY, KEYS, PROOF, VERSION

SECTION = "journal"


@dataclass(frozen=True)
class Declaration:
    """The first section. `row_count`, `debit_total`: of section vouchers, None when not declared.

    `lines`: where each key stands.
    """

    values: dict[str, str]
    lines: dict[str, int]
    year: FiscalYear
    coverage: Coverage
    row_count: int | None
    debit_total: Decimal | None

    @property
    def undeclared(self) -> tuple[str, ...]:
        """Keys without a value that would prove that the file is whole."""
        return tuple(key for key in PROOF if not self.values[key])


def read_declaration(block: Block) -> Declaration | None:
    """Read the first section; None when it is not as the layout has it."""
    keys, values = (block.rows[name].to_pylist() for name in ("key", "value"))
    found, lines = dict(zip(keys, values, strict=True)), dict(zip(keys, block.lines, strict=True))
    findings = block.findings
    _check_keys(keys, findings)
    if findings.count:
        return None
    reader = _Values(found, {key: int(line) for key, line in lines.items()}, findings)
    return reader.read()


def _check_keys(keys: list[str], findings: Findings) -> None:
    for key in KEYS:
        if keys.count(key) != 1:
            findings.add(SECTION, f"key {key} is there {keys.count(key)} times; expected once")
    for key in sorted(set(keys) - set(KEYS)):
        findings.add(SECTION, f"key {key!r} is unknown; expected {', '.join(KEYS)}")


@dataclass(frozen=True)
class _Values:
    found: dict[str, str]
    lines: dict[str, int]
    findings: Findings

    def read(self) -> Declaration | None:
        self._check("layout", self.found["layout"] == VERSION, f"expected {VERSION}")
        is_currency = bool(CURRENCY.fullmatch(self.found["currency"]))
        self._check("currency", is_currency, "expected a code such as EUR")
        year, covered = self._days("year"), self._days("covers", may_be_empty=True)
        row_count, debit_total = self._row_count(), self._debit_total()
        if year and covered and not (covered[0] >= year[0] and covered[1] <= year[1]):
            self._check("covers_first_day", False, "lies outside of the year")
        if self.findings.count or year is None:
            return None
        return Declaration(
            self.found,
            self.lines,
            FiscalYear(*year),
            _coverage(year, covered),
            row_count,
            debit_total,
        )

    def _days(self, what: str, *, may_be_empty: bool = False) -> tuple[dt.date, dt.date] | None:
        keys = (f"{what}_first_day", f"{what}_last_day")
        if may_be_empty and not any(self.found[key] for key in keys):
            return None
        first, last = (self._day(key) for key in keys)
        if first is None or last is None:
            return None
        self._check(keys[1], first <= last, "lies before the first day")
        return first, last

    def _day(self, key: str) -> dt.date | None:
        try:
            day = dt.date.fromisoformat(self.found[key])
        except ValueError:
            day = None
        is_day = day is not None and day.isoformat() == self.found[key]
        self._check(key, is_day, "no date; expected one such as 2025-01-31")
        return day

    def _row_count(self) -> int | None:
        text = self.found["row_count"]
        is_count = bool(re.fullmatch("[0-9]{0,9}", text, re.ASCII))
        self._check("row_count", is_count, "no count; expected digits alone")
        return int(text) if text and is_count else None

    def _debit_total(self) -> Decimal | None:
        text = self.found["debit_total"]
        is_amount = not text or bool(re.fullmatch(AMOUNT, text, re.ASCII))
        self._check("debit_total", is_amount, "no amount; expected digits, no thousands separator")
        return Decimal(text.replace(",", ".")) if text and is_amount else None

    def _check(self, key: str, is_right: bool, message: str) -> None:  # noqa: FBT001 - of a value
        if not is_right:
            self.findings.add(SECTION, message, row=self.lines[key], column=key)


def _coverage(year: tuple[dt.date, dt.date], covered: tuple[dt.date, dt.date] | None) -> Coverage:
    if covered is None:
        return VOUCHERS
    return WHOLE_YEAR if covered == year else Coverage.period(*covered)
