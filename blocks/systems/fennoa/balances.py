"""Balances to hold a year's rows against: which are due, and what Fennoa answers for one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from blocks.lake import ExtractPart
from blocks.systems.fennoa.parts import new_names
from blocks.systems.fennoa.settings import settings
from blocks.systems.ports import KnownYear
from ledger.account_class import AccountClass
from ledger.fennoa.answers import OPENING, PAGES_BEGIN, Unreadable, ledger_rows, read_json, totals
from ledger.fennoa.port import ACCOUNT_CLASSES
from ledger.money import MONEY, ZERO
from ledger.source import LedgerFile

Balances = dict[str, Decimal]
"""By account, debit positive."""


@dataclass(frozen=True)
class YearRead:
    """What the parts of a year come to: opening balances and movements, debit positive."""

    opening: Balances
    moved: Balances

    def agrees(self, closing: Balances) -> bool:
        """Return whether there are balances and the year leads to each of them."""
        return bool(closing) and all(
            self.opening.get(account, ZERO) + self.moved.get(account, ZERO) == amount
            for account, amount in closing.items()
        )


def read_year(file: LedgerFile, rows: pa.Table) -> YearRead:
    """Return what a year comes to that was opened, of `answers.ROWS`."""
    return YearRead(
        _by_account(file.tables["opening_balance"], "account_number"),
        _by_account(totals(rows), "account"),
    )


def due(year: YearRead, parts: Mapping[str, bytes], known: KnownYear) -> Collection[str]:
    """Return the accounts whose balance is to be asked for.

    Args:
        year: What the parts come to.
        parts: All that came, by name.
        known: What is published.
    """
    everything = year.opening.keys() | year.moved.keys()
    is_month_end = known.today is not None and known.today.day == 1
    if known.asks_closing or not known.is_published_from_here or is_month_end:
        wanted = everything
    elif not (new := new_names(parts, known.parts)):
        return ()
    elif OPENING in new or known.read is None:
        wanted = everything
    else:
        wanted = _differing(year.moved, _published_totals(known.read, known.parts))
    if settings().asks_results:
        return wanted
    return {account for account in wanted if not is_result(account)}


def is_result(account: str) -> bool:
    """Return whether an account is of the income statement."""
    return ACCOUNT_CLASSES.get(account[:1]) is AccountClass.RESULT


def _differing(one: Balances, other: Balances) -> set[str]:
    return {
        account
        for account in one.keys() | other.keys()
        if one.get(account, ZERO) != other.get(account, ZERO)
    }


def _published_totals(
    read: Callable[[ExtractPart], bytes], parts: Sequence[ExtractPart]
) -> Balances:
    pages = [part for part in parts if part.name.startswith(PAGES_BEGIN)]
    bodies = (read_json(read(part), part.name) for part in pages)
    return _by_account(totals(ledger_rows(bodies)), "account")


def _by_account(table: pa.Table, column: str) -> Balances:
    pairs = zip(table[column].to_pylist(), table["amount"].to_pylist(), strict=True)
    return {account: amount for account, amount in pairs if amount is not None}


def balance_in(content: bytes) -> Decimal:
    """Return the balance in an answer: debit less credit.

    Raises:
        Unreadable: Neither is there.
    """
    what = "account_balance"
    data: Any = read_json(content, what).get("data")
    row = data[0] if isinstance(data, list) and data else data
    if not isinstance(row, dict) or not ({"debit", "credit"} & row.keys()):
        raise Unreadable(f"{what} has no debit and credit under data")
    table = ledger_rows([{"data": [{"account": "", **_sides(row)}]}])
    amount = totals(table)["amount"][0].as_py()
    if amount is None:
        raise Unreadable(f"{what} has no amounts under debit and credit")
    return Decimal(amount)


def _sides(row: Mapping[str, Any]) -> dict[str, str]:
    return {side: str(row.get(side) or "0") for side in ("debit", "credit")}


def closing_table(closing: Balances) -> pa.Table:
    """Return balances as evidence of what accounts close with."""
    columns = {
        "account_number": pa.array(closing.keys(), pa.string()),
        "balance_kind": pa.repeat("closing", len(closing)),
        "amount": pa.array(closing.values(), MONEY),
    }
    return pa.table(columns)
