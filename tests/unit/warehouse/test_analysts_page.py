"""Every question of docs/analysts.md, run as it stands there, on books whose answers are known."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from itertools import count

import pyarrow as pa
import pytest

from blocks.home import PROJECT
from blocks.lake import Lake
from blocks.warehouse import FileWarehouse
from ledger.fiscal_year import FiscalYear
from ledger.schemas import CONNECTED_FILE
from tests.staged_units import facts, joined, stage, voucher

PAGE = (PROJECT / "docs" / "analysts.md").read_text(encoding="utf-8")
QUESTIONS = {
    int(number): sql
    for number, sql in re.findall(r"^## (\d+)\..*?```sql\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
}
NUMBERS = count(1)
OPENING = {
    "opening_balance": [
        {"account_number": "1930", "amount": Decimal("500.00")},
        {"account_number": "2081", "amount": Decimal("-500.00")},
    ],
    "dimension_object": [{"dimension_number": "1", "object_number": "10", "name": "Verkstad"}],
}
SALE = voucher("A:1", ("1930", "100.00"), ("3001", "-100.00"), day=1)
RENT = voucher("A:2", ("5010", "40.00"), ("1930", "-40.00"), day=2)


@pytest.fixture(scope="module")
def books(tmp_path_factory, new_warehouse):
    """Two years; of the latter two loads, the second of which changed the sale."""
    folder = tmp_path_factory.mktemp("analyst")
    lake, warehouse = Lake(folder / "lake"), new_warehouse(folder)

    def put(year, *rows):
        number = next(NUMBERS)
        said = facts(year=year, landed_sha256=f"{number:016d}".ljust(64, "0"))
        staged = stage(lake, joined(*rows), said=said)
        warehouse.publish(
            staged, unit=staged.facts.unit, token=number, load_id=f"load-{number}", run_id="run"
        )

    put(2023, RENT)
    put(2024, SALE, RENT, OPENING)
    put(2024, voucher("A:1", ("1930", "250.00"), ("3001", "-250.00"), day=1), RENT, OPENING)
    file = {
        "document_id": "f1",
        "document_kind": "voucher",
        "voucher_key": "A:1",
        "file_name": "kvitto.pdf",
        "media_type": "application/pdf",
        "size_bytes": 10,
        "sha256": "0" * 64,
        "lake_address": "landing/acme/x",
        "fetched_at": dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
        "revision": "",
    }
    tables = {"connected_file": pa.Table.from_pylist([file], CONNECTED_FILE)}
    warehouse.publish_side_tables("acme", FiscalYear.parse("2024"), tables, token=9)
    return warehouse


MARCH = dt.date(2024, 3, 1)
ANSWERS = {
    1: [
        ("1930", "", "asset", "710.00"),
        ("2081", "", "equity", "-500.00"),
        ("3001", "", "income", "-250.00"),
        ("5010", "", "expense", "40.00"),
    ],
    2: [
        (MARCH, "A:1", "Faktura", "250.00", "0.00", "750.00"),
        (dt.date(2024, 3, 2), "A:2", "Faktura", "0.00", "40.00", "710.00"),
    ],
    3: [
        *((dt.date(2024, month, 1), "0.00", "0.00") for month in (1, 2)),
        (MARCH, "210.00", "210.00"),
        *((dt.date(2024, month, 1), "0.00", "210.00") for month in range(4, 13)),
    ],
    4: [("710.00", "710.00")],
    5: [("10", "Verkstad", "5010", "40.00")],
    6: [
        ("A:1", MARCH, "Faktura", "250.00"),
        ("A:2", dt.date(2024, 3, 2), "Faktura", "40.00"),
    ],
    7: [("A:2", dt.date(2024, 3, 2), "Faktura")],
    8: [
        ("1930", "-40.00", "710.00", "750.00"),
        ("2081", "0.00", "-500.00", "-500.00"),
        ("3001", "0.00", "-250.00", "-250.00"),
        ("5010", "40.00", "40.00", "0.00"),
    ],
    9: [
        ("A:1", "before", 1, "1930", "100.00"),
        ("A:1", "before", 2, "3001", "-100.00"),
        ("A:1", "after", 1, "1930", "250.00"),
        ("A:1", "after", 2, "3001", "-250.00"),
    ],
    10: [("1930", "60.00"), ("3001", "-100.00"), ("5010", "40.00")],
}


def plain(row):
    return tuple(f"{value:.2f}" if isinstance(value, Decimal) else value for value in row)


def test_the_page_has_ten_questions():
    assert list(range(1, 11)) == list(QUESTIONS) == list(ANSWERS)


@pytest.mark.parametrize("number", ANSWERS)
def test_each_question_of_the_page_has_the_answer_that_the_books_have(books, number):
    is_file = isinstance(books, FileWarehouse)
    with books.read("acme") if is_file else books.server.reading("acme") as db:
        found = db.execute(QUESTIONS[number]).fetchall()

    assert ANSWERS[number] == [plain(row) for row in found]
