"""The exact tokenizer, on lines as programs write them."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.sie.text.tokenizer import read_irregular, read_plain, read_record

SPLIT = [
    # line, label, fields, objects, problems
    ("#FLAGGA 0", "#FLAGGA", ["0"], None, []),
    ('  #KONTO\t1930   "Bank"  \r', "#KONTO", ["1930", "Bank"], None, []),
    ('#VER A 1 20240101 "" ""', "#VER", ["A", "1", "20240101", "", ""], None, []),
    ("#TRANS 1930 {} 1.00", "#TRANS", ["1930", "1.00"], [], []),
    ('#TRANS 1930 { "1" "0123" 6 P1} 1', "#TRANS", ["1930", "1"], ["1", "0123", "6", "P1"], []),
    ('#TRANS 1930 {1 "a } b"} 1', "#TRANS", ["1930", "1"], ["1", "a } b"], []),
    ('#TRANS 1930 {}1.00"', "#TRANS", ["1930", '1.00"'], [], ["stray_quote"]),
    (r'#KONTO 1930 "Lind \"Park\""', "#KONTO", ["1930", 'Lind "Park"'], None, []),
    (r'#FNR "C:\Program\Data"', "#FNR", [r"C:\Program\Data"], None, []),
    (r'#FNR "C:\\Program\\Data\\"', "#FNR", ["C:\\\\Program\\\\Data\\\\"], None, []),
    (r'#FNR "a\\" "b"', "#FNR", ['a\\" "b'], None, ["stray_quote"]),
    (r"#FNR C:\Data\Ovnbol", "#FNR", [r"C:\Data\Ovnbol"], None, []),
    ('#FNAMN "Öppen', "#FNAMN", ["Öppen"], None, ["unclosed_quote"]),
    ('#PROGRAM "Visma "2000" med" 1', "#PROGRAM", ['Visma "2000" med', "1"], None, ["stray_quote"]),
    (
        '#KONTO 1 "F"rskott Lind" Park"',
        "#KONTO",
        ["1", 'F"rskott Lind" Park'],
        None,
        ["stray_quote"],
    ),
    ("#TRANS 1930 {1 P", "#TRANS", ["1930"], ["1", "P"], ["object_list_unclosed"]),
    ("#konto 1930 x", "#KONTO", ["1930", "x"], None, ["label_case"]),
    ("#PROSA {inte en lista}", "#PROSA", ["{inte", "en", "lista}"], None, []),
]


@pytest.mark.parametrize(("line", "label", "fields", "objects", "problems"), SPLIT)
def test_line_is_split_as_the_format_says(line, label, fields, objects, problems):
    record = read_record(line)

    assert (label, fields, objects, problems) == (
        record.label,
        record.fields,
        record.objects,
        record.problems,
    )


def test_contents_keep_the_order_of_the_line():
    record = read_record('#PSALDO 0 202401 1930 {6 "P 1"} -1.00 2')

    assert ["#PSALDO", "0", "202401", "1930", "6", "P 1", "-1.00", "2"] == record.contents


@given(st.text())
def test_any_line_is_split_without_failing(line):
    record = read_record(line)

    assert record.label == record.label.upper()


@given(
    st.lists(
        st.sampled_from(
            [
                "#TRANS",
                "#VER",
                "#KONTO",
                "#x",
                " ",
                " ",
                "\t",
                '"',
                "{",
                "}",
                "a",
                "1.0",
                "{}",
                '""',
                "\\",
            ]
        ),
        max_size=14,
    ).map("".join)
)
def test_plain_lines_are_split_as_bent_ones_would_be(line):
    line = line.strip(" \t")

    assert read_plain(line) in (None, read_irregular(line))


@pytest.mark.skipif(
    sys.version_info < (3, 11, 5),
    reason="possessive quantifiers miss matches there (gh-106052): such lines are read slower",
)
def test_common_lines_are_plain():
    for line in (
        "#FLAGGA 0",
        '#KONTO 1930 "Bank"',
        '#TRANS 1 { "1" "0 1"} -1.00 "" "x"',
        "#KSUMMA",
    ):
        assert read_plain(line) is not None


NO_CONTROLS = st.characters(exclude_categories=("Cc", "Cs"))


@given(
    st.lists(
        st.text(NO_CONTROLS.filter(lambda letter: letter not in '\\"'), min_size=1), min_size=1
    )
)
def test_quoted_fields_come_back_as_they_were(fields):
    record = read_record("#PROSA " + " ".join(f'"{field}"' for field in fields))

    assert fields == record.fields
    assert [] == record.problems


def test_a_line_of_nothing_but_marks_takes_linear_time():
    """Each ``\\\\"`` may close the field, which must not mean looking at the rest for each."""
    record = read_record('#PROSA "' + '\\\\"' * 20_000 + "x")

    assert ["unclosed_quote"] == record.problems
