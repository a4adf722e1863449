"""Which rows belong to which voucher when braces are missing, doubled or misplaced."""

from __future__ import annotations

import pytest

VER, ROW = "#VER A 2 20240116", "#TRANS 1930 {} 1.00"
NEXT = ("#VER A 3 20240117", "{", "#TRANS 3001 {} 2.00", "}")

SHAPES = [
    # lines behind the sound voucher (from line 19), rows of A:2 and A:3, codes with lines
    ((VER, "{", ROW, ROW, "}", *NEXT), [2, 1], []),
    ((VER, "", "{", "", ROW, "", "}", "", *NEXT), [1, 1], []),
    (("\t" + VER, "  {  ", "\t" + ROW, " } ", *NEXT), [1, 1], []),
    ((VER, "{}", *NEXT), [0, 1], [("voucher_without_rows", 19)]),
    ((VER, "{ }", *NEXT), [0, 1], [("voucher_without_rows", 19)]),
    ((VER + " {", ROW, "}", *NEXT), [1, 1], [("brace_on_voucher_line", 19)]),
    ((VER + ' "" "" "{"', "{", ROW, "}", *NEXT), [1, 1], []),
    ((VER, ROW, "}", *NEXT), [1, 1], [("open_brace_missing", 19)]),
    ((VER, ROW, ROW, *NEXT), [2, 1], [("block_unclosed", 19), ("open_brace_missing", 19)]),
    ((VER, "{", ROW, *NEXT), [1, 1], [("block_unclosed", 19)]),
    ((VER, *NEXT), [0, 1], [("block_missing", 19), ("voucher_without_rows", 19)]),
    ((VER, "{", "{", ROW, "}", *NEXT), [1, 1], [("open_brace_stray", 21)]),
    ((VER, "{", ROW, "}", "}", *NEXT), [1, 1], [("close_brace_stray", 23)]),
    ((VER, "{", ROW, "}", ROW, *NEXT), [1, 1], [("row_outside_voucher", 23)]),
    (
        (VER, "{", ROW, "}", "{", ROW, "}", *NEXT),
        [1, 1],
        [("orphan_block", 23), ("row_outside_voucher", 24)],
    ),
    ((VER, "#KONTO 1910 Kassa", "{", ROW, "}", *NEXT), [1, 1], [("record_in_voucher", 20)]),
    ((VER, "{", ROW, "fri text", "}", *NEXT), [1, 1], [("line_without_label", 22)]),
    ((*NEXT[:3], "}", VER, "{", ROW), [1, 1], [("file_cut", 0), ("block_unclosed", 23)]),
    (
        (*NEXT, VER),
        [0, 1],
        [("file_cut", 0), ("block_missing", 23), ("voucher_without_rows", 23)],
    ),
]


@pytest.mark.parametrize(("lines", "rows", "codes"), SHAPES)
def test_rows_belong_to_the_voucher_whose_block_is_open(bend, read_sie, lines, rows, codes):
    file, tables = read_sie(bend().add(*lines).content)

    owners = tables["posting"]["voucher_key"].to_pylist()
    assert [2, *rows] == [owners.count(key) for key in ("A:1", "A:2", "A:3")]
    assert codes == [(item.code, item.line) for item in file.diagnostics.items]
