"""The account table: Ecom's account and its VAT rate, and where postings on it go.

Source:
    Chapter 4 of the article: *Ecom tili*, *ALV-verokanta*, *Procountor tili*, *Procountor ALV
    status*, *Myynnit*, *Ostot* (R-ECO-17 to -24).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pydantic import TypeAdapter, ValidationError

from ledger.ecom.documents import EcomAccount
from ledger.invoice.fields import PERCENT_DECIMALS, Percent, plain
from ledger.spreadsheet import as_cell, from_cell
from ledger.text import visible

COLUMNS: Final = (
    "ecom_account",
    "vat_rate",
    "procountor_account",
    "procountor_vat_status",
    "sales_active",
    "purchases_active",
)
MAX_ROWS: Final = 20_000
NAME_CHARS: Final = 40
"""Characters of a column's name that a refusal repeats."""
YES: Final = "yes"
NO: Final = "no"
NO_TARGET: Final = "no Procountor account is given"
_CODE: Final = re.compile(r"[0-9A-Za-z._-]{0,20}")
_TARGET: Final = re.compile("[0-9]{0,20}")
_STATUS: Final = re.compile("[0-9]{0,9}")
"""Of Procountor's account and VAT status: what the settings of a route take, or nothing yet."""
_PERCENT: Final[TypeAdapter[Decimal]] = TypeAdapter(Percent)
_SWITCH: Final = {YES: True, NO: False, "": True}
"""Both switches start on."""


@dataclass(frozen=True)
class AccountRow:
    """One row. `vat_rate`: per cent. `target_account`, `vat_status`: empty until somebody says."""

    account: str
    vat_rate: Decimal
    target_account: str = ""
    vat_status: str = ""
    is_for_sales: bool = True
    is_for_purchases: bool = True

    @property
    def key(self) -> tuple[str, Decimal]:
        """Return what the row is asked for by: equal rates are one, however they are written."""
        return self.account, plain(self.vat_rate)

    @property
    def is_in_use(self) -> bool:
        """Return whether anything may be posted by it."""
        return self.is_for_sales or self.is_for_purchases

    @property
    def is_whole(self) -> bool:
        """Return whether it says where postings go and as what."""
        return bool(self.target_account and self.vat_status)


@dataclass(frozen=True)
class VatStatus:
    """A VAT status of the environment's own list. `code`: as text; `is_for_*`: by its flags."""

    code: str
    name: str = ""
    is_for_sales: bool = True
    is_for_purchases: bool = True


@dataclass(frozen=True)
class Finding:
    """What is wrong with a row of the table. `line`: of the file, 0 when it came from none."""

    account: str
    vat_rate: Decimal | None
    reason: str
    line: int = 0

    def __str__(self) -> str:
        """Say it in a sentence."""
        rate = "" if self.vat_rate is None else f" at {plain(self.vat_rate)} %"
        place = f"line {self.line}, " if self.line else ""
        return f"{place}account {self.account or '-'}{rate}: {self.reason}"


Table = Mapping[tuple[str, Decimal], AccountRow]


def table_of(rows: Iterable[AccountRow]) -> dict[tuple[str, Decimal], AccountRow]:
    """Return rows by what they are asked for."""
    return {row.key: row for row in rows}


def write_csv(rows: Iterable[AccountRow]) -> str:
    """Return the table as CSV, by account and rate; `read_csv` gives the same rows back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in sorted(rows, key=lambda one: one.key):
        switches = (YES if one else NO for one in (row.is_for_sales, row.is_for_purchases))
        rate = f"{plain(row.vat_rate):f}"
        texts = map(as_cell, (row.account, rate, row.target_account, row.vat_status))
        writer.writerow((*texts, *switches))
    return out.getvalue()


def _shown(heading: Sequence[str]) -> str:
    """Return the first names of a heading, each whole as far as it is as long as a name."""
    names = [visible(cell.strip()[:NAME_CHARS]) for cell in heading[: len(COLUMNS)]]
    more = ", ..." if heading[len(COLUMNS) :] else ""
    return f"{', '.join(names) or 'empty'}{more}"


def read_csv(text: str) -> tuple[list[AccountRow], list[Finding]]:
    """Return the rows of a file, and what is wrong with others, by line.

    Raises:
        ValueError: Its heading is another, or it has more than `MAX_ROWS` rows.
    """
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    heading = next(reader, [])
    if tuple(cell.strip().lower() for cell in heading) != COLUMNS:
        raise ValueError(f"the heading is {_shown(heading)}; expected {', '.join(COLUMNS)}")
    rows: list[AccountRow] = []
    findings: list[Finding] = []
    lines: dict[tuple[str, Decimal], int] = {}
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= MAX_ROWS:
            raise ValueError(f"more than {MAX_ROWS:,} rows")
        found = row_of([from_cell(cell.strip()) for cell in cells], reader.line_num)
        if isinstance(found, Finding):
            findings.append(found)
        elif found.key in lines:
            reason = f"came already on line {lines[found.key]}; one row for an account and rate"
            findings.append(Finding(found.account, found.vat_rate, reason, reader.line_num))
        else:
            lines[found.key] = reader.line_num
            rows.append(found)
    return rows, findings


def row_of(cells: Sequence[str], line: int = 0) -> AccountRow | Finding:
    """Return the row that cells say in the order of `COLUMNS`, or what is wrong with them.

    Args:
        cells: As text; a rate as 25.5, 25,5 or 25.5 %, 0 to 100 with at most three decimals.
        line: Of the file that they come from; 0 for none.
    """
    if len(cells) != len(COLUMNS):
        reason = f"{len(cells)} cells; expected {len(COLUMNS)}"
        return Finding(cells[0] if cells else "", None, reason, line)
    account, rate, target, status, sales, purchases = cells
    vat_rate = _rate(rate)
    if not account or vat_rate is None:
        expected = f"account and a rate like 25.5, at most {PERCENT_DECIMALS} decimals"
        return Finding(account, None, f"rate {visible(rate[:40])!r}; expected {expected}", line)
    if not _CODE.fullmatch(account):
        return Finding("", vat_rate, f"{visible(account[:40])!r}; expected letters, digits", line)
    if unfit := _unfit(target, status):
        return Finding(account, vat_rate, unfit, line)
    wrong = [one for one in (sales, purchases) if one.lower() not in _SWITCH]
    if wrong:
        return Finding(account, vat_rate, f"{wrong[0]!r}; expected {YES} or {NO}", line)
    switches = (_SWITCH[one.lower()] for one in (sales, purchases))
    return AccountRow(account, vat_rate, target, status, *switches)


def _unfit(target: str, status: str) -> str:
    """Return what is wrong with the form of a target's account or VAT status; empty if nothing."""
    if not _TARGET.fullmatch(target):
        return f"{visible(target[:40])!r}; expected a number of an account"
    if not _STATUS.fullmatch(status):
        return f"{visible(status[:40])!r}; expected a whole number, such as 1"
    return ""


def _rate(text: str) -> Decimal | None:
    try:
        return _PERCENT.validate_python(text.replace(",", ".").removesuffix("%").strip())
    except ValidationError:
        return None


def check_table(
    rows: Iterable[AccountRow],
    *,
    chart: Mapping[str, EcomAccount],
    target_chart: Mapping[str, str] | None,
    statuses: Sequence[VatStatus] | None,
) -> list[Finding]:
    """Return what is wrong with a table.

    Args:
        rows: Of the table.
        chart: Ecom's, by number.
        target_chart: Procountor's names by number; None where it could not be asked.
        statuses: Of the environment; None where it could not be asked.
    """
    by_code = None if statuses is None else {one.code: one for one in statuses}
    return [
        Finding(row.account, row.vat_rate, reason)
        for row in rows
        for reason in (
            *_against_source(row, chart),
            *_against_target(row, target_chart),
            *_against_statuses(row, by_code),
        )
    ]


def _against_source(row: AccountRow, chart: Mapping[str, EcomAccount]) -> list[str]:
    return [] if row.account in chart else ["Ecom has no such account"]


def _against_target(row: AccountRow, chart: Mapping[str, str] | None) -> list[str]:
    if not row.is_in_use:
        return []
    if not row.target_account:
        return [NO_TARGET]
    if chart is not None and row.target_account not in chart:
        return [f"Procountor's chart has no account {row.target_account}"]
    return []


def _against_statuses(row: AccountRow, statuses: Mapping[str, VatStatus] | None) -> list[str]:
    if not row.is_in_use:
        return []
    if not row.vat_status:
        return ["no VAT status is given, and every account in use has one"]
    if statuses is None:
        return []
    found = statuses.get(row.vat_status)
    if found is None:
        return [f"Procountor's list has no VAT status {row.vat_status}"]
    wrong = [
        side
        for side, used, allowed in (
            ("sales", row.is_for_sales, found.is_for_sales),
            ("purchases", row.is_for_purchases, found.is_for_purchases),
        )
        if used and not allowed
    ]
    return [f"VAT status {found.code} is not for {' and '.join(wrong)}"] if wrong else []
