"""Published books that were damaged are called so, stay red, and are put right from the landing."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import duckdb
import pytest

from blocks.hub import Hub, Tenant
from blocks.warehouse.errors import StaleLease
from blocks.warehouse.history import AsOf
from flows.runs.in_turn import in_turn
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.rebuild import make_readable, published_units, rebuild_unit
from tasks.repair import repair_tenant
from tasks.verify import verify_unit
from tests.damaged_home import books

Y2023, Y2024 = FiscalYear.parse("2023"), FiscalYear.parse("2024")
ACME = Unit("acme", Y2024)


FIRST = books((1, "5.00"), (2, "7.00"), (3, "9.00"))
SECOND = books((1, "5.00"), (2, "7.50"), (3, "9.00"), (4, "11.00"))


@pytest.fixture
def file(stores):
    return stores.warehouse.root / "acme.duckdb"


@pytest.fixture
def home(stores, take, file):
    return stores, take, file


@pytest.fixture
def mend(stores):
    def mend():
        async def answers():
            units = published_units(stores, "acme")
            return [item async for item in in_turn(stores, units, rebuild_unit)]

        kept = make_readable(stores, "acme")
        found = asyncio.run(answers())
        repair_tenant(stores, "acme")
        return kept, found

    return mend


@pytest.fixture
def row(stores):
    def row(year=Y2024):
        rows = stores.hub.overview(tenant="acme")
        return next(item for item in rows if item.fiscal_year == year.key)

    return row


def refused(result):
    assert "failed" == result.outcome
    return f"{result.message} {result.why} {result.problem}"


def alter(file, *statements):
    with duckdb.connect(str(file)) as db:
        for statement in statements:
            db.execute(statement)


def content(stores, year=Y2024):
    names = ("voucher", "posting", "ledger_account", "trial_balance")
    return [stores.warehouse.published("acme", name, year=year).to_pylist() for name in names]


ALTERED = {
    "amount": "update posting set amount = amount + 1 where voucher_key = 'A:1' and row_number = 1",
    "balanced": "update posting set amount = amount * 2 where voucher_key = 'A:1'",
    "voucher gone": "delete from voucher where voucher_key = 'A:2'",
    "all rows gone": "delete from posting",
    "voucher added": (
        "insert into voucher by name"
        " select * replace ('A:9' as voucher_key) from voucher where voucher_key = 'A:1'"
    ),
    "row twice": "insert into posting from posting where voucher_key = 'A:3'",
    "digest": "update voucher set digest = 1 where voucher_key = 'A:3'",
    "chart": "update ledger_account set name = 'x' where account_number = '1930'",
}


def test_altered_rows_turn_the_year_red_until_a_rebuild_makes_them_what_they_were(home, mend, row):
    stores, take, file = home
    take(FIRST)
    take(SECOND)
    before = content(stores)
    for what, statement in ALTERED.items():
        alter(file, statement)

        assert verify_unit(stores, ACME).damage, what
        assert ("red", "published") == (row().light, row().status), what
        _, (mended,) = mend()

        assert "agrees" == mended.outcome, mended.reason
        assert before == content(stores), what
        assert not verify_unit(stores, ACME).damage, what
        assert "green" == row().light, what
    assert "unchanged" == take(SECOND).outcome


def test_rebuild_lists_what_it_put_right_and_changes_no_earlier_state_of_the_books(
    stores, take, file, mend
):
    take(FIRST)
    take(SECOND)
    then = [AsOf(Y2024, number) for number in (1, 2)]
    before = [stores.warehouse.report("acme", "trial_balance", as_of=at, **YEAR) for at in then]
    alter(file, ALTERED["amount"], ALTERED["voucher gone"])

    mend()

    record = stores.warehouse.load_record("acme", Y2024)
    listed = stores.warehouse.published("acme", "voucher_change", year=Y2024).to_pylist()
    assert 3 == record.load_number
    assert {"A:1", "A:2"} == {
        item["voucher_key"] for item in listed if item["load_id"] == record.load_id
    }
    after = [stores.warehouse.report("acme", "trial_balance", as_of=at, **YEAR) for at in then]
    assert before == after
    assert before[1] == stores.warehouse.report(
        "acme", "trial_balance", as_of=AsOf(Y2024, 3), **YEAR
    )


YEAR = {"fiscal_year": Y2024.key, "first": Y2024.start_date, "last": Y2024.end_date}


def cut(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def spoil_a_block(file):
    """Turn one byte of each block but the first, as a failing disk may."""
    content = bytearray(file.read_bytes())
    for place in range(3 * 4096 + 100, len(content), 4096):
        content[place] ^= 0xFF
    file.write_bytes(content)


DESTROYED = {
    "gone": lambda file: file.unlink(),
    "cut": cut,
    "other bytes": lambda file: file.write_bytes(b"no database" * 1000),
    "a block": spoil_a_block,
}


@pytest.mark.share(2)
@pytest.mark.parametrize("destroy", DESTROYED.values(), ids=DESTROYED)
def test_file_that_cannot_be_read_is_called_so_kept_and_published_again_in_all_its_years(
    home, mend, row, destroy
):
    stores, take, file = home
    take(books((1, "3.00"), year=2023))
    take(FIRST)
    before = [content(stores, year) for year in (Y2023, Y2024)]
    destroy(file)
    damaged = file.read_bytes() if file.exists() else None

    assert [True, True] == [
        bool(verify_unit(stores, Unit("acme", y)).damage) for y in (Y2023, Y2024)
    ]
    assert ["red", "red"] == [row(Y2023).light, row().light]
    kept, found = mend()

    assert ["agrees", "agrees"] == [item.outcome for item in found], found
    assert before == [content(stores, year) for year in (Y2023, Y2024)]
    assert ["green", "green"] == [row(Y2023).light, row().light]
    assert not any(verify_unit(stores, Unit("acme", y)).damage for y in (Y2023, Y2024))
    if damaged is not None:
        assert damaged == Path(kept).read_bytes()


def test_load_is_refused_while_the_file_is_damaged_and_no_year_looks_lost(home, mend, row):
    stores, take, file = home
    take(books((1, "3.00"), year=2023))
    take(FIRST)
    file.unlink()

    assert "tasma ledger rebuild acme" in refused(take(SECOND))
    repair_tenant(stores, "acme")

    assert "" != row(Y2023).damage
    assert row(Y2023).last_published_at is not None
    mend()
    assert "published" == take(SECOND).outcome
    assert ["green", "green"] == [row(Y2023).light, row().light]


def test_damaged_fence_stops_loads_and_is_written_above_every_token(stores, take, file, mend):
    take(FIRST)
    for text in (b'{"2024', b"[1]", b'{"a": "b"}', b"\xff\xfe", b""):
        before = stores.hub.leases.fresh_token()
        file.with_name("acme.fence.json").write_bytes(text)

        assert "tasma ledger rebuild acme" in refused(take(SECOND))
        mend()

        assert stores.warehouse.highest_token("acme") > before
        with pytest.raises(StaleLease):
            stores.warehouse.publish_side_tables("acme", Y2024, {}, token=before)
    assert "published" == take(SECOND).outcome


def test_hub_that_was_lost_publishes_again_at_once_and_never_below_the_fence(
    tmp_path, stores, take
):
    for number in range(3):
        take(books((1, f"{number + 1}.00")))
    highest = stores.warehouse.highest_token("acme")

    with Hub(f"sqlite:///{tmp_path / 'other.sqlite'}") as empty:
        empty.migrate().tenants.add(Tenant("acme", "Exempel AB", "5560000001"))
        above = stores.warehouse.highest_token("acme")
        with empty.unit_lease("acme", Y2024, holder="a run", above=above) as lease:
            assert lease.token > highest


def test_damage_of_one_tenant_keeps_the_janitor_from_nobody_else(stores, take, file):
    take(FIRST)
    stores.hub.units.set_status("acme", Y2024, "failed", reason="interrupted")
    file.write_bytes(b"no database" * 1000)

    assert [] == repair_tenant(stores, "acme")
    assert stores.hub.units.find("acme", Y2024).damage


def test_rebuild_without_what_was_received_says_so_and_writes_nothing(stores, take, file, mend):
    take(FIRST)
    for path in (*stores.lake.root.glob("landing/*/*/*"), *stores.lake.root.glob("stage/*/*/*/*")):
        path.unlink()
    alter(file, ALTERED["amount"])
    before = file.read_bytes()

    _, (found,) = mend()

    assert "failed" == found.outcome
    assert "not in the lake" in found.reason
    assert before == file.read_bytes()
    assert dt.datetime.now(dt.UTC) > stores.hub.units.find("acme", Y2024).updated_at
