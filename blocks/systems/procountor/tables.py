"""What Procountor lists of invoices, as values."""

from __future__ import annotations

from functools import cache

from blocks.invoices.tables import rows_of
from ledger.invoice.mappings.procountor.tables import Tables


@cache
def tables() -> Tables:
    """Return `data/reference/procountor_*.csv`."""
    return Tables.of_lines(
        countries=rows_of("procountor_countries.csv"), units=rows_of("procountor_units.csv")
    )
