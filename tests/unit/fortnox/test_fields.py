"""One field of an answer, in every type that it may come in."""

from __future__ import annotations

from decimal import Decimal

import pytest

from blocks.systems.fortnox import fields
from blocks.systems.fortnox.fields import NoRight, UnexpectedField

READERS = {
    name: getattr(fields, name)
    for name in (
        "record", "records", "text", "word", "whole", "number_in_words", "code", "flag", "date",
        "amount",
    )
}  # fmt: skip

MARKS = ["API_NORIGHT", "api_noright", " API_NORIGHT ", "API_NO_RIGHT", "NO_RIGHTS", "API-NOACCESS"]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_knows_the_mark_of_a_missing_right(reader, mark):
    with pytest.raises(NoRight, match="F"):
        READERS[reader]({"F": mark}, "F")


@pytest.mark.parametrize("text", ["No right of way", "API", "Norights AB", "no access", "APIary 1"])
def test_words_of_a_person_are_no_mark(text):
    assert text == fields.text({"F": text}, "F")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1 713,94", "1713.94"),
        ("1\u00a0713,94", "1713.94"),
        ("1\u202f000\u202f000.5", "1000000.5"),
        ("-0.5", "-0.5"),
        ("1713.940", "1713.94"),
        (0, "0"),
        (Decimal("1000.5"), "1000.5"),
        (Decimal("1E+3"), "1000"),
        ("", None),
        (None, None),
    ],
)
def test_amount_is_read_in_every_form_seen(value, expected):
    assert (None if expected is None else Decimal(expected)) == fields.amount({"F": value}, "F")


@pytest.mark.parametrize(
    "value",
    [
        "x", "1,2,3", "1.713,94", "1 7,94", "17 13", "1_000", "1e3", "\u0661\u0662", "NaN",
        "Infinity", "-", True, False, {}, [], "0.001", Decimal("0.001"), 10**16, "1" * 17,
        Decimal("1E+999999"), Decimal("1E-999999"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_and_never_rounded(value):
    with pytest.raises(UnexpectedField, match="its field F is no amount"):
        fields.amount({"F": value}, "F")


@pytest.mark.parametrize(("value", "expected"), [("Bank", "Bank"), (7, "7"), (None, "")])
def test_text_is_taken_as_it_is_and_a_number_as_it_is_written(value, expected):
    assert expected == fields.text({"F": value}, "F")


@pytest.mark.parametrize("name", ["word", "whole", "number_in_words", "date", "record", "records"])
@pytest.mark.parametrize("row", [{}, {"F": None}])
def test_what_has_to_be_there_is_missed_by_name(name, row):
    with pytest.raises(UnexpectedField, match="its field F is missing"):
        READERS[name](row, "F")


@pytest.mark.parametrize("value", ["", " A", "A B", True, Decimal("1.0"), [], "x" * 65])
def test_what_is_no_word_is_refused(value):
    with pytest.raises(UnexpectedField):
        fields.word({"F": value}, "F")
