"""Reference tables of invoices as values: VAT rates, and what each target answers."""

from __future__ import annotations

import csv
from functools import cache

from blocks.settings import REFERENCE
from ledger.invoice.vat_rates import VatRates
from ledger.push.answers import PushAnswers


@cache
def vat_rates() -> VatRates:
    """Return `data/reference/vat_rates.csv`."""
    return VatRates.of_lines(rows_of("vat_rates.csv"))


@cache
def push_answers(target: str) -> PushAnswers:
    """Return the catalogue of a target's answers: `data/reference/errors/<target>.csv`."""
    return PushAnswers.of_lines(rows_of(f"errors/{target}.csv"))


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a table in `data/reference` as text."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
