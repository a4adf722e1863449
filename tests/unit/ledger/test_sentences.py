"""Sentences that are made of parts read as one that was written."""

from __future__ import annotations

import pytest

from ledger.text import joined, number_of


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (("Changed: 4.", "2024 Unchanged: nothing."), "Changed: 4; 2024 Unchanged: nothing."),
        (("", "late"), "late"),
        (("held", "", "late"), "held; late"),
        ((), ""),
    ],
)
def test_no_full_stop_stands_before_what_joins_and_nothing_empty_is_joined(parts, sentence):
    assert sentence == joined(*parts)


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 tenants"), (1, "1 tenant"), (2_000, "2,000 tenants")]
)
def test_one_is_no_plural(count, words):
    assert words == number_of(count, "tenant")
    assert "2 differ" == number_of(2, "differs", "differ")
