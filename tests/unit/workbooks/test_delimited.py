"""Text files: encoding, delimiter and quotes are told from the file alone."""

from __future__ import annotations

import codecs
from dataclasses import replace

import pytest

from blocks.workbooks.limits import DEFAULT_LIMITS
from blocks.workbooks.reader import read_workbook
from ledger.statement.refusals import StatementRefused

LINES = [
    ["Tili", "Nimi", "Saldo €"],
    ["1910", "Pankki, päätili", "1\u00a0234,50"],
    ["3000", "Myynti", "-9,00"],
]


def text(delimiter, *, newline="\r\n", quote=False):
    def field(value):
        return f'"{value}"' if quote or delimiter in value else value

    return newline.join(delimiter.join(map(field, line)) for line in LINES) + newline


def values(book):
    (sheet,) = book.sheets
    return [[cell.value for cell in sheet.rows[row].values()] for row in sorted(sheet.rows)]


ENCODED = {
    ("utf-8", True): lambda said: codecs.BOM_UTF8 + said.encode(),
    ("utf-8", False): str.encode,
    ("utf-16-le", True): lambda said: codecs.BOM_UTF16_LE + said.encode("utf-16-le"),
    ("utf-16-be", True): lambda said: codecs.BOM_UTF16_BE + said.encode("utf-16-be"),
    ("utf-16-le", False): lambda said: said.encode("utf-16-le"),
    ("utf-16-be", False): lambda said: said.encode("utf-16-be"),
    ("windows-1252", False): lambda said: said.encode("windows-1252"),
    ("iso-8859-15", False): lambda said: said.encode("iso-8859-15"),
}


@pytest.mark.parametrize("delimiter", [";", "\t", ",", "|"])
@pytest.mark.parametrize(("encoding", "has_bom"), ENCODED)
def test_encoding_and_delimiter_are_told_from_the_bytes(encoding, has_bom, delimiter):
    content = ENCODED[encoding, has_bom](text(delimiter, quote=True))

    book = read_workbook(content)

    assert values(book) == LINES
    assert (encoding, has_bom) == (book.container.encoding, book.container.has_bom)
    assert delimiter == book.container.delimiter


def test_controls_of_iso_8859_15_are_letters_of_windows_1252():
    book = read_workbook("Saldo € ¤;5\nx;6\n".encode("windows-1252"))

    assert "windows-1252" == book.container.encoding
    assert "Saldo € ¤" == book.sheets[0].rows[1][1].value


def test_decimal_commas_do_not_part_fields_where_a_semicolon_does():
    content = b"Rivi;31.12.2026\nVASTAAVAA;\nPankki;18750,00\nKassa;9200,00\n"

    book = read_workbook(content)

    assert (";", "LF") == (book.container.delimiter, book.container.newline)
    assert "18750,00" == book.sheets[0].rows[3][2].value


def test_blank_records_count_and_line_breaks_in_quotes_do_not():
    book = read_workbook(b'Oy;\r\n\r\n"Ing\nbalans";5\r\nx;6\r\n')

    assert {1: "A1", 3: "B3", 4: "B4"} == {
        row: max(cells.values(), key=lambda cell: cell.column).place
        for row, cells in book.sheets[0].rows.items()
    }
    assert "Ing balans" == book.sheets[0].rows[3][1].text


def test_excels_hint_names_the_delimiter_and_is_no_cell():
    book = read_workbook(b"sep=,\na,1\nb,2\n")

    assert "," == book.container.delimiter
    assert [2, 3] == sorted(book.sheets[0].rows)


def test_quotes_that_are_never_closed_take_no_other_line_with_them():
    book = read_workbook(b'"19" putki;5\n"tanko;6\nx;7\n')

    assert book.container.quotes_irregular
    assert [['"19" putki', "5"], ['"tanko', "6"], ["x", "7"]] == values(book)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\xd8", b"\xef\xbb\xbf\xff"])
def test_text_that_breaks_its_own_mark_is_refused(content):
    with pytest.raises(StatementRefused) as refused:
        read_workbook(content)

    assert "encoding_unknown" == refused.value.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n", "file_empty"),
        (b"#FLAGGA 0\r\n#SIETYP 4\r\n", "file_is_sie"),
        (b"\xef\xbb\xbf\n#PROGRAM x 1\n", "file_is_sie"),
    ],
)
def test_empty_file_and_a_file_of_vouchers_are_refused_as_what_they_are(content, code):
    with pytest.raises(StatementRefused) as refused:
        read_workbook(content)

    assert code == refused.value.code


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"\x89PNG\r\n", b"\x1f\x8b\x08", b"\n<HTML><table>"]
)
def test_what_is_no_table_is_refused_by_its_first_bytes(content):
    with pytest.raises(StatementRefused, match="neither text nor a workbook"):
        read_workbook(content)


@pytest.mark.parametrize(
    ("name", "size", "content"),
    [
        ("file_bytes", 8, b"a;1\nb;2\n"),
        ("rows", 2, b"a;1\nb;2\n"),
        ("columns", 2, b"a;1\nb;2\n"),
        ("cell_chars", 3, b"abc;1\nb;2\n"),
    ],
)
def test_a_text_at_its_limit_is_read_and_one_beyond_is_refused(name, size, content):
    assert 2 == len(read_workbook(content, replace(DEFAULT_LIMITS, **{name: size})).sheets[0].rows)
    with pytest.raises(StatementRefused):
        read_workbook(content, replace(DEFAULT_LIMITS, **{name: size - 1}))


def test_a_field_longer_than_any_cell_is_refused():
    with pytest.raises(StatementRefused) as refused:
        read_workbook(b"a;" + b"x" * 200_000 + b"\n")

    assert "cell_too_long" == refused.value.code
