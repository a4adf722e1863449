"""The demo judges itself: what was found is held against what the generator knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from flows.demo.truth import ExpectedBreak, Truth
from flows.doors.demo import Seen

ACCOUNTS_NAMED: Final = 3
"""Accounts that a complaint names; its count is of all."""


def complaints(truths: Sequence[Truth], seen: Iterable[Seen]) -> list[str]:
    """Say what is not as it must be; empty when the demo has proved its point."""
    planted = any(truth.planted for truth in truths)
    return [
        *([] if planted else ["expected a planted break, got none"]),
        *complaints_of_units(truths, seen),
    ]


def complaints_of_units(truths: Iterable[Truth], seen: Iterable[Seen]) -> list[str]:
    """Say which units are not as the generator has them, or not there, or not ours."""
    expected = {(truth.tenant, truth.fiscal_year): truth for truth in truths}
    found = {(unit.tenant, unit.fiscal_year): unit for unit in seen}
    return [
        *(f"{' '.join(key)}: not loaded" for key in sorted(expected.keys() - found.keys())),
        *(f"{' '.join(key)}: not one of ours" for key in sorted(found.keys() - expected.keys())),
        *(
            f"{' '.join(key)}: {complaint}"
            for key in sorted(expected.keys() & found.keys())
            for complaint in _of_unit(expected[key], found[key])
        ),
    ]


def _of_unit(truth: Truth, unit: Seen) -> Iterator[str]:
    if truth.planted:
        yield from _of_held(truth.planted, unit)
        return
    if unit.status != "published":
        yield f"expected published, got {unit.status}"
    if unit.blocking_count:
        yield f"expected no blocking break, got {unit.blocking_count}"
    yield from _of_counts(truth, unit)
    yield from _of_balances(truth.trial_balance, unit.trial_balance)


def _of_held(planted: tuple[ExpectedBreak, ...], unit: Seen) -> Iterator[str]:
    if unit.status != "held":
        yield f"expected held, got {unit.status}"
    if unit.trial_balance:
        yield "expected nothing published, got balances"
    found = tuple(
        ExpectedBreak(
            item.control, item.account_number, item.difference or Decimal(), item.voucher_key
        )
        for item in unit.blocking
    )
    if sorted(found) != sorted(planted) or unit.blocking_count != len(planted):
        yield f"expected exactly {planted}, got {unit.blocking_count}: {found}"


def _of_counts(truth: Truth, unit: Seen) -> Iterator[str]:
    for what, expected, actual in (
        ("vouchers", truth.voucher_count, unit.voucher_count),
        ("postings", truth.posting_count, unit.posting_count),
    ):
        if expected != actual:
            yield f"expected {expected} {what}, got {actual}"


def _of_balances(expected: dict[str, Decimal], actual: dict[str, Decimal]) -> Iterator[str]:
    wrong = [
        f"{account} expected {expected.get(account, 0)}, got {actual.get(account, 0)}"
        for account in sorted(expected.keys() | actual.keys())
        if expected.get(account, Decimal()) != actual.get(account, Decimal())
    ]
    if wrong:
        named = "; ".join(wrong[:ACCOUNTS_NAMED])
        yield f"{len(wrong)} balances differ from the generator's: {named}"
