"""Rows of history stand where a reader that knows only #TRANS books everything once."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.sie.writer import write_sie
from ledger.sie.writing.errors import HistoryWithoutPosting, RowWithoutVoucher
from ledger.sie.writing.history import NONE, find_twins
from ledger.sie.writing.vouchers import write_vouchers
from tests.examples import examples

ACCOUNTS = ("1910", "3001", "2640")
ROWS = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from([100, -100]), st.sampled_from("  P"))
BOOKED = st.tuples(st.sampled_from(["booked", "added"]), ROWS)
VOUCHERS = st.lists(
    st.lists(st.one_of(BOOKED, st.tuples(st.just("struck"), ROWS)), max_size=8), max_size=5
)


def tables_of(vouchers, rows_of):
    """Build tables from vouchers told as a file tells them, row by row."""
    postings, objects, history = [], [], []
    for number, rows in enumerate(vouchers, 1):
        booked = past = 0
        for kind, (account, amount, project) in rows:
            key = {"voucher_key": f"A:{number}"}
            row = key | {"account_number": account, "amount": Decimal(amount)}
            if kind != "booked":
                past += 1
                pairs = json.dumps([["6", project]]) if project.strip() else None
                history.append(
                    row | {"row_number": past, "correction_kind": kind, "objects": pairs}
                )
            if kind != "struck":
                booked += 1
                postings.append(row | {"row_number": booked})
                if project.strip():
                    objects.append(
                        key
                        | {
                            "row_number": booked,
                            "dimension_number": "6",
                            "object_number": project,
                        }
                    )
    heads = [
        {"voucher_key": f"A:{number}", "voucher_number": str(number)}
        for number in range(1, len(vouchers) + 1)
    ]
    return {
        "voucher": rows_of("voucher", *heads),
        "posting": rows_of("posting", *postings),
        "posting_dimension": rows_of("posting_dimension", *objects),
        "posting_correction": rows_of("posting_correction", *history),
    }


def lines_of(vouchers):
    """The rows as a file would show them; an added row announces the booked one."""
    lines = []
    for rows in vouchers:
        for kind, (account, amount, project) in rows:
            objects = '{6 "P"}' if project.strip() else "{}"
            text = f"{account} {objects} {amount}.00"
            lines += {
                "booked": [f"#TRANS {text}"],
                "added": [f"#RTRANS {text}", f"#TRANS {text}"],
                "struck": [f"#BTRANS {text}"],
            }[kind]
    return lines


def written(tables, per_slice=2):
    text = b"".join(write_vouchers(tables, per_slice=per_slice)).decode("cp437")
    return [line.removesuffix(" 20240131") for line in text.split("\r\n") if "TRANS" in line]


@settings(max_examples=examples(40))
@given(vouchers=VOUCHERS)
def test_every_row_is_written_once_in_its_order(vouchers, rows_of):
    lines = written(tables_of(vouchers, rows_of))

    for label in ("#TRANS", "#RTRANS", "#BTRANS"):
        expected = [line for line in lines_of(vouchers) if line.startswith(label)]
        assert expected == [line for line in lines if line.startswith(label)]


@settings(max_examples=examples(40))
@given(vouchers=VOUCHERS)
def test_each_added_row_stands_directly_before_its_booked_row(vouchers, rows_of):
    lines = written(tables_of(vouchers, rows_of))

    for at, line in enumerate(lines):
        if line.startswith("#RTRANS"):
            assert lines[at + 1] == line.replace("#RTRANS", "#TRANS")


@settings(max_examples=examples(40))
@given(vouchers=VOUCHERS)
def test_history_keeps_its_order(vouchers, rows_of):
    past = [line for line in lines_of(vouchers) if not line.startswith("#TRANS")]

    lines = written(tables_of(vouchers, rows_of))

    assert past == [line for line in lines if not line.startswith("#TRANS")]


@settings(max_examples=examples(40))
@given(vouchers=VOUCHERS)
def test_size_of_a_slice_does_not_show(vouchers, rows_of):
    tables = tables_of(vouchers, rows_of)

    assert written(tables, per_slice=1) == written(tables, per_slice=100)


def naive_twins(posting, added):
    """One voucher, walked row by row."""
    twins, after = [], -1
    for wanted in added:
        after = next((at for at in range(after + 1, len(posting)) if posting[at] == wanted), None)
        if after is None:
            return None
        twins.append(after)
    return twins


@given(
    posting=st.lists(st.integers(0, 3), max_size=12), added=st.lists(st.integers(0, 3), max_size=6)
)
def test_twins_found_together_are_those_found_one_by_one(posting, added):
    found = find_twins(
        np.array(posting, np.int64), np.array(added, np.int64), np.zeros(len(added), np.int64)
    )

    expected = naive_twins(posting, added)
    assert (None if NONE in found else found.tolist()) == expected


def test_added_row_without_its_booked_row_is_refused_by_name(rows_of, header):
    tables = tables_of([[("booked", ("1910", 100, " "))], []], rows_of)
    lost = {"voucher_key": "A:1", "row_number": 7, "correction_kind": "added", "amount": Decimal(9)}

    with pytest.raises(HistoryWithoutPosting, match=r"A:1: row 7") as refusal:
        write_sie(header, tables | {"posting_correction": rows_of("posting_correction", lost)})

    assert refusal.value.row_number == 7


def test_twin_in_another_voucher_is_no_twin(rows_of, header):
    tables = tables_of([[], [("booked", ("1910", 9, " "))]], rows_of)
    lost = {"voucher_key": "A:1", "row_number": 1, "correction_kind": "added", "amount": Decimal(9)}

    with pytest.raises(HistoryWithoutPosting):
        write_sie(header, tables | {"posting_correction": rows_of("posting_correction", lost)})


@pytest.mark.parametrize("name", ["posting", "posting_correction"])
def test_row_of_no_voucher_is_refused_by_name(rows_of, header, name):
    row = {"voucher_key": "B:9", "row_number": 1, "amount": Decimal(1), "correction_kind": "struck"}
    if name == "posting":
        del row["correction_kind"]

    with pytest.raises(RowWithoutVoucher, match=f"{name} has a row of voucher B:9"):
        write_sie(header, {name: rows_of(name, row)})


def test_object_of_no_posting_is_refused_by_name(rows_of, header):
    tables = tables_of([[("booked", ("1910", 9, " "))]], rows_of)
    lost = {
        "voucher_key": "A:1",
        "row_number": 2,
        "dimension_number": "1",
        "object_number": "100",
    }

    with pytest.raises(RowWithoutVoucher, match="posting_dimension"):
        write_sie(header, tables | {"posting_dimension": rows_of("posting_dimension", lost)})


def test_a_thousand_corrections_of_one_voucher_are_matched(rows_of):
    rows = [("added", ("1910", 100, " ")), ("struck", ("1910", 100, " "))] * 1_000

    lines = written(tables_of([rows], rows_of))

    assert Counter(line.split()[0] for line in lines) == {
        "#TRANS": 1_000,
        "#RTRANS": 1_000,
        "#BTRANS": 1_000,
    }
