"""Journal files, from a dropped file to what is published."""

from __future__ import annotations

import csv
import re
from decimal import Decimal

import pytest

from blocks.hub import Tenant
from blocks.settings import REFERENCE
from ledger.fiscal_year import FiscalYear
from tasks.ledger_files import NotALedger
from tests.made_workbooks.sheet import Made
from tests.made_workbooks.xlsx import make_xlsx

GOOD = (REFERENCE / "journal_template.csv").read_text().replace("SAMPLE", "A")
FEBRUARY = (
    GOOD.replace("covers_first_day,2025-01-01", "covers_first_day,2025-02-01")
    .replace("covers_last_day,2025-12-31", "covers_last_day,2025-02-28")
    .replace("row_count,5", "row_count,2")
    .replace("debit_total,375.50", "debit_total,300.00")
)
FEBRUARY = FEBRUARY[: FEBRUARY.index("A,1,")] + (
    "A,3,2025-02-10,Desks,4000,300.00,,10,\nA,3,2025-02-10,Desks,1910,-300.00,,,\n"
)


@pytest.fixture
def take(house):
    house.stores.hub.tenants.add(Tenant("acme", "Sample Company", "12345671", currency="EUR"))

    def take(content, name="books.csv"):
        content = content if isinstance(content, bytes) else content.encode()
        return house.take("acme", content, name=name)

    return take


def balances(house):
    query = "select account_number, sum(amount) from posting group by all order by all"
    with house.stores.warehouse.read("acme") as db:
        return dict(db.execute(query).fetchall())


def test_a_whole_year_is_published_and_unchanged_when_it_comes_again(house, take):
    name, message = take(GOOD)
    again, _ = take(GOOD)

    assert ("Published", "Unchanged") == (name, again), message
    assert "journal" == house.units("acme")["2025"].published_source
    assert Decimal("-124.50") == balances(house)["1910"]
    load = house.stores.hub.loads.published("acme", FiscalYear.parse("2025"))
    assert {} == {
        item.control: item.breaks
        for item in house.stores.hub.loads.results(house.stores.hub.loads.judged(load).load_id)
        if item.breaks
    }


def test_a_workbook_of_any_name_is_published_and_the_same_as_csv_is_unchanged(house, take):
    sections = re.split(r"(?m)^\[(\w+)\]\n", GOOD)[1:]
    sheets = [
        Made(name, list(csv.reader(text.splitlines())))
        for name, text in zip(sections[::2], sections[1::2], strict=True)
    ]

    name, message = take(make_xlsx(*sheets), "books.csv")

    assert "Published" == name, message
    assert Decimal("-124.50") == balances(house)["1910"]
    assert "Unchanged" == take(GOOD)[0]


@pytest.mark.requirement("R-FIN-33b")
def test_a_period_replaces_its_vouchers_and_leaves_all_others(house, take):
    take(GOOD)

    name, message = take(FEBRUARY)

    assert "Published" == name, message
    assert {"1910": Decimal("-174.50"), "4000": Decimal("300.00")}.items() <= balances(
        house
    ).items()
    with house.stores.warehouse.read("acme") as db:
        keys = db.execute("select voucher_key from voucher order by all").fetchall()
    assert [("A:1",), ("A:3",)] == keys


def test_a_file_that_nothing_proves_to_be_whole_is_held(house, take):
    name, message = take(GOOD.replace("debit_total,375.50", "debit_total,"))

    assert "Held" == name
    assert "source_damage" in message


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (("4000,250.00", "4001,250.00"), "[vouchers] row 30, column account: not in [accounts]"),
        (("A,1,2025", "SAMPLE,1,2025"), "are the template's; put your own in their place"),
    ],
)
def test_a_file_that_is_not_as_the_layout_has_it_fails_and_changes_nothing(
    house, take, change, finding
):
    take(GOOD)
    before = balances(house)

    with pytest.raises(NotALedger) as refused:
        take(GOOD.replace(*change))

    assert str(refused.value).startswith("books.csv is not as the layout of journal files has it")
    assert finding in str(refused.value)
    assert before == balances(house)
