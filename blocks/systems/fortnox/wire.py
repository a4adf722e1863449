"""From Fortnox's JSON to our values and columns; types are loose there and strict from here on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

import pyarrow as pa

from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.money import MONEY, ZERO

Row = dict[str, Any]
T = TypeVar("T")

_text = pa.string()

OPENING_BALANCES: Final = pa.schema(
    [
        pa.field("account_number", _text, nullable=False),
        pa.field("name", _text, nullable=False),
        pa.field("amount", MONEY),
        pa.field("vat_code", _text),
    ]
)
"""The account list of a year: BalanceBroughtForward (debit positive, the company's currency, NULL
when Fortnox gives none) and the VAT code, which SIE does not carry."""

VOUCHER_HEADERS: Final = pa.schema(
    [
        pa.field("voucher_series", _text, nullable=False),
        pa.field("voucher_number", _text, nullable=False),
        pa.field("voucher_date", pa.date32(), nullable=False),
        pa.field("voucher_text", _text),
        pa.field("reference_type", _text),
        pa.field("reference_number", _text),
    ]
)
"""The unfiltered list of a year's vouchers, which has no rows."""

VOUCHER_ROWS: Final = pa.schema(
    [
        pa.field("account_number", _text, nullable=False),
        pa.field("amount", MONEY, nullable=False),
        pa.field("posting_text", _text),
        pa.field("is_removed", pa.bool_(), nullable=False),
    ]
)
"""Rows of one voucher: debit - credit. Removed rows are struck out and must not be summed."""


class UnexpectedShape(TerminalError):
    """An answer lacks a field, or holds something else in it than documented."""

    def __init__(self, what: str, *, problem: str) -> None:
        super().__init__(
            f"Fortnox's {what} is not as documented: {problem}. Nothing of it was used. Compare "
            "with the vendor's API documentation; the program may need to follow a change."
        )


@dataclass(frozen=True)
class Company:
    """Who answers. `organisation_number`: digits. `database_number`: the TenantId of tokens."""

    name: str
    organisation_number: str
    database_number: str


@dataclass(frozen=True)
class SourceYear:
    """A financial year as Fortnox knows it. `source_id`: its Id there, never a calendar year."""

    source_id: int
    year: FiscalYear
    accounting_method: str


@dataclass(frozen=True)
class SourceVoucher:
    """One voucher with its rows (`VOUCHER_ROWS`); for a drill only."""

    voucher_series: str
    voucher_number: str
    voucher_date: dt.date
    voucher_text: str
    rows: pa.Table


def company(body: Row) -> Company:
    """Read ``/3/companyinformation``."""

    def read() -> Company:
        found = body["CompanyInformation"]
        return Company(
            name=str(found["CompanyName"]),
            organisation_number=digits(str(found["OrganizationNumber"])),
            database_number=str(found["DatabaseNumber"]),
        )

    return checked("company information", read)


def source_years(rows: list[Row]) -> list[SourceYear]:
    """Read ``/3/financialyears``, oldest first."""
    years = checked("list of financial years", lambda: [_source_year(row) for row in rows])
    return sorted(years, key=lambda found: found.year)


def opening_balances(rows: list[Row]) -> pa.Table:
    """Read ``/3/accounts`` into `OPENING_BALANCES`, in order of account number."""
    # A page is 500 rows of JSON and five come in a second: columns begin here.
    return read_table(
        "account list",
        OPENING_BALANCES,
        lambda: {
            "account_number": [str(row["Number"]) for row in rows],
            "name": [row["Description"] or "" for row in rows],
            "amount": [amount(row.get("BalanceBroughtForward")) for row in rows],
            "vat_code": [row.get("VATCode") or None for row in rows],
        },
        order=["account_number"],
    )


def closing_balance(body: Row) -> Decimal | None:
    """Read BalanceCarriedForward of ``/3/accounts/{number}``: debit positive, None without one."""
    return checked("account", lambda: amount(body["Account"].get("BalanceCarriedForward")))


def voucher_headers(rows: list[Row]) -> pa.Table:
    """Read ``/3/vouchers`` into `VOUCHER_HEADERS`, in order of series and number."""
    return read_table(
        "voucher list",
        VOUCHER_HEADERS,
        lambda: {
            "voucher_series": [str(row["VoucherSeries"]) for row in rows],
            "voucher_number": [str(row["VoucherNumber"]) for row in rows],
            "voucher_date": [dt.date.fromisoformat(row["TransactionDate"]) for row in rows],
            "voucher_text": [row.get("Description") or None for row in rows],
            "reference_type": [row.get("ReferenceType") or None for row in rows],
            "reference_number": [_word(row.get("ReferenceNumber")) for row in rows],
        },
        order=["voucher_series", "voucher_number"],
    )


def voucher(body: Row) -> SourceVoucher:
    """Read ``/3/vouchers/{series}/{number}``."""

    def read() -> SourceVoucher:
        found = body["Voucher"]
        return SourceVoucher(
            voucher_series=str(found["VoucherSeries"]),
            voucher_number=str(found["VoucherNumber"]),
            voucher_date=dt.date.fromisoformat(found["TransactionDate"]),
            voucher_text=found.get("Description") or "",
            rows=_voucher_rows(found["VoucherRows"]),
        )

    return checked("voucher", read)


def amount(value: object) -> Decimal | None:
    """Read an amount in any of the forms seen: number, text, Swedish text (``1 713,94``), nothing.

    Raises:
        ValueError: It is none of them.
    """
    if value is None or value == "":
        return None
    text = "".join(str(value).split()).replace(",", ".")
    try:
        read = Decimal(text)
    except InvalidOperation:
        raise ValueError("an amount is no number") from None
    if isinstance(value, bool) or not read.is_finite():
        raise ValueError("an amount is no number")
    return read


def digits(text: str) -> str:
    """Keep the digits of an organisation number."""
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())


def _source_year(row: Row) -> SourceYear:
    first, last = (dt.date.fromisoformat(row[name]) for name in ("FromDate", "ToDate"))
    method = str(row.get("AccountingMethod") or "")
    return SourceYear(int(row["Id"]), FiscalYear(first, last), method)


def _voucher_rows(rows: list[Row]) -> pa.Table:
    columns = {
        "account_number": [str(row["Account"]) for row in rows],
        "amount": [
            (amount(row.get("Debit")) or ZERO) - (amount(row.get("Credit")) or ZERO) for row in rows
        ],
        "posting_text": [row.get("TransactionInformation") or None for row in rows],
        "is_removed": [bool(row.get("Removed")) for row in rows],
    }
    return pa.table(columns, schema=VOUCHER_ROWS)


def read_table(
    what: str, schema: pa.Schema, columns: Callable[[], dict[str, list[Any]]], *, order: list[str]
) -> pa.Table:
    """Make a table of an answer, in one order whatever the order of the answer."""
    table = checked(what, lambda: pa.table(columns(), schema=schema))
    return table.sort_by([(name, "ascending") for name in order])


def _word(value: object) -> str | None:
    return None if value in {None, ""} else str(value)


def checked(what: str, read: Callable[[], T]) -> T:
    """Run ``read`` and name what is missing; the value itself is never quoted."""
    try:
        return read()
    except KeyError as problem:
        raise UnexpectedShape(what, problem=f"there is no {problem.args[0]}") from None
    except (TypeError, AttributeError, ValueError, pa.ArrowException) as problem:
        kind = type(problem).__name__
        raise UnexpectedShape(what, problem=f"a value is of another kind ({kind})") from None
