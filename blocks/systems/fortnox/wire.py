"""From Fortnox's JSON to our values and columns; types are loose there and strict from here on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

import pyarrow as pa

from blocks.systems.fortnox import fields
from blocks.systems.fortnox.answers import refusal
from blocks.systems.fortnox.fields import NoRight, Row, UnexpectedField
from blocks.systems.ports import SourceYear
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.money import MONEY, ZERO

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


RIGHTS: Final = {
    "company information": "the company's details (scope companyinformation)",
    "list of files on vouchers": "documents (scopes connectfile and archive, Arkivplats)",
    "list of files on supplier invoices": "supplier invoices (scope supplierinvoice)",
    "list of supplier invoices": "supplier invoices (scope supplierinvoice)",
    "list of customer invoices": "customer invoices (scope invoice)",
    "list of files on a customer invoice": "customer invoices (scope invoice)",
}
LEDGER_RIGHT: Final = "the ledger (scope bookkeeping, module Bokföring)"
"""The right that each answer takes; `LEDGER_RIGHT` for those that are not named."""


class UnexpectedShape(TerminalError):
    """An answer lacks a field, or holds something else in it than documented."""

    def __init__(self, what: str, *, problem: str) -> None:
        super().__init__(
            f"Fortnox's {what} is not as documented: {problem}. Nothing of it was used. Compare "
            "with the vendor's API documentation; the program may need to follow a change.",
            what=what,
            problem=problem,
        )


@dataclass(frozen=True)
class Company:
    """Who answers. `organisation_number`: digits. `database_number`: the TenantId of tokens."""

    name: str
    organisation_number: str
    database_number: str


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
        found = fields.record(body, "CompanyInformation")
        return Company(
            name=fields.text(found, "CompanyName"),
            organisation_number=digits(fields.text(found, "OrganizationNumber")),
            database_number=fields.number_in_words(found, "DatabaseNumber"),
        )

    return checked("company information", read)


def source_years(rows: list[Row]) -> list[SourceYear]:
    """Read ``/3/financialyears``, oldest first."""
    years = checked("list of financial years", lambda: [_source_year(row) for row in rows])
    return sorted(years, key=lambda found: found.year)


def opening_balances(rows: list[Row], *, year_id: int) -> pa.Table:
    """Read ``/3/accounts`` of a year into `OPENING_BALANCES`, in order of account number.

    Raises:
        UnexpectedShape: A field is not as documented, or a row is of another year.
        CallRefused: A field holds the mark of a missing right (``permission_suspected``).
    """
    # A page is 500 rows of JSON and five come in a second: columns begin here.
    return read_table(
        "account list",
        OPENING_BALANCES,
        lambda: {
            "account_number": [
                fields.number_in_words(of_year(row, year_id), "Number") for row in rows
            ],
            "name": [fields.text(row, "Description") for row in rows],
            "amount": [fields.amount(row, "BalanceBroughtForward") for row in rows],
            "vat_code": [fields.code(row, "VATCode") for row in rows],
        },
        order=["account_number"],
    )


def closing_balance(body: Row, *, number: str, year_id: int) -> Decimal | None:
    """Read BalanceCarriedForward of ``/3/accounts/{number}``: debit positive, None without one."""

    def read() -> Decimal | None:
        found = of_year(fields.record(body, "Account"), year_id)
        _same(found, "Number", number)
        return fields.amount(found, "BalanceCarriedForward")

    return checked("account", read)


def voucher_headers(rows: list[Row], *, year_id: int) -> pa.Table:
    """Read ``/3/vouchers`` of a year into `VOUCHER_HEADERS`, in order of series and number.

    Raises:
        UnexpectedShape, CallRefused: As `opening_balances` does.
    """
    return read_table(
        "voucher list",
        VOUCHER_HEADERS,
        lambda: {
            "voucher_series": [fields.word(of_year(row, year_id), "VoucherSeries") for row in rows],
            "voucher_number": [fields.number_in_words(row, "VoucherNumber") for row in rows],
            "voucher_date": [fields.date(row, "TransactionDate") for row in rows],
            "voucher_text": [fields.text(row, "Description") or None for row in rows],
            "reference_type": [fields.code(row, "ReferenceType") for row in rows],
            "reference_number": [fields.text(row, "ReferenceNumber") or None for row in rows],
        },
        order=["voucher_series", "voucher_number"],
    )


def voucher(body: Row, *, series: str, number: str, year_id: int) -> SourceVoucher:
    """Read ``/3/vouchers/{series}/{number}``."""

    def read() -> SourceVoucher:
        found = of_year(fields.record(body, "Voucher"), year_id)
        _same(found, "VoucherSeries", series)
        _same(found, "VoucherNumber", number)
        return SourceVoucher(
            voucher_series=series,
            voucher_number=number,
            voucher_date=fields.date(found, "TransactionDate"),
            voucher_text=fields.text(found, "Description"),
            rows=_voucher_rows(fields.records(found, "VoucherRows")),
        )

    return checked("voucher", read)


def id_of(source_year: SourceYear) -> int:
    """Return Fortnox's own Id of a financial year, which is never a calendar year."""
    return int(source_year.source_ref)


def of_year(row: Row, year_id: int, *, name: str = "Year") -> Row:
    """Return the row, which must not be of another year than was asked for.

    Raises:
        UnexpectedField: It is. Of a year that it does not understand it sends the default one.
    """
    if fields.given(row, name) is not None and fields.whole(row, name) != year_id:
        raise UnexpectedField(name, "tells of another year than the one asked for")
    return row


def digits(text: str) -> str:
    """Keep the digits of an organisation number."""
    return "".join(sign for sign in text if sign.isascii() and sign.isdigit())


def _same(row: Row, name: str, asked: str) -> None:
    if fields.word(row, name) != asked:
        raise UnexpectedField(name, "is another than the one asked for")


def _source_year(row: Row) -> SourceYear:
    first, last = (fields.date(row, name) for name in ("FromDate", "ToDate"))
    if last < first:
        raise UnexpectedField("ToDate", "lies before FromDate")
    return SourceYear(FiscalYear(first, last), source_ref=fields.number_in_words(row, "Id"))


def _voucher_rows(rows: list[Row]) -> pa.Table:
    columns = {
        "account_number": [fields.number_in_words(row, "Account") for row in rows],
        "amount": [
            (fields.amount(row, "Debit") or ZERO) - (fields.amount(row, "Credit") or ZERO)
            for row in rows
        ],
        "posting_text": [fields.text(row, "TransactionInformation") or None for row in rows],
        "is_removed": [fields.flag(row, "Removed") for row in rows],
    }
    return pa.table(columns, schema=VOUCHER_ROWS)


def read_table(
    what: str, schema: pa.Schema, columns: Callable[[], dict[str, list[Any]]], *, order: list[str]
) -> pa.Table:
    """Make a table of an answer, in one order whatever the order of the answer."""
    table = checked(what, lambda: pa.table(columns(), schema=schema))
    return table.sort_by([(name, "ascending") for name in order])


def checked(what: str, read: Callable[[], T]) -> T:
    """Run ``read`` and name the field that is not as documented; its value is never quoted.

    Raises:
        UnexpectedShape: A field is missing or of another kind.
        CallRefused: A field holds the mark of a missing right (code ``permission_suspected``).
    """
    try:
        return read()
    except NoRight as found:
        right = RIGHTS.get(what, LEDGER_RIGHT)
        raise refusal(
            "permission_suspected",
            f"In place of {found.name} Fortnox's {what} holds the mark of a missing right; reading "
            f"it takes the right to {right}.",
        ) from None
    except UnexpectedField as problem:
        raise UnexpectedShape(what, problem=str(problem)) from None
    except (TypeError, AttributeError, ValueError, pa.ArrowException) as problem:
        kind = type(problem).__name__
        raise UnexpectedShape(what, problem=f"a value is of another kind ({kind})") from None
