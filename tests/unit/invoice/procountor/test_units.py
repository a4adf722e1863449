"""The table of units holds all that Procountor has, and no spelling means two."""

from __future__ import annotations

from collections import Counter

import pytest

from blocks.invoices.tables import rows_of
from blocks.systems.procountor.tables import tables as procountor_tables
from ledger.invoice.mappings.procountor.terms import Terms
from ledger.invoice.mappings.procountor.writing import Writer
from simulators.procountor.enums import UNITS

ALL = 111
"""Procountor API 26.04, `InvoiceRow.unit`."""


def test_table_has_every_unit_of_procountor_and_no_other():
    listed = [line["unit"] for line in rows_of("procountor_units.csv")]

    assert ALL == len(UNITS)
    assert sorted(UNITS) == sorted(listed)


def test_no_spelling_means_two_units():
    spelled = Counter(
        one
        for line in rows_of("procountor_units.csv")
        for one in {line["unit"].casefold(), *line["spellings"].casefold().split()}
    )

    assert [] == [one for one, count in spelled.items() if count > 1]


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [("kpl", "PIECE"), ("h", "HOUR"), ("jm", "LINEAR_METER"), ("Vrk.", "FULL_DAY"),
     ("m²", "SQUARE_METER"), ("6-pack", "SIX_PACK"), ("what", "PIECE"), ("", "PIECE")],
)  # fmt: skip
def test_unit_goes_by_its_spelling_and_else_as_a_piece(spelling, unit):
    assert unit == Writer(Terms(), procountor_tables(), {}).unit(spelling, row=1)
