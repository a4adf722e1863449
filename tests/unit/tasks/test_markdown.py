"""Markdown that text of a source cannot break."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.pages.markdown import MAX_CELL_CHARS, amount, and_more, document, escaped, table


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), max_size=5))
def test_no_text_adds_a_row_or_a_column(rows):
    lines = table(("A", "B", "C"), rows).split("\n")

    assert 2 + len(rows) == len(lines)
    assert {4} == {line.replace("\\|", "").count("|") for line in lines}


@given(st.text(alphabet="<>&*_`[]#\n", min_size=1))
def test_no_text_becomes_an_element_or_a_link(text):
    assert not {"<", ">", "\n"} & set(escaped(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see `tasma events acme_1` now.", "see `tasma events acme_1` now."),
        ("`tasma import a.se --tenant b`", "`tasma import a.se --tenant b`"),
        ("`tasma <b>`", "\\`tasma &lt;b&gt;\\`"),
        ("`tasma www.example.com`", "\\`tasma www<!-- -->.example.com\\`"),
        ("`rm *`, `x_1`", "\\`rm \\*\\`, \\`x\\_1\\`"),
    ],
)
def test_command_of_ours_stands_as_code_and_no_other_text_does(text, expected):
    assert expected == escaped(text)


def test_a_cell_is_cut_at_its_limit():
    assert "x" * MAX_CELL_CHARS == escaped("x" * MAX_CELL_CHARS)
    assert "x" * (MAX_CELL_CHARS - 1) + "…" == escaped("x" * (MAX_CELL_CHARS + 1))


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("-1234567.5"), "-1,234,567.50"), (Decimal(0), "0.00"), (None, "")],
    ids=["negative", "zero", "none"],
)
def test_amounts_read_as_accountants_write_them(value, text):
    assert text == amount(value)


def test_what_is_not_shown_is_counted():
    assert "" == and_more(5, 5, "breaks")
    assert "… and 1,995 more breaks." == and_more(5, 2_000, "break")


def test_empty_blocks_leave_no_gap():
    assert "a\n\nb" == document("a", "", "b")
