"""A load of a period replaces the vouchers dated in it, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.lake import Lake
from blocks.warehouse.errors import CountsDiffer, NotPublishable
from tests.examples import examples
from tests.staged_units import facts, joined, stage, voucher

NUMBERS = count()
MID_MARCH = "period:2024-03-11:2024-03-20"
Y2024 = facts().fiscal_year


def invoice(number, day, amount="100.00"):
    return voucher(f"A:{number}", ("1930", amount), ("3001", f"-{amount}"), day=day)


def chart(*numbers, name="Bank"):
    return {"ledger_account": [{"account_number": number, "name": name} for number in numbers]}


def opening(**amounts):
    return {
        "opening_balance": [
            {"account_number": number.strip("_"), "amount": Decimal(amount)}
            for number, amount in amounts.items()
        ]
    }


def staged(lake, *parts, coverage="whole_year"):
    sha256 = f"{next(NUMBERS):016d}".ljust(64, "0")
    return stage(lake, joined(*parts), said=facts(coverage=coverage, landed_sha256=sha256))


def publish(warehouse, unit):
    load_id = f"load-{next(NUMBERS)}"
    return warehouse.publish(unit, unit=unit.facts.unit, token=1, load_id=load_id, run_id="run")


def rows(warehouse, query):
    with warehouse.read("acme") as db:
        return sorted(db.execute(query).fetchall())


def keys(warehouse):
    return [key for (key,) in rows(warehouse, "select voucher_key from voucher")]


@pytest.fixture
def march(lake, warehouse):
    """Three vouchers: before, in and after the middle of March."""
    small = chart("1930", "3001"), opening(_1930="5")
    year = (invoice(1, 5), invoice(2, 15), invoice(3, 25), *small)
    publish(warehouse, staged(lake, *year))
    return year


@pytest.mark.usefixtures("march")
def test_vouchers_of_the_period_are_replaced_and_all_others_stay(lake, warehouse):
    unit = staged(lake, invoice(4, 11), invoice(5, 20), coverage=MID_MARCH)
    planned = warehouse.plan(unit)
    result = publish(warehouse, unit)

    assert keys(warehouse) == ["A:1", "A:3", "A:4", "A:5"]
    assert (planned.added, planned.changed, planned.removed, planned.tables) == (2, 0, 1, ())
    assert {item.account_number: item.difference for item in planned.accounts} == {
        "1930": Decimal("100.00"),
        "3001": Decimal("-100.00"),
    }
    record = result.record
    assert (record.vouchers_added, record.vouchers_changed, record.vouchers_removed) == (2, 0, 1)
    assert (record.voucher_count, record.posting_count, record.load_number) == (4, 8, 2)
    assert rows(warehouse, "select coverage from load") == [(MID_MARCH,), ("whole_year",)]
    changes = "select change, voucher_key from voucher_change"
    assert rows(warehouse, changes) == [("added", "A:4"), ("added", "A:5"), ("removed", "A:2")]
    assert warehouse.verify("acme", Y2024).is_intact


def test_a_published_unit_has_one_version_however_its_rows_came(lake, warehouse, march):
    """A whole year with the rows that a period left has the same digest: nothing is written."""
    publish(warehouse, staged(lake, invoice(2, 16), coverage=MID_MARCH))
    whole = staged(lake, march[0], invoice(2, 16), *march[2:])

    assert warehouse.load_record("acme", Y2024).digest == whole.digest
    assert not publish(warehouse, whole).written


@pytest.mark.usefixtures("march")
def test_the_same_period_again_writes_nothing(lake, warehouse, traces):
    first = publish(warehouse, staged(lake, invoice(4, 12), coverage=MID_MARCH))
    before = traces()
    again = staged(lake, invoice(4, 12), coverage=MID_MARCH)
    assert warehouse.plan(again).is_empty

    second = publish(warehouse, again)

    assert (second.written, second.record) == (False, first.record)
    assert before == traces()


@pytest.mark.usefixtures("march")
def test_an_empty_period_removes_what_was_dated_in_it(lake, warehouse):
    publish(warehouse, staged(lake, coverage=MID_MARCH))

    assert keys(warehouse) == ["A:1", "A:3"]
    assert warehouse.verify("acme", Y2024).is_intact


@pytest.mark.usefixtures("march")
def test_chart_and_opening_balances_are_added_to_and_never_removed(lake, warehouse):
    period = (chart("1510", "1930", name="Other"), opening(_1510="7", _1930="99"))
    unit = staged(lake, invoice(2, 15), *period, coverage=MID_MARCH)
    assert warehouse.plan(unit).tables == ("ledger_account", "opening_balance")

    assert publish(warehouse, unit).written

    names = rows(warehouse, "select account_number, name from ledger_account")
    amounts = rows(warehouse, "select account_number, amount from opening_balance")
    assert names == [("1510", "Other"), ("1930", "Bank"), ("3001", "Bank")]
    assert amounts == [("1510", Decimal("7.00")), ("1930", Decimal("5.00"))]
    assert warehouse.verify("acme", Y2024).is_intact


def test_periods_alone_make_a_year_one_after_another(lake, warehouse):
    publish(warehouse, staged(lake, invoice(1, 12), coverage=MID_MARCH))
    publish(warehouse, staged(lake, invoice(2, 25), coverage="period:2024-03-21:2024-03-31"))

    assert keys(warehouse) == ["A:1", "A:2"]
    assert rows(warehouse, "select count(*) from fiscal_year") == [(1,)]
    assert warehouse.verify("acme", Y2024).is_intact


@pytest.mark.parametrize(
    ("vouchers", "finding"),
    [
        ((invoice(4, 10),), "dated outside of it: A:4"),
        ((invoice(4, 21), invoice(5, 12)), "dated outside of it: A:4"),
        ((invoice(1, 12),), "published with a date outside of it: A:1"),
    ],
    ids=["a day early", "a day late", "moved into it"],
)
@pytest.mark.usefixtures("march")
def test_vouchers_of_other_days_are_refused_with_all_the_rest(lake, warehouse, vouchers, finding):
    unit = staged(lake, *vouchers, coverage=MID_MARCH)

    with pytest.raises(NotPublishable, match=finding):
        publish(warehouse, unit)

    assert keys(warehouse) == ["A:1", "A:2", "A:3"]
    assert warehouse.verify("acme", Y2024).is_intact


@pytest.mark.parametrize(
    ("days", "outside"),
    [("2023-12-31:2024-03-31", "2023-12-31"), ("2024-12-01:2025-01-01", "2025-01-01")],
)
@pytest.mark.usefixtures("march")
def test_a_period_of_another_year_is_refused(lake, warehouse, days, outside):
    unit = staged(lake, coverage=f"period:{days}")

    with pytest.raises(NotPublishable, match=f"{outside} is no day of the fiscal year"):
        publish(warehouse, unit)


BOOKS = st.dictionaries(
    st.integers(1, 8), st.tuples(st.integers(1, 31), st.sampled_from(["1.00", "2.50"])), max_size=6
)
DAYS = st.tuples(st.integers(1, 31), st.integers(1, 31)).map(sorted)


@settings(max_examples=examples(12, least=6), deadline=None)
@given(before=BOOKS, after=BOOKS, days=DAYS)
def test_a_period_leaves_what_lies_outside_and_has_exactly_its_own(
    tmp_path_factory, new_warehouse, before, after, days
):
    first, last = days
    folder = tmp_path_factory.mktemp("law")
    lake, warehouse = Lake(folder / "lake"), new_warehouse(folder)
    publish(warehouse, staged(lake, *(invoice(n, *said) for n, said in before.items())))
    outside = {n: said for n, said in before.items() if not first <= said[0] <= last}
    inside = {n: v for n, v in after.items() if first <= v[0] <= last and n not in outside}
    coverage = f"period:2024-03-{first:02d}:2024-03-{last:02d}"

    unit = staged(lake, *(invoice(n, *said) for n, said in inside.items()), coverage=coverage)
    publish(warehouse, unit)

    union = staged(lake, *(invoice(n, *said) for n, said in (outside | inside).items()))
    assert warehouse.load_record("acme", Y2024).digest == union.digest
    assert warehouse.verify("acme", Y2024).is_intact


@pytest.mark.usefixtures("march")
def test_rows_that_are_not_those_staged_are_not_committed(lake, warehouse):
    unit = staged(lake, invoice(4, 12), coverage=MID_MARCH)
    unit.tables["posting"] = unit.tables["posting"].model_copy(update={"row_count": 3})

    with pytest.raises(CountsDiffer, match="table posting"):
        publish(warehouse, unit)

    assert keys(warehouse) == ["A:1", "A:2", "A:3"]
