"""Whether a ledger file came whole, as far as the file itself proves it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ledger.money import ZERO
from ledger.schemas import OPENING_BALANCE, POSTING, REPORTED_BALANCE
from ledger.source import LedgerFile

ENDS = ("closing", "result")
"""What a source reports of an account at the end of its year, by the kind of account."""


SUM_IS_RIGHT: Final = "control_sum_right"
SUM_IS_MISSING: Final = "control_sum_missing"
"""Codes of diagnostics: what the sum that closes a SIE file came to."""


def proven_whole(file: LedgerFile) -> bool | None:
    """Return whether a file proves that it is whole, or that less came than it says of itself.

    A sum over all records that is right proves the first, one that was opened and is not there the
    second. Else of a source that reports how its year ends, opening balances and vouchers have to
    come to it; of one that declares its rows, they have to be there. A file whose books are wrong
    falls short as well, as nothing tells the two apart. Takes the file's batches.

    Returns:
        None where it agrees with itself, or says nothing that could be missing.

    Source:
        SIE 4B 5.16, 5.17 (#UB, #RES of the current year), 10 (#KSUMMA).
    """
    if file.is_cut:
        return False
    moved = _moved(file)
    noticed = {item.code for item in file.diagnostics.items}
    if noticed & {SUM_IS_RIGHT, SUM_IS_MISSING}:
        return SUM_IS_RIGHT in noticed
    return False if not file.refusal and _falls_short(file, moved) else None


def _falls_short(file: LedgerFile, moved: dict[str, Decimal]) -> bool:
    facts = file.facts
    can_tell = facts.coverage.is_whole_year and facts.reports_balances
    if not can_tell or facts.balances_up_to:
        return False
    reported, opening = _reported(file), _opening(file)
    if not reported:
        return True
    if not moved:  # cut before its vouchers, it may report of fewer accounts than it opens with
        reported = {**dict.fromkeys(opening, ZERO), **reported}
    return any(
        opening.get(number, ZERO) + moved.get(number, ZERO) != amount
        for number, amount in reported.items()
    )


def _reported(file: LedgerFile) -> dict[str, Decimal]:
    table = file.tables.get("reported_balance", REPORTED_BALANCE.empty_table())
    ends = pc.is_in(table["balance_kind"], value_set=pa.array(ENDS))
    table = table.filter(pc.and_(ends, pc.equal(table["year_offset"], 0)))
    numbers, amounts = table["account_number"].to_pylist(), table["amount"].to_pylist()
    return dict(zip(numbers, amounts, strict=True))


def _opening(file: LedgerFile) -> dict[str, Decimal]:
    return _added_up([file.tables.get("opening_balance", OPENING_BALANCE.empty_table())])


def _moved(file: LedgerFile) -> dict[str, Decimal]:
    return _added_up(pa.Table.from_batches([batch["posting"]], POSTING) for batch in file.batches())


def _added_up(tables: Iterable[pa.Table]) -> dict[str, Decimal]:
    """Add amounts up by account; debit positive."""
    sums: dict[str, Decimal] = {}
    for table in tables:
        added = table.group_by("account_number").aggregate([("amount", "sum")])
        columns = (added[name].to_pylist() for name in ("account_number", "amount_sum"))
        for number, amount in zip(*columns, strict=True):
            sums[number] = sums.get(number, ZERO) + amount
    return sums
