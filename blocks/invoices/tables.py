"""Reference tables of invoices as values: VAT rates, and the codes of each target."""

from __future__ import annotations

import csv
from functools import cache

from blocks.settings import REFERENCE
from ledger.invoice.mappings.fennoa.tables import Tables as FennoaTables
from ledger.invoice.mappings.procountor.tables import Tables as ProcountorTables
from ledger.invoice.vat_rates import VatRates
from ledger.push.answers import PushAnswers


@cache
def vat_rates() -> VatRates:
    """Return `data/reference/vat_rates.csv`."""
    return VatRates.of_lines(rows_of("vat_rates.csv"))


@cache
def fennoa_tables() -> FennoaTables:
    """Return what Fennoa lists: `data/reference/fennoa_*.csv`."""
    return FennoaTables.of_lines(
        rates=vat_rates(),
        tax_codes=rows_of("fennoa_tax_codes.csv"),
        methods=rows_of("fennoa_delivery_methods.csv"),
        operators=rows_of("fennoa_operators.csv"),
    )


@cache
def procountor_tables() -> ProcountorTables:
    """Return what Procountor lists: `data/reference/procountor_*.csv`."""
    return ProcountorTables.of_lines(
        countries=rows_of("procountor_countries.csv"), units=rows_of("procountor_units.csv")
    )


@cache
def push_answers(target: str) -> PushAnswers:
    """Return the catalogue of a target's answers: `data/reference/errors/<target>.csv`."""
    return PushAnswers.of_lines(rows_of(f"errors/{target}.csv"))


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a table in `data/reference` as text."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
