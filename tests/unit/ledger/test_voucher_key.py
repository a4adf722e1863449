"""The key of a voucher, one by one and of whole lists."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ledger.voucher_key import keyed, voucher_key

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
