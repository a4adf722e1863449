"""What a workbook may cost: read at the limit, refused one beyond it, hostile or not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from blocks.workbooks.limits import DEFAULT_LIMITS
from blocks.workbooks.reader import read_workbook
from ledger.statement.refusals import StatementRefused
from tests.made_workbooks.packing import pack, repacked

ROWS = [["Tase", "2026"], ["Pankki", 5.0], ["Yhteensä", 5.0]]


def refusal(content, **limits):
    with pytest.raises(StatementRefused) as refused:
        read_workbook(content, replace(DEFAULT_LIMITS, **limits))
    return refused.value.code


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("sheets", 2, "too_many_sheets"),
        ("rows", 3, "too_many_rows"),
        ("columns", 2, "too_many_columns"),
        ("cell_chars", 8, "cell_too_long"),
        ("merged_cells", 2, "merged_too_large"),
    ],
)
def test_a_workbook_at_its_limit_is_read_and_one_beyond_is_refused(make, sheet, name, size, code):
    content = make(sheet("A", ROWS, merged=("A1:B1",)), sheet("B", ROWS))

    assert 2 == len(read_workbook(content, replace(DEFAULT_LIMITS, **{name: size})).sheets)
    assert code == refusal(content, **{name: size - 1})


def test_cells_of_a_sheet_are_counted_as_the_area_they_span(makers, sheet):
    content = makers["xlsx"](sheet("A", [[None] * 9, [None] * 8 + [1]]))

    assert read_workbook(content, replace(DEFAULT_LIMITS, cells=18)).sheets
    assert "too_many_cells" == refusal(content, cells=17)


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_what_unpacks_to_the_limit_is_read_and_one_byte_more_is_refused(kind, makers, sheet):
    content = makers[kind](sheet("A", ROWS))
    size = _unpacked(content)

    assert read_workbook(content, replace(DEFAULT_LIMITS, unpacked_bytes=size)).sheets
    assert "unpacked_too_large" == refusal(content, unpacked_bytes=size - 1)


def _unpacked(content):
    sizes = []
    repacked(content, lambda _, part: sizes.append(len(part)))
    return sum(sizes)


def test_a_part_that_unpacks_to_many_times_its_size_is_refused(makers, sheet):
    content = repacked(
        makers["xlsx"](sheet("A", ROWS)),
        lambda name, part: b" " * 3_000_000 if name.endswith("theme1.xml") else part,
    )

    assert "unpacked_ratio" == refusal(content)


def test_a_size_that_the_archive_understates_is_counted_all_the_same(makers, sheet):
    content = pack({"content.xml": b" " * 3_000_000})
    lying = content.replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))

    assert refusal(lying) in ("unpacked_ratio", "damaged")


def test_a_document_type_is_refused_before_any_entity_grows(makers, sheet):
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'

    for content in (
        pack({"content.xml": bomb}),
        repacked(
            makers["xlsx"](sheet("A", ROWS)),
            lambda name, part: bomb if name.endswith("sheet1.xml") else part,
        ),
    ):
        assert "declares_entities" == refusal(content)


@pytest.mark.parametrize(
    ("repeated", "code"),
    [
        ('table:number-rows-repeated="1048576"', "too_many_rows"),
        ('table:number-columns-repeated="16384"', "too_many_columns"),
    ],
)
def test_cells_that_are_repeated_without_end_are_refused(makers, sheet, repeated, code):
    where = b"<table:table-row" if "rows" in repeated else b"<table:table-cell"
    content = repacked(
        makers["ods"](sheet("A", [[1]])),
        lambda _, part: part.replace(where, where + b" " + repeated.encode()),
    )

    assert code == refusal(content)


def test_empty_rows_that_are_repeated_to_the_end_of_the_sheet_cost_nothing(makers, sheet):
    content = repacked(
        makers["ods"](sheet("A", [[1], [None]])),
        lambda _, part: part.replace(
            b"<table:table-row><table:table-cell/>",
            b'<table:table-row table:number-rows-repeated="1048575"><table:table-cell/>',
        ),
    )

    assert [1] == sorted(read_workbook(content).sheets[0].rows)


def test_a_value_in_the_last_cell_of_excel_is_refused_before_the_cells_in_between_are_made(
    makers, sheet
):
    content = repacked(
        makers["xlsx"](sheet("A", ROWS)),
        lambda _, part: part.replace(b'r="3"', b'r="1048576"').replace(b'"B3"', b'"B1048576"'),
    )

    assert "too_many_rows" == refusal(content)


def test_files_with_a_password_are_refused_as_such(makers, sheet):
    package = (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    manifest = pack({"META-INF/manifest.xml": b"<encryption-data/>", "content.xml": b"x"})

    assert ["encrypted"] * 2 == [refusal(package), refusal(manifest)]


def test_an_archive_that_is_no_workbook_is_refused(makers, sheet):
    assert "format_unknown" == refusal(pack({"word/document.xml": b"<x/>"}))
