"""What Fennoa lists of invoices, as values."""

from __future__ import annotations

from functools import cache

from blocks.invoices.tables import rows_of, vat_rates
from ledger.invoice.mappings.fennoa.tables import Tables


@cache
def tables() -> Tables:
    """Return `data/reference/fennoa_*.csv`."""
    return Tables.of_lines(
        rates=vat_rates(),
        tax_codes=rows_of("fennoa_tax_codes.csv"),
        methods=rows_of("fennoa_delivery_methods.csv"),
        operators=rows_of("fennoa_operators.csv"),
    )
