"""A file that ends in the middle of something is told from a whole one."""

from __future__ import annotations

import pytest

from ledger.sie.cut import is_cut
from tests.small_sie import small_sie

WHOLE = small_sie(("1", 1000, 1000), ("2", 5, 5))
LAST = WHOLE.rindex(b"#VER")


@pytest.mark.parametrize("end", [b"", b"\r\n", b"\r\n\r\n", b"\r\n\x1a"])
def test_whole_file_is_not_called_cut_however_its_last_line_ends(end):
    assert not is_cut(WHOLE.rstrip() + end)


@pytest.mark.parametrize("back", [1, 2, 5, 20])
def test_file_that_ends_within_its_last_voucher_is_cut(back):
    assert is_cut(WHOLE.rstrip()[: -1 - back])


def test_file_that_ends_with_the_line_of_a_voucher_is_cut():
    assert is_cut(WHOLE[: WHOLE.index(b"\n", LAST) + 1])


def test_file_that_ends_within_a_label_is_cut():
    assert is_cut(WHOLE[: LAST + 2])


def test_nothing_is_not_called_cut():
    assert not is_cut(b"")
