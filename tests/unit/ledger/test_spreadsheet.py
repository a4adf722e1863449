from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.spreadsheet import as_cell, from_cell

TEXTS = st.text() | st.text(alphabet="'=+-@\t\r a1")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''-1"])
def test_what_begins_like_a_formula_is_marked_as_text(text):
    assert f"'{text}" == as_cell(text)


@pytest.mark.parametrize("text", ["", "3000", "Kalle's", "'quoted'", "1=1", " =1"])
def test_all_else_stays_as_it_is(text):
    assert text == as_cell(text) == from_cell(text)


@given(TEXTS)
def test_no_cell_begins_like_a_formula_and_each_reads_back(text):
    assert as_cell(text)[:1] not in set("=+-@\t\r")
    assert text == from_cell(as_cell(text))
