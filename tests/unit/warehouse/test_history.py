"""The books as they were after any load: rebuilt to the digest that the load was published with."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.digest import unit_digest
from blocks.lake import Lake
from blocks.warehouse.attach import open_published
from blocks.warehouse.history import AsOf, HistoryDamaged, NotRecorded, bind_as_of
from blocks.warehouse.reports import rows_of
from blocks.warehouse.verify import digest_tables
from ledger.coverage import Coverage
from ledger.fiscal_year import FiscalYear
from tests.examples import examples
from tests.staged_units import facts, joined, stage, voucher

YEAR = FiscalYear.parse("2024")
NUMBERS = count()
COUNTS = "select (select count(*) from replaced_voucher), (select count(*) from replaced_posting)"


def put(lake, warehouse, rows, **said):
    """Publish rows as the next load of the year."""
    number = next(NUMBERS)
    staged = stage(lake, rows, said=facts(landed_sha256=f"{number:016d}".ljust(64, "0"), **said))
    return warehouse.publish(
        staged, unit=staged.facts.unit, token=number, load_id=f"load-{number}", run_id="run"
    )


def invoice(number, amount="100.00", **more):
    return voucher(f"A:{number}", ("1930", amount), ("3001", f"-{amount}"), **more)


def opening(amount):
    return {"opening_balance": [{"account_number": "1930", "amount": Decimal(amount)}]}


def balances(warehouse, load_number=None):
    as_of = AsOf(YEAR, load_number) if load_number else None
    found = warehouse.report("acme", "closing_balance", as_of=as_of, fiscal_year=YEAR.key)
    return {account: str(amount) for account, amount in rows_of(found)}


@pytest.fixture
def three_loads(lake, warehouse):
    put(lake, warehouse, joined(invoice(1), invoice(2), opening("5.00")))
    put(lake, warehouse, joined(invoice(1, "250.00"), invoice(3), opening("5.00")))
    put(lake, warehouse, joined(invoice(1, "250.00"), invoice(2), opening("7.00")))
    return warehouse


def test_statements_as_of_each_load_are_those_of_then(three_loads):
    found = [balances(three_loads, number) for number in (1, 2, 3)]

    assert [
        {"1930": "205.00", "3001": "-200.00"},
        {"1930": "355.00", "3001": "-350.00"},
        {"1930": "357.00", "3001": "-350.00"},
    ] == found
    assert balances(three_loads) == found[-1]


def test_a_first_load_keeps_nothing_and_a_later_one_what_it_changes(lake, warehouse):
    put(lake, warehouse, joined(*(invoice(number) for number in range(20))))
    with warehouse.read("acme") as db:
        first = db.execute(COUNTS).fetchone()
    changed = [invoice(0, "7.00"), *(invoice(number) for number in range(1, 19)), invoice(30)]
    put(lake, warehouse, joined(*changed))
    with warehouse.read("acme") as db:
        second = db.execute(COUNTS).fetchone()

    assert (0, 0) == first
    assert (2, 4) == second, "one changed and one removed"


small = st.sampled_from(["5.00", "7.00"])
loads = st.lists(
    st.tuples(
        st.dictionaries(st.integers(1, 3), small, max_size=3),
        st.one_of(st.none(), small),
        st.booleans(),
    ),
    min_size=3,
    max_size=6,
)
MID_MARCH = Coverage.parse("period:2024-03-10:2024-03-25")
IN_PERIOD = {2, 3}
"""Those of the numbered vouchers that are dated in it."""


@settings(max_examples=examples(20), deadline=None)
@given(loads=loads)
def test_whatever_was_loaded_each_load_is_rebuilt_to_its_digest(
    loads, tmp_path_factory, new_warehouse
):
    """Whole years and periods, vouchers that come, change, go and come again, small tables too."""
    folder = tmp_path_factory.mktemp("history")
    lake, warehouse = Lake(folder / "lake"), new_warehouse(folder)
    for vouchers, balance, is_period in loads:
        rows = [
            invoice(number, amount, day=7 * number)
            for number, amount in vouchers.items()
            if number in IN_PERIOD or not is_period
        ]
        if balance:
            rows.append(opening(balance))
        said = {"coverage": MID_MARCH, "source_kind": "v1"} if is_period else {}
        put(lake, warehouse, joined(*rows), **said)
    with warehouse.read("acme") as db:
        published = db.execute("select load_number, digest from load order by 1").fetchall()

    with warehouse._laid_out("acme") as files, open_published(files) as db:
        for number, digest in published:
            bind_as_of(db, "acme", AsOf(YEAR, number), schema=f"after_{number}")
            assert digest == unit_digest(digest_tables(db, YEAR, of=f"after_{number}").tables)
    assert warehouse.verify("acme", YEAR).is_intact


def test_what_a_period_adds_to_a_small_table_was_not_there_before(lake, warehouse):
    put(lake, warehouse, joined(invoice(1), opening("5.00")))
    more = {"opening_balance": [{"account_number": "1510", "amount": Decimal("9.00")}]}
    put(lake, warehouse, joined(invoice(2, day=14), more), coverage=MID_MARCH, source_kind="v1")

    assert {"1930": "105.00", "3001": "-100.00"} == balances(warehouse, 1)
    assert "9.00" == balances(warehouse, 2)["1510"]


def test_what_was_kept_and_changed_by_hand_is_not_shown(three_loads, altered):
    altered("update replaced_posting set amount = amount * 2")

    with pytest.raises(HistoryDamaged, match="as of load 1 cannot be rebuilt"):
        balances(three_loads, 1)
    assert balances(three_loads, 3)


def test_a_load_after_which_something_was_not_kept_is_not_recorded(three_loads, altered):
    altered("update load set is_recorded = false where load_number = 2")

    with pytest.raises(NotRecorded, match="load 2 was published by a release that kept nothing"):
        balances(three_loads, 1)
    assert balances(three_loads, 2)
    with pytest.raises(NotRecorded, match="it has loads 1 to 3"):
        balances(three_loads, 9)


def test_a_moment_is_that_of_the_last_load_before_it(three_loads):
    with three_loads.read("acme") as db:
        times = [at for (at,) in db.execute("select published_at from load order by 1").fetchall()]

    assert AsOf(YEAR, 2) == three_loads.load_at("acme", YEAR, times[2])
    assert AsOf(YEAR, 3) == three_loads.load_at("acme", YEAR, dt.datetime.now(dt.UTC))
    with pytest.raises(NotRecorded, match="the first load came later"):
        three_loads.load_at("acme", YEAR, times[0])


def test_two_loads_differ_by_their_vouchers_and_accounts(three_loads):
    vouchers, accounts = three_loads.difference("acme", AsOf(YEAR, 1), AsOf(YEAR, 3), limit=10)

    assert [("changed", "A:1", Decimal(100), Decimal(250))] == [
        (row[0], row[1], *row[4:]) for row in rows_of(vouchers)
    ]
    assert [("1930", Decimal(205), Decimal(357), Decimal(152))] == rows_of(accounts)[:1]
    backwards, _ = three_loads.difference("acme", AsOf(YEAR, 3), AsOf(YEAR, 2), limit=10)
    assert ["added", "removed"] == [row[0] for row in rows_of(backwards)]


def test_rows_before_and_after_are_those_of_each_load(three_loads):
    found = three_loads.report("acme", "change_row", fiscal_year=YEAR.key, limit=100).to_pylist()
    of_one = [
        (row["load_number"], row["side"], str(row["amount"]))
        for row in found
        if row["voucher_key"] == "A:1" and row["account_number"] == "1930"
    ]

    assert [(2, "before", "100.00"), (2, "after", "250.00")] == of_one
    sides = {(row["load_number"], row["voucher_key"], row["side"]) for row in found}
    assert {
        (2, "A:1", "before"),
        (2, "A:1", "after"),
        (2, "A:2", "before"),
        (2, "A:3", "after"),
        (3, "A:3", "before"),
        (3, "A:2", "after"),
    } == sides
