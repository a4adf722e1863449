"""Who a file is about and for which years: the flag and identification records of SIE."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any, Final

from ledger.diagnostics import Level
from ledger.fiscal_year import FiscalYear
from ledger.sie.diagnostics import DiagnosticLog
from ledger.sie.records.reading import Handler
from ledger.sie.text.tokenizer import Record
from ledger.sie.text.values import read_date

DEFAULT_CURRENCY: Final = "SEK"
COMPULSORY_VALUES: Final = frozenset({"#FLAGGA", "#PROGRAM", "#FORMAT", "#GEN", "#FNAMN"})
"""Records that every file must have; without its value one says nothing."""
CHART_TYPES: Final = frozenset({"BAS95", "BAS96", "EUBAS97", "NE2007"})
ORGANISATION_NUMBER: Final = re.compile(r"[0-9]{6}-[0-9]{4}", re.ASCII)
MONTHS_ALLOWED: Final = 18
"""Bokföringslagen 3 kap. 3 §: a fiscal year is at most 18 months."""


@dataclass(frozen=True)
class SieHeader:
    """What a SIE file says of itself.

    `sie_type`: 1, 2, 3, 4E or 4I. `organisation_number`: digits only, empty when absent.
    `already_read`: #FLAGGA 1. `balances_up_to`: #OMFATTN. `fiscal_years`: by year number, where
    0 is the year of the vouchers and -1 the one before. `lines`: where a record stands, by its
    label; of #RAR that of year 0.
    """

    sie_type: str = "1"
    program: str = ""
    program_version: str = ""
    declared_format: str = ""
    generated_on: dt.date | None = None
    organisation_number: str = ""
    company_name: str = ""
    company_code: str = ""
    currency: str = DEFAULT_CURRENCY
    chart_type: str = ""
    already_read: bool = False
    balances_up_to: dt.date | None = None
    fiscal_years: dict[int, FiscalYear] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict, compare=False)


class HeaderReader:
    """Gathers the header's records; `fiscal_years` and `declared_type` are as seen so far."""

    def __init__(self, log: DiagnosticLog) -> None:
        self._log = log
        self._lines: dict[str, int] = {}
        self.declared_type: str | None = None
        self._values: dict[str, Any] = {}
        self.fiscal_years: dict[int, FiscalYear] = {}
        self.handlers = {
            "#FLAGGA": self._flag,
            "#FORMAT": self._text("declared_format"),
            "#SIETYP": self._sie_type,
            "#PROGRAM": self._program,
            "#GEN": self._date("generated_on"),
            "#FNR": self._text("company_code"),
            "#FNAMN": self._text("company_name"),
            "#ORGNR": self._organisation_number,
            "#RAR": self._fiscal_year,
            "#VALUTA": self._currency,
            "#KPTYP": self._chart_type,
            "#TAXAR": self._tax_year,
            "#OMFATTN": self._date("balances_up_to"),
            "#PROSA": self.ignore,
            "#FTYP": self.ignore,
            "#ADRESS": self.ignore,
            "#BKOD": self.ignore,
        }

    def _once(self, record: Record, line: int) -> None:
        if record.label in self._lines:
            self._log.add("record_repeated", line, record.label)
        self._lines[record.label] = line
        if not record.get(0):
            level = Level.WARNING if record.label in COMPULSORY_VALUES else Level.INFO
            self._log.add("value_missing", line, record.label, level=level)

    def ignore(self, record: Record, line: int) -> None:
        """Take a record that says nothing we use; free text may come several times."""

    def _text(self, name: str) -> Handler:
        def read(record: Record, line: int) -> None:
            self._once(record, line)
            self._values[name] = record.get(0)

        return read

    def _date(self, name: str) -> Handler:
        def read(record: Record, line: int) -> None:
            self._once(record, line)
            date, problem = read_date(record.get(0))
            if problem:
                self._log.add(problem, line, record.label)
            self._values[name] = date

        return read

    def _flag(self, record: Record, line: int) -> None:
        self._once(record, line)
        self._values["already_read"] = record.get(0) == "1"
        if record.get(0) == "1":
            self._log.add("already_read", line, record.label)

    def _sie_type(self, record: Record, line: int) -> None:
        self._once(record, line)
        self.declared_type = record.get(0).upper()
        if self.declared_type in ("4E", "4I"):
            self._log.add("sie_type_label", line, record.label)

    def _program(self, record: Record, line: int) -> None:
        self._once(record, line)
        self._values["program"] = record.get(0)
        self._values["program_version"] = record.get(1)
        if record.get(0) and not record.get(1):
            self._log.add("value_missing", line, "#PROGRAM version")

    def _organisation_number(self, record: Record, line: int) -> None:
        self._once(record, line)
        text = record.get(0)
        digits = re.sub(r"[^0-9]", "", text)
        if len(digits) == 12:
            digits = digits[2:]
        if text and len(digits) != 10:
            self._log.add("organisation_number_unreadable", line, record.label)
        elif text and not ORGANISATION_NUMBER.fullmatch(text):
            self._log.add("organisation_number_form", line, record.label)
        self._values["organisation_number"] = digits

    def _currency(self, record: Record, line: int) -> None:
        self._once(record, line)
        currency = record.get(0).upper()
        if currency and not re.fullmatch(r"[A-Z]{3}", currency):
            self._log.add("currency_unreadable", line, record.label)
        self._values["currency"] = currency or DEFAULT_CURRENCY

    def _chart_type(self, record: Record, line: int) -> None:
        self._once(record, line)
        chart = record.get(0)
        if chart and chart.upper() not in CHART_TYPES and not chart.upper().startswith("BAS2"):
            self._log.add("chart_type_unknown", line, record.label)
        self._values["chart_type"] = chart

    def _tax_year(self, record: Record, line: int) -> None:
        self._once(record, line)
        if not re.fullmatch(r"[0-9]{4}", record.get(0)):
            self._log.add("tax_year_unreadable", line, record.label)

    def _fiscal_year(self, record: Record, line: int) -> None:
        number = read_year_number(record.get(0))
        dates = [self._year_date(record.get(index), line) for index in (1, 2)]
        start, end = dates
        if number is None or start is None or end is None or end < start:
            self._log.add("fiscal_year_unreadable", line, record.label)
            return
        if number in self.fiscal_years:
            self._log.add("record_repeated", line, record.label)
        if _months(start, end) > MONTHS_ALLOWED:
            self._log.add("fiscal_year_long", line, record.label)
        if number == 0:
            self._lines[record.label] = line
        self.fiscal_years[number] = FiscalYear(start, end)

    def _year_date(self, text: str, line: int) -> dt.date | None:
        date, problem = read_date(text)
        if problem:
            self._log.add(problem, line, "#RAR")
        return date

    def header(self, sie_type: str) -> SieHeader:
        """What was gathered."""
        return SieHeader(
            sie_type=sie_type,
            fiscal_years=self.fiscal_years,
            lines=self._lines,
            **self._values,
        )

    def check(self, encoding: str) -> None:
        """Note what can be judged only when all records are in."""
        self._check_years()
        declared = self._values.get("declared_format", "").upper().replace("-", "")
        actual = {"cp437": "PC8", "cp1252": "ANSI"}.get(encoding, "UTF8")
        if declared and not declared.startswith(actual):
            self._log.add("format_label", self._lines["#FORMAT"], "#FORMAT")

    def _check_years(self) -> None:
        for number, year in self.fiscal_years.items():
            following = self.fiscal_years.get(number + 1)
            if following and year.end_date + dt.timedelta(days=1) != following.start_date:
                self._log.add("fiscal_years_not_consecutive", 0, "#RAR", detail=f"Year {number}.")


def _months(start: dt.date, end: dt.date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month + 1


def read_year_number(text: str) -> int | None:
    """Read the number of a year: 0, -1, -2 and so on."""
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,4}", text, re.ASCII) else None
