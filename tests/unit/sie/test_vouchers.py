"""Vouchers, rows, objects and history, as tables."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest

from ledger.sie.limits import SieLimits
from ledger.sie.reader import open_sie

DAY = dt.date(2024, 1, 15)


def column(tables, table, name):
    return tables[table][name].to_pylist()


def rows(tables, table="posting", without=()):
    return [
        tuple(value for name, value in row.items() if name not in without)
        for row in tables[table].to_pylist()
    ]


def test_voucher_and_rows_hold_what_their_lines_say(bend, read_sie):
    content = (
        bend()
        .change(14, '#VER A 1 20240115 "Försäljning" 20240116 "Vera Ek"')
        .change(16, '#TRANS 1930 {} 100.00 20240117 "Insatt \\"kontant\\"" 2.5 "Bo"')
        .content
    )

    _, tables = read_sie(content)

    assert [
        ("A:1", "A", "1", DAY, "Försäljning", dt.date(2024, 1, 16), "Vera Ek", None, 14)
    ] == rows(tables, "voucher")
    assert [
        (
            "A:1",
            1,
            "1930",
            Decimal("100.00"),
            dt.date(2024, 1, 17),
            'Insatt "kontant"',
            Decimal("2.500000"),
            "Bo",
        ),
        ("A:1", 2, "3001", Decimal("-100.00"), DAY, None, None, None),
    ] == rows(tables)


def test_only_trans_is_booked_and_the_rest_is_history(bend, read_sie):
    """#RTRANS stands before its #TRANS twin, #BTRANS for a row that was struck out."""
    content = (
        bend()
        .insert(
            17,
            '#BTRANS 1930 {1 "10" 6 P1} 7.00 20240120 "Fel" 1 "Vera Ek"',
            '#RTRANS 1930 {} 5.00 "" "" 0 "Vera Ek"',
            "#TRANS 1930 {} 5.00",
        )
        .change(18, "#TRANS 3001 {} -5.00", "}")
        .content
    )

    file, tables = read_sie(content)

    assert [1, 2, 3, 4] == column(tables, "posting", "row_number")
    assert Decimal(0) == sum(column(tables, "posting", "amount"))
    assert [
        (1, "struck", "1930", Decimal("7.00"), dt.date(2024, 1, 20), "Fel", "Vera Ek"),
        (2, "added", "1930", Decimal("5.00"), DAY, None, "Vera Ek"),
    ] == rows(tables, "posting_correction", without=("voucher_key", "quantity", "objects"))
    assert [[["1", "10"], ["6", "P1"]], None] == [
        json.loads(objects) if objects else None
        for objects in column(tables, "posting_correction", "objects")
    ]
    assert 0 == file.diagnostics.count("added_row_without_twin")


@pytest.mark.parametrize(
    ("twin", "count"),
    [
        ('#TRANS 1930 {6 P1} 5.00 20240118 "annan text" 3', 0),
        ("#TRANS 1930 {6 P1} 5", 0),
        ("#TRANS 1930 {6 P2} 5.00", 1),
        ("#TRANS 1930 {} 5.00", 1),
        ("#TRANS 1931 {6 P1} 5.00", 1),
        ("#TRANS 1930 {6 P1} 5.01", 1),
        ("#BTRANS 1930 {6 P1} 5.00", 1),
    ],
)
def test_twin_is_the_same_in_account_objects_and_amount_only(bend, read_sie, twin, count):
    """BL Administration dates the two rows differently; Fortnox signs one of them."""
    file, _ = read_sie(bend().insert(17, "#RTRANS 1930 {6 P1} 5.00", twin).content)

    assert count == file.diagnostics.count("added_row_without_twin")


def test_last_row_of_a_voucher_may_lack_its_twin(bend, read_sie):
    content = (
        bend()
        .insert(18, "#RTRANS 1930 {} 5.00")
        .add("#VER A 2 20240116", "{", "#TRANS 1930 {} 5.00", "}")
    )

    assert 1 == read_sie(content.content)[0].diagnostics.count("added_row_without_twin")


def test_voucher_of_struck_rows_only_is_kept_empty(bend, read_sie):
    """One such voucher made a whole import fail elsewhere."""
    content = bend().add("#VER A 2 20230116", "{", "#BTRANS 1930 {} 5.00", "}").content

    file, tables = read_sie(content)

    assert ["A:1", "A:2"] == column(tables, "voucher", "voucher_key")
    assert 0 == file.diagnostics.errors


def test_objects_of_a_row_are_pairs_in_their_order(bend, read_sie):
    content = bend().change(16, '#TRANS 1930 { "1" "0123" 6 P1\t10 "F 7"} 100.00').content

    _, tables = read_sie(content)

    assert [
        ("A:1", 1, "1", "0123"),
        ("A:1", 1, "6", "P1"),
        ("A:1", 1, "10", "F 7"),
    ] == rows(tables, "posting_dimension")


def test_empty_and_repeated_numbers_get_their_occurrence(bend, read_sie):
    more = [
        line
        for head in ("A 1", "A 2", 'A ""', 'A ""', "B 1", "A 1", "# 1", '"" 7', "A 2", "A 01")
        for line in (f"#VER {head} 20240116", "{", "}")
    ]

    file, tables = read_sie(bend().add(*more).content)

    assert [
        "A:1",
        "A:1#2",
        "A:2",
        "A:#1",
        "A:#2",
        "B:1",
        "A:1#3",
        r"\#:1",
        ":7",
        "A:2#2",
        "A:01",
    ] == column(tables, "voucher", "voucher_key")
    assert 3 == file.diagnostics.count("voucher_repeated")


def test_occurrences_are_counted_over_the_whole_file(bend):
    """The first batches ascend and are not remembered by number until one does not."""
    heads = [*range(2, 400), 5, 400, 5]
    more = [line for number in heads for line in (f"#VER A {number} 20240116", "{", "}")]
    limits = SieLimits(block_bytes=1024, piece_bytes=1024, line_bytes=1024)

    batches = list(open_sie(bend().add(*more).content, limits=limits).batches())

    keys = [key for batch in batches for key in batch["voucher"]["voucher_key"].to_pylist()]
    assert len(batches) > 5
    assert ["A:5#2", "A:400", "A:5#3"] == keys[-3:]
    assert len(keys) == len(set(keys))


def test_voucher_without_a_date_takes_the_nearest_known_one(bend, read_sie):
    """Its rows stay, so that sums are right; the load is held by the error."""
    dates = [
        read_sie(bent.content)[1]["voucher"]["voucher_date"][0].as_py()
        for bent in (
            bend().change(14, '#VER A 1 x "" 20240116'),
            bend().change(14, "#VER A 1"),
            bend().change(14, "#VER A 1").change(8),
        )
    ]

    assert [dt.date(2024, 1, 16), dt.date(2024, 1, 1), dt.date(2024, 1, 31)] == dates


def test_row_that_cannot_be_read_is_left_out_and_counted_as_damage(bend, read_sie):
    file, tables = read_sie(bend().change(16, "#TRANS 1930 {} hundra").content)

    assert [("A:1", 1, "3001")] == [row[:3] for row in rows(tables)]
    assert 1 == file.diagnostics.errors


def test_vouchers_of_another_year_keep_their_dates(bend, read_sie):
    _, tables = read_sie(bend().add("#VER A 2 20221231", "{", "}").content)

    assert [DAY, dt.date(2022, 12, 31)] == column(tables, "voucher", "voucher_date")


def test_series_left_out_moves_the_fields(bend, read_sie):
    content = bend().change(14, '#VER  1 20240115 " " 20240116 " "').content

    _, tables = read_sie(content)

    assert [(":1", "", "1", DAY, None, dt.date(2024, 1, 16), None, None, 14)] == rows(
        tables, "voucher"
    )


def test_texts_keep_their_padding_and_codes_lose_it(bend, read_sie):
    content = (
        bend()
        .change(14, '#VER " A " " 1" 20240115 "  Text  "')
        .change(16, '#TRANS " 1930 " {} " 100.00 " "" "Rad  " "" "  "')
        .content
    )

    _, tables = read_sie(content)

    assert ["A:1"] == column(tables, "voucher", "voucher_key")
    assert ["  Text  "] == column(tables, "voucher", "voucher_text")
    assert ["1930", "3001"] == column(tables, "posting", "account_number")
    assert ["Rad  ", None] == column(tables, "posting", "posting_text")
    assert [None, None] == column(tables, "posting", "registered_by")


def test_reader_may_be_asked_for_its_batches_once(bend):
    file = open_sie(bend().content)

    assert 1 == len(list(file.batches()))
    assert [] == list(file.batches())
