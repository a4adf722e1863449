"""Sums of an invoice: exact decimals, rounded where a target rounds.

Source:
    R-FEN-13 and -14 give the formulas ("always"); what they leave open are the switches of
    `Rounding`, and reading an invoice back shows which way a target goes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import Final, NamedTuple

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
"""Written anew: `ledger.money` loads numpy, and listings of the hub need only these sums."""

_HUNDRED: Final = Decimal(100)

_EXACT: Final = Context(prec=80)
"""Twice 14 digits of price and quantity, and two percentages, fit without rounding."""


class Prices(StrEnum):
    """Whether prices of rows are without VAT or with it; one answer for a whole invoice."""

    NET = "net"
    GROSS = "gross"


class Mode(StrEnum):
    """Where half a cent goes: away from zero, or to the even cent."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN


class VatBase(StrEnum):
    """From which sum VAT is computed: as multiplied, or as rounded to cents."""

    EXACT = "exact"
    ROUNDED = "rounded"


class VatPer(StrEnum):
    """Where VAT is rounded: on each row, or once for each rate."""

    ROW = "row"
    RATE = "rate"


@dataclass(frozen=True)
class Rounding:
    """The rules of a target."""

    mode: Mode = Mode.HALF_UP
    vat_base: VatBase = VatBase.EXACT
    vat_per: VatPer = VatPer.ROW

    def cents(self, amount: Decimal) -> Decimal:
        """Return an amount in whole cents."""
        return amount.quantize(CENT, rounding=self.mode.value, context=_EXACT) + ZERO

    def base(self, exact: Decimal) -> Decimal:
        """Return what VAT is computed from."""
        return exact if self.vat_base is VatBase.EXACT else self.cents(exact)


DEFAULT: Final = Rounding()


class Priced(NamedTuple):
    """What a row's sum is made of. `vat_rate`, `discount_percent`: per cent, 25.5."""

    price: Decimal
    quantity: Decimal
    vat_rate: Decimal
    discount_percent: Decimal | int = 0

    @property
    def exact(self) -> Decimal:
        """Return price times quantity less the discount, not rounded; net or gross as the price."""
        whole = _EXACT.multiply(self.price, self.quantity)
        share = _EXACT.divide(_HUNDRED - self.discount_percent, _HUNDRED)
        return _EXACT.multiply(whole, share)


@dataclass(frozen=True)
class Sum:
    """Net, VAT and gross in cents; gross = net + vat."""

    net: Decimal = ZERO
    vat: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        """Return what is to be paid."""
        return self.net + self.vat

    def __add__(self, other: Sum) -> Sum:
        return Sum(self.net + other.net, self.vat + other.vat)


@dataclass(frozen=True)
class Totals(Sum):
    """The sums of an invoice. `by_rate`: the same by VAT rate in per cent; they add up to it."""

    by_rate: Mapping[Decimal, Sum] = field(default_factory=dict)


def sum_of_row(row: Priced, *, prices: Prices, rounding: Rounding = DEFAULT) -> Sum:
    """Return the sums of one row."""
    exact = row.exact
    return _sum(rounding.cents(exact), rounding.base(exact), row.vat_rate, prices, rounding)


def totals_of(rows: Iterable[Priced], *, prices: Prices, rounding: Rounding = DEFAULT) -> Totals:
    """Return the sums of an invoice from those of its rows, by the rules of a target."""
    by_rate: dict[Decimal, list[Priced]] = defaultdict(list)
    for row in rows:
        by_rate[row.vat_rate].append(row)
    of_rate = _of_rate_by_row if rounding.vat_per is VatPer.ROW else _of_rate_at_once
    sums = {rate: of_rate(by_rate[rate], rate, prices, rounding) for rate in sorted(by_rate)}
    whole = sum(sums.values(), start=Sum())
    return Totals(whole.net, whole.vat, sums)


def _of_rate_by_row(rows: list[Priced], _: Decimal, prices: Prices, rounding: Rounding) -> Sum:
    return sum((sum_of_row(row, prices=prices, rounding=rounding) for row in rows), start=Sum())


def _of_rate_at_once(rows: list[Priced], rate: Decimal, prices: Prices, rounding: Rounding) -> Sum:
    stated, base = ZERO, ZERO
    for row in rows:
        exact = row.exact
        stated += rounding.cents(exact)
        base = _EXACT.add(base, rounding.base(exact))
    return _sum(stated, base, rate, prices, rounding)


def _sum(stated: Decimal, base: Decimal, rate: Decimal, prices: Prices, rounding: Rounding) -> Sum:
    """Return the sums from the one that prices state; `base` is what VAT is computed from."""
    factor = 1 + rate / _HUNDRED
    if prices is Prices.NET:
        return Sum(stated, rounding.cents(_EXACT.multiply(base, factor)) - stated)
    net = rounding.cents(_EXACT.divide(base, factor))
    return Sum(net, stated - net)
