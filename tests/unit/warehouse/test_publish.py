from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import count

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.lake import Lake
from blocks.staging import StageUnusable
from blocks.warehouse.errors import CountsDiffer, NoLedger, NotPublishable, StaleLease
from blocks.warehouse.evidence import Publication
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.schemas import CANONICAL
from ledger.unit import UnitMismatch
from tests.examples import examples
from tests.staged_units import facts, joined, stage, voucher

NUMBERS = count()
"""Each staging of a test is of other bytes, and each load has another name."""


def invoice(number, amount="100.00", **more):
    return voucher(f"A:{number}", ("1930", amount), ("3001", f"-{amount}"), **more)


def opening(amount):
    return {"opening_balance": [{"account_number": "1930", "amount": Decimal(amount)}]}


THREE = joined(invoice(1), invoice(2), invoice(3), opening("5.00"))


def put(lake, warehouse, rows, *, token=1, year=2024, **more):
    staged = stage(
        lake, rows, said=facts(year=year, landed_sha256=f"{next(NUMBERS):016d}".ljust(64, "0"))
    )
    load_id = f"load-{next(NUMBERS)}"
    return warehouse.publish(
        staged, unit=staged.facts.unit, token=token, load_id=load_id, run_id="run", **more
    )


def published_rows(warehouse, year="2024"):
    """Every canonical row that is published, without where it came from."""
    found = {}
    with warehouse.read("acme") as db:
        for table, schema in CANONICAL.items():
            columns = [name for name in schema.names if not name.startswith("source_")]
            query = (
                f"select {', '.join(columns)} from {table}"  # noqa: S608 - names of ours only
                f" where tenant = 'acme' and fiscal_year like '{year}%'"
            )
            found[table] = sorted(map(repr, db.execute(query).fetchall()))
    return found


def given_rows(rows):
    """The same of what was staged (the year's own row is made by staging)."""
    found = {}
    for table, schema in CANONICAL.items():
        columns = [name for name in schema.names if not name.startswith("source_")]
        whole = pa.Table.from_pylist(list(rows[table]), schema=schema).select(columns)
        found[table] = sorted(repr(tuple(row.values())) for row in whole.to_pylist())
    return found


def test_first_load_publishes_exactly_the_staged_rows(lake, warehouse):
    result = put(lake, warehouse, THREE)

    expected = given_rows(THREE)
    assert published_rows(warehouse) | {"fiscal_year": []} == expected
    assert (result.written, result.record.vouchers_added, result.record.posting_count) == (
        True,
        3,
        6,
    )


books = st.dictionaries(
    st.integers(1, 6), st.tuples(st.sampled_from(["1.00", "2.50"]), st.sampled_from(["a", "b|\\"]))
)


@settings(max_examples=examples(12, least=6), deadline=None)
@given(before=books, after=books, openings=st.tuples(*[st.sampled_from(["0.00", "7.00"])] * 2))
@pytest.mark.requirement("R-FIN-33b")
def test_later_load_leaves_exactly_its_rows_whatever_was_there(
    tmp_path_factory, new_warehouse, before, after, openings
):
    folder = tmp_path_factory.mktemp("law")
    lake, warehouse = Lake(folder / "lake"), new_warehouse(folder)
    first, second = (
        joined(
            *(invoice(n, amount, text=text) for n, (amount, text) in book.items()), opening(start)
        )
        for book, start in zip((before, after), openings, strict=True)
    )
    put(lake, warehouse, first)

    result = put(lake, warehouse, second).record

    assert published_rows(warehouse) | {"fiscal_year": []} == given_rows(second)
    assert warehouse.verify("acme", facts().fiscal_year).is_intact
    if before != after:
        assert result.vouchers_added == len(after.keys() - before.keys())
        assert result.vouchers_removed == len(before.keys() - after.keys())
        both = before.keys() & after.keys()
        assert result.vouchers_changed == sum(before[n] != after[n] for n in both)


@pytest.mark.requirement("R-FIN-33a")
def test_same_rows_again_write_nothing(lake, warehouse, traces):
    first = put(lake, warehouse, THREE)
    before = traces()

    results = [put(lake, warehouse, THREE, token=token) for token in (1, 2)]

    assert [result.written for result in results] == [False, False]
    assert results[1].record == first.record
    assert before == traces()


def test_changed_and_removed_vouchers_are_in_the_change_list(lake, warehouse):
    put(lake, warehouse, THREE)
    moved = joined(invoice(1), invoice(2, "120.00", day=9), invoice(4), opening("5.00"))

    record = put(lake, warehouse, moved).record

    with warehouse.read("acme") as db:
        rows = db.execute(
            "select voucher_key, change, debit_before, debit_after, date_after::varchar"
            " from voucher_change where load_id = $load order by voucher_key",
            {"load": record.load_id},
        ).fetchall()
    old, new = Decimal("100.00"), Decimal("120.00")
    assert rows == [
        ("A:2", "changed", old, new, "2024-03-09"),
        ("A:3", "removed", old, None, None),
        ("A:4", "added", None, old, "2024-03-01"),
    ]


def test_untouched_vouchers_keep_the_load_that_wrote_them(lake, warehouse):
    first = put(lake, warehouse, THREE).record
    second = put(lake, warehouse, joined(invoice(1), invoice(2), invoice(3, "9.00"))).record

    with warehouse.read("acme") as db:
        rows = db.execute("select voucher_key, load_id from voucher order by 1").fetchall()

    assert rows == [("A:1", first.load_id), ("A:2", first.load_id), ("A:3", second.load_id)]


def test_small_table_alone_may_change(lake, warehouse):
    put(lake, warehouse, THREE)

    record = put(
        lake, warehouse, joined(invoice(1), invoice(2), invoice(3), opening("6.00"))
    ).record

    assert (record.vouchers_added, record.vouchers_changed, record.vouchers_removed) == (0, 0, 0)
    assert record.tables["opening_balance"].amount_sum == Decimal("6.00")
    assert published_rows(warehouse)["opening_balance"] == ["('1930', Decimal('6.00'), None)"]


def test_year_emptied_by_a_load_is_published_empty(lake, warehouse):
    """Whether that may happen is a control's question (mass_removal), not the warehouse's."""
    put(lake, warehouse, THREE)

    record = put(lake, warehouse, joined()).record

    assert (record.vouchers_removed, record.posting_count) == (3, 0)
    assert published_rows(warehouse)["posting"] == []


def test_other_years_of_the_tenant_are_untouched(lake, warehouse):
    put(lake, warehouse, THREE, year=2023)
    before = published_rows(warehouse, "2023")

    put(lake, warehouse, joined(invoice(1, "7.00")), year=2024)
    put(lake, warehouse, joined(invoice(2, "8.00")), year=2024)

    assert published_rows(warehouse, "2023") == before
    assert [str(year)[:4] for year in warehouse.units("acme")] == ["2023", "2024"]


def test_a_tenant_is_erased_and_others_stay(lake, warehouse):
    put(lake, warehouse, THREE)
    other = stage(lake, joined(invoice(9)), said=facts("beta"))
    warehouse.publish(other, unit=other.facts.unit, token=1, load_id="b", run_id="run")

    warehouse.erase("beta")

    assert warehouse.tenants() == ["acme"]
    assert published_rows(warehouse)["voucher"] != []


def test_nothing_is_left_in_the_folder_of_a_tenant_that_is_erased(lake, in_files):
    other = stage(lake, joined(invoice(9)), said=facts("beta"))
    in_files.publish(other, unit=other.facts.unit, token=1, load_id="b", run_id="run")

    in_files.erase("beta")

    assert [path.name for path in in_files.root.iterdir() if "beta" in path.name] == []


def test_load_record_says_what_is_published(lake, warehouse):
    year = facts().fiscal_year
    assert warehouse.load_record("acme", year) is None
    put(lake, warehouse, THREE, year=2023)
    assert warehouse.load_record("acme", year) is None

    put(lake, warehouse, THREE)
    last = put(lake, warehouse, joined(invoice(1)), token=4)

    record = warehouse.load_record("acme", year)
    assert record == last.record
    assert (record.load_number, record.token, record.voucher_count) == (2, 4, 1)
    assert record.published_at.utcoffset().total_seconds() == 0


def test_tenant_without_ledger_is_named(warehouse):
    with pytest.raises(NoLedger, match="Nothing is published for acme"), warehouse.read("acme"):
        pass
    assert warehouse.units("acme") == []


@pytest.mark.parametrize("has_written", [True, False], ids=["after a change", "after a no-op"])
def test_run_whose_lease_passed_on_may_not_publish(lake, warehouse, has_written):
    """Even a later run that found nothing to write has seen a newer truth than the stale one."""
    put(lake, warehouse, THREE, token=1)
    put(lake, warehouse, joined(invoice(1)) if has_written else THREE, token=3)
    before = published_rows(warehouse)

    with pytest.raises(StaleLease, match=r"token 2.*token 3"):
        put(lake, warehouse, joined(invoice(8)), token=2)

    assert published_rows(warehouse) == before


def test_same_token_may_publish_again_and_other_years_have_their_own(lake, warehouse):
    put(lake, warehouse, THREE, token=5)
    put(lake, warehouse, joined(invoice(1)), token=5)

    assert put(lake, warehouse, THREE, token=1, year=2023).written


@pytest.mark.parametrize(("tenant", "year"), [("bolt", 2024), ("acme", 2025)])
def test_lease_of_one_unit_publishes_no_rows_of_another(lake, warehouse, tenant, year):
    staged = stage(lake, THREE)
    leased = facts(tenant, year=year).unit

    with pytest.raises(UnitMismatch, match=f"came for acme 2024, where {tenant} {year}"):
        warehouse.publish(staged, unit=leased, token=1, load_id="x", run_id="run")

    assert warehouse.tenants() == []


@pytest.mark.parametrize("coverage", ["partial", "evidence"])
def test_only_a_whole_year_may_replace(lake, warehouse, coverage):
    put(lake, warehouse, THREE)
    staged = stage(lake, joined(invoice(1)), said=facts(coverage=coverage, landed_sha256="9" * 64))

    with pytest.raises(NotPublishable, match=f"covers {coverage}"):
        warehouse.publish(staged, unit=staged.facts.unit, token=9, load_id="x", run_id="run")

    assert len(published_rows(warehouse)["voucher"]) == 3


def broken(severity, *, count_of_all=1, whole=""):
    found = Break("trial_balance", BreakKind.AMOUNT, account_number="1930", detail="0.01 off")
    outcome = Answer.BROKEN
    return ControlResult("trial_balance", severity, outcome, "", (found,), count_of_all, whole)


def test_load_that_a_control_holds_is_refused(lake, warehouse):
    with pytest.raises(NotPublishable, match="held by trial_balance"):
        put(lake, warehouse, THREE, results=[broken(Severity.BLOCKS)])

    assert warehouse.tenants() == []


def test_accepted_break_is_published_with_its_reason(lake, warehouse):
    result = broken(Severity.BLOCKS)
    accepted = {result.breaks[0].fingerprint: "rounding of the closing program"}

    put(lake, warehouse, THREE, results=[result], accepted=accepted)

    with warehouse.read("acme") as db:
        row = db.execute("select account_number, kind, accepted from control_break").fetchone()
        outcome = db.execute("select control, outcome, break_count from control_result").fetchone()
    assert row == ("1930", "amount", "rounding of the closing program")
    assert outcome == ("trial_balance", "broken", 1)


def test_breaks_that_were_not_kept_must_be_accepted_as_a_set(lake, warehouse):
    result = broken(Severity.BLOCKS, count_of_all=2000, whole="2000-ff")

    with pytest.raises(NotPublishable):
        put(lake, warehouse, THREE, results=[result], accepted={result.breaks[0].fingerprint: "-"})

    assert put(lake, warehouse, THREE, results=[result], accepted={"2000-ff": "known"}).written


def test_warning_does_not_hold(lake, warehouse):
    assert put(lake, warehouse, THREE, results=[broken(Severity.WARNS)]).written


@pytest.mark.parametrize("table", ["posting", "voucher", "voucher_digest"])
def test_staged_file_that_was_tampered_with_is_not_published(lake, warehouse, tmp_path, table):
    put(lake, warehouse, THREE)
    before = published_rows(warehouse)
    staged = stage(lake, joined(invoice(1), invoice(7)), said=facts(landed_sha256="9" * 64))
    rows = pq.read_table(staged.parquet(table))
    pq.write_table(rows.slice(0, rows.num_rows - 1), staged.parquet(table))

    with pytest.raises(StageUnusable, match=rf"{table}\.parquet is damaged.*nothing was published"):
        warehouse.publish(staged, unit=staged.facts.unit, token=1, load_id="x", run_id="run")

    assert published_rows(warehouse) == before
    assert [path for path in tmp_path.rglob("*.tmp*") if path.is_file()] == []


@pytest.mark.parametrize("table", ["posting", "opening_balance"])
def test_rows_that_do_not_add_up_to_what_was_staged_are_not_committed(lake, warehouse, table):
    put(lake, warehouse, THREE)
    before = published_rows(warehouse)
    staged = stage(lake, joined(invoice(1), invoice(7)), said=facts(landed_sha256="9" * 64))
    counted = staged.tables[table]
    more = counted.model_copy(update={"amount_sum": counted.amount_sum + Decimal("0.01")})
    other = replace(staged, tables=staged.tables | {table: more})

    with pytest.raises(CountsDiffer, match="Nothing was written"):
        warehouse.publish(other, unit=other.facts.unit, token=1, load_id="x", run_id="run")

    assert published_rows(warehouse) == before


def test_file_does_not_grow_with_every_change(lake, in_files):
    many = [invoice(n) for n in range(300)]
    put(lake, in_files, joined(*many))
    sizes = []
    for number in range(12):
        put(lake, in_files, joined(*many[1:], invoice(0, f"{number + 1}.00")))
        sizes.append((in_files.root / "acme.duckdb").stat().st_size)

    assert sizes[-1] <= 2 * sizes[0]


@pytest.mark.parametrize("point", ["publish.rows_inserted", "publish.committed"])
def test_years_that_are_published_together_are_all_there_or_none(
    lake, warehouse, monkeypatch, point
):
    put(lake, warehouse, joined(invoice(1), invoice(2)), year=2024)
    put(lake, warehouse, joined(invoice(3)), year=2025)
    before = published_rows(warehouse), published_rows(warehouse, "2025")
    seen = []

    def ending(step):
        seen.append(step)
        if step == point and seen.count(step) == points:
            raise KeyboardInterrupt

    units = []
    for year, rows in ((2024, invoice(1)), (2025, joined(invoice(2), invoice(3)))):
        said = facts(year=year, landed_sha256=f"{next(NUMBERS):016d}".ljust(64, "0"))
        staged = stage(lake, rows, said=said)
        units.append((staged, Publication(said.unit, 2, f"load-{next(NUMBERS)}", "run")))
    points = 2 if point == "publish.rows_inserted" else 1
    with monkeypatch.context() as patch:
        for place in ("publish", "postgresql.publish"):
            patch.setattr(f"blocks.warehouse.{place}.reached", ending)
        with pytest.raises(KeyboardInterrupt):
            warehouse.publish_together(units)
    left = published_rows(warehouse), published_rows(warehouse, "2025")
    published = warehouse.publish_together(units)

    after = published_rows(warehouse), published_rows(warehouse, "2025")

    assert left in (before, after)
    assert [left == before] * 2 == [item.written for item in published]
    assert [1, 2] == [len(published_rows(warehouse, year)["voucher"]) for year in ("2024", "2025")]
