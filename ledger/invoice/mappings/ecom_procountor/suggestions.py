"""Suggestions for an account table, and the VAT statuses that are offered for it.

A suggestion is for a person to check: nothing goes by it until it is saved as a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ledger.ecom.documents import EcomAccount
from ledger.invoice.mappings.ecom_procountor.accounts import AccountRow, Table, VatStatus

COMMON: Final = ("kotimainen", "ei alv-käsittelyä", "rakennusalan käänteinen alv")
"""Names that the article calls the commonest; a rate behind one is dated, so it does not count."""


@dataclass(frozen=True)
class Suggestion:
    """A row for the table. `why`: ``number`` or ``name`` was equal; empty when neither was."""

    row: AccountRow
    why: str


def offered(statuses: Sequence[VatStatus]) -> list[VatStatus]:
    """Return the environment's statuses, those that most need first."""
    return sorted(
        statuses, key=lambda one: (_place(one), int(one.code) if one.code.isdigit() else 0)
    )


def _place(status: VatStatus) -> int:
    name = status.name.casefold()
    return next((n for n, common in enumerate(COMMON) if name.startswith(common)), len(COMMON))


def suggest(
    accounts: Iterable[EcomAccount],
    *,
    table: Table,
    target_chart: Mapping[str, str],
    domestic: str,
    without_vat: str,
) -> Iterator[Suggestion]:
    """Yield a row for each account and rate of Ecom's chart that the table lacks.

    Args:
        accounts: Ecom's.
        table: What is there already.
        target_chart: Procountor's names by number.
        domestic: VAT status for a rate above zero.
        without_vat: VAT status for no rate.
    """
    by_name: dict[str, list[str]] = {}
    for number, name in target_chart.items():
        by_name.setdefault(name.casefold().strip(), []).append(number)
    for account in accounts:
        target, why = _like(account, target_chart, by_name)
        for rate in account.vat_rates or (Decimal(0),):
            status = domestic if rate else without_vat
            row = AccountRow(account.number, rate, target, status if target else "")
            if account.is_active and row.key not in table:
                yield Suggestion(row, why)


def _like(
    account: EcomAccount, chart: Mapping[str, str], by_name: Mapping[str, list[str]]
) -> tuple[str, str]:
    if account.number in chart:
        return account.number, "number"
    same = by_name.get(account.name.casefold().strip(), []) if account.name else []
    return (same[0], "name") if len(same) == 1 else ("", "")
