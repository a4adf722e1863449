"""An invoice as Fennoa has it, held against what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from ledger.invoice.arithmetic import Sum
from ledger.invoice.mappings.fennoa.checks import TITLE
from ledger.invoice.mappings.fennoa.terms import KeyField
from ledger.invoice.problems import Problem, problem


def sums_of(invoice: Mapping[str, object]) -> Sum | None:
    """Return the totals of a `SalesInvoice`; None where one is absent or no exact number.

    Fennoa writes numbers as JSON numbers and as text; JSON is read with decimals kept.
    """
    net, vat = _decimal(invoice.get("total_net")), _decimal(invoice.get("total_vat"))
    gross = _decimal(invoice.get("total_gross"))
    if net is None or vat is None or gross is None or net + vat != gross:
        return None
    return Sum(net, vat)


def compare(expected: Sum, actual: Sum, *, surcharge: Sum | None = None) -> tuple[Problem, ...]:
    """Return a finding for each total that differs.

    Args:
        expected: What was predicted.
        actual: What Fennoa has.
        surcharge: What Fennoa adds by itself when it sends, once it was sent: with exactly that
            the totals agree too.
    """
    right = [expected] if surcharge is None else [expected, expected + surcharge]
    if (actual.net, actual.vat) in {(one.net, one.vat) for one in right}:
        return ()
    pairs = {name: (getattr(actual, name), getattr(expected, name)) for name in _TOTALS}
    return tuple(
        problem("totals_differ", name, target=TITLE, actual=theirs, expected=ours)
        for name, (theirs, ours) in pairs.items()
        if theirs != ours
    )


_TOTALS = ("net", "vat", "gross")


def has_key(invoice: Mapping[str, object], key: str, key_field: KeyField) -> bool:
    """Return whether a `SalesInvoice` carries our key: on a line of its own in its field."""
    text = invoice.get(key_field.value)
    return isinstance(text, str) and key in (line.strip() for line in text.splitlines())


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, float | bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
