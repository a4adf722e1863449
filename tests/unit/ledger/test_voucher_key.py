"""The key of a voucher, one by one and of whole lists."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.voucher_key import keyed, voucher_key, voucher_name

texts = st.text("A1:#\\ å", max_size=5)


@given(st.lists(st.tuples(texts, texts), max_size=8))
def test_a_list_is_keyed_as_each_voucher_is(numbered):
    series, number = ([item[place] for item in numbered] for place in (0, 1))
    rows = pa.table(
        {
            "before": pa.array(range(len(numbered)), pa.int64()),
            "voucher_series": pa.array(series, pa.string()),
            "voucher_number": pa.array(number, pa.string()),
            "after": pa.array(series, pa.string()),
        }
    )

    found = keyed(rows)

    assert ["before", "voucher_key", "after"] == found.column_names
    assert [voucher_key(*item) for item in numbered] == found["voucher_key"].to_pylist()


@pytest.mark.parametrize(
    ("key", "series", "number", "name"),
    [
        ("A:17", "A", "17", "A:17"),
        ("A:17#2", "A", "17", "A:17#2"),
        ("A:#1", "A", "", "A:#1"),
        ("statement:10000002", "BANK", "32", "BANK 32"),
        ("statement:10000002", "", "32", "32"),
        ("statement:10000002", "BANK", "", "statement:10000002"),
        ("statement:10000002", None, None, "statement:10000002"),
    ],
)
def test_a_voucher_is_called_by_series_and_number_where_it_has_them(key, series, number, name):
    assert name == voucher_name(key, series, number)
