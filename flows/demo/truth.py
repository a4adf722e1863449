"""What the demo must find: the generator's own figures, and the breaks that were planted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.fiscal_year import FiscalYear
from simulators.books.demo import DemoCompany, DemoFile
from simulators.books.faults import Fault, Planted

CONTROL_OF_FAULT: Final = {Fault.WRONG_CLOSING_BALANCE: "balance_roll_forward"}
"""The control that must find a planted fault."""


@dataclass(frozen=True, order=True)
class ExpectedBreak:
    """A break that must hold a planted unit; debit positive, actual - expected."""

    control: str
    account_number: str
    difference: Decimal
    voucher_key: str = ""


@dataclass(frozen=True)
class Truth:
    """What is known of one file before it is loaded.

    `trial_balance`: closing balance per account that is not zero; debit positive. `planted`: empty
    where nothing may hold.
    """

    tenant: str
    fiscal_year: str
    trial_balance: dict[str, Decimal]
    voucher_count: int
    posting_count: int
    planted: tuple[ExpectedBreak, ...] = ()


def truth_of(company: DemoCompany, file: DemoFile) -> Truth:
    """Ask the generator what is true of a file."""
    book = file.company.book(file.year)
    year = FiscalYear(book.year.start_date, book.year.end_date)
    planted = file.company.planted(file.fault, file.year) if file.fault else None
    return Truth(
        tenant=company.slug,
        fiscal_year=year.key,
        trial_balance=file.company.trial_balance(file.year),
        voucher_count=book.totals.vouchers,
        posting_count=book.totals.booked_rows,
        planted=(_expected_break(planted),) if planted else (),
    )


def _expected_break(planted: Planted) -> ExpectedBreak:
    # The file's own closing balance is what is expected of its vouchers, so a balance that the
    # file gives too high leaves the vouchers too low.
    return ExpectedBreak(
        control=CONTROL_OF_FAULT[planted.fault],
        account_number=planted.account_number,
        difference=Decimal(-planted.difference_ore).scaleb(-2),
    )
