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
    house.stores.hub.tenants.add(Tenant("acme", "Sample Company", "76543212", currency="EUR"))

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


UNBALANCED = FEBRUARY.replace("1910,-300.00", "1910,-299.00")


def overview(house):
    return next(row for row in house.stores.hub.overview(tenant="acme") if row.fiscal_year)


def test_counts_of_a_year_are_those_of_all_that_is_published_after_a_period_was(house, take):
    take(GOOD)

    take(FEBRUARY)

    unit = house.units("acme")["2025"]
    assert (2, 5) == (unit.voucher_count, unit.posting_count)
    record = house.stores.warehouse.load_record("acme", FiscalYear.parse("2025"))
    assert record.digest == unit.published_digest


def test_a_held_period_leaves_what_is_published_and_turns_the_year_red_until_a_person_decides(
    house, take
):
    take(GOOD)
    before = balances(house)

    held, why = take(UNBALANCED)

    row = overview(house)
    assert ("Held", True) == (held, "voucher_balance" in why)
    assert ("published", "red") == (row.status, str(row.light))
    assert "a file for 2025-02-01 to 2025-02-28" in row.reason
    assert before == balances(house)
    (load,) = house.stores.hub.side_loads.of_unit("acme", FiscalYear.parse("2025"))
    house.stores.hub.holds.reject(load.load_id, reason="wrong file", rejected_by="anna")
    assert "green" == str(overview(house).light)


def test_two_periods_that_are_held_are_each_decided_by_themselves(house, take):
    take(GOOD)
    march = UNBALANCED.replace("-02-", "-03-").replace("03-28", "03-31")
    take(UNBALANCED)
    take(march)
    loads = house.stores.hub.side_loads.of_unit("acme", FiscalYear.parse("2025"))

    house.stores.hub.holds.reject(loads[0].load_id, reason="wrong file", rejected_by="anna")

    assert 2 == len(loads)
    left = [
        load
        for load in house.stores.hub.side_loads.of_unit("acme", FiscalYear.parse("2025"))
        if load.is_open
    ]
    assert [loads[1].load_id] == [load.load_id for load in left]


def test_a_period_that_is_published_answers_no_hold_of_the_whole_year(house, take):
    take(GOOD)
    take(
        GOOD.replace("1910,125.50", "1910,124.50").replace(
            "debit_total,375.50", "debit_total,374.50"
        )
    )
    held = overview(house)

    take(FEBRUARY)

    row = overview(house)
    assert ("held", "held", "red") == (held.status, row.status, str(row.light))
    assert row.hold
    assert Decimal("-174.50") == balances(house)["1910"]
