"""Books that move from a tenant's file into PostgreSQL say there what they said before."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import duckdb
import pytest

from blocks.hub import Tenant
from blocks.warehouse import FileWarehouse
from blocks.warehouse.damage import PublishedDamaged
from blocks.warehouse.errors import StaleLease, WarehouseNotInServer
from blocks.warehouse.history import AsOf
from blocks.warehouse.postgresql.server import server_at
from blocks.warehouse.postgresql.tables import books_tables
from blocks.warehouse.postgresql.warehouse import ServerWarehouse
from ledger.fiscal_year import FiscalYear
from tasks.moving_books import move_books
from tasks.stores import Stores
from tests.homes import opened_new
from tests.integration.conftest import House
from tests.small_sie import small_sie
from tests.unit.warehouse.test_side_tables import codes, connected

Y2023, Y2024 = FiscalYear.parse("2023"), FiscalYear.parse("2024")
LAST = small_sie(("1", 30, 30), year=2023)
ONE = small_sie(("1", 100, 100), ("2", 50, 50))
TWO = small_sie(("1", 100, 100), ("2", 70, 70), name="Öb;lagt, AB")
THREE = small_sie(("1", 100, 100), ("3", 7, 7))
MOVED = "acme.duckdb.moved-"


@pytest.fixture
def files(tmp_path, empty_hub):
    """A house in files: two years, one loaded three times; documents; another company."""
    with opened_new(tmp_path, empty_hub) as stores:
        stores.hub.tenants.add(Tenant("acme", "Exempel AB", "5599900007"))
        stores.hub.tenants.add(Tenant("beta", "Beta AB", "5599900015"))
        house = House(stores, tmp_path)
        for content in (LAST, ONE, TWO, THREE):
            assert "Published" == house.take("acme", content)[0]
        assert "Published" == house.take("beta", small_sie(("9", 1, 1), number="559990-0015"))[0]
        side = {
            "connected_file": connected(("Testbolaget AB", "1")),
            "account_vat_code": codes(_1930=""),
        }
        token = stores.hub.leases.fresh_token()
        stores.warehouse.publish_side_tables("acme", Y2024, side, token=token)
        yield house


@pytest.fixture
def server(files, tmp_path, postgres):
    """The same hub and lake, with books in a server that has none yet."""
    warehouse = ServerWarehouse(server_at(postgres.warehouse()), spill=tmp_path / "laid-out")
    return House(Stores(files.stores.hub, files.stores.lake, warehouse), tmp_path)


def move(server, *tenants):
    chosen = SimpleNamespace(warehouse=server.folder / "warehouse")
    return {item.tenant: item for item in move_books(server.stores, chosen, tenants)}


def said(house):
    """Return all that the warehouse of a house answers about acme."""
    warehouse, found = house.stores.warehouse, {}
    days = {"first": dt.date(2024, 1, 1), "last": dt.date(2024, 12, 1)}
    for table in books_tables():
        found[table] = warehouse.published("acme", table).to_pylist()
    for name in ("load", "voucher_change", "change_row"):
        answer = warehouse.report("acme", name, fiscal_year=Y2024.key, limit=99)
        found[f"report {name}"] = answer.to_pylist()
    for number in (1, 2, 3):
        then = AsOf(Y2024, number)
        answer = warehouse.report(
            "acme", "trial_balance", as_of=then, fiscal_year=Y2024.key, **days
        )
        found[f"as of {number}"] = answer.to_pylist()
    answer = warehouse.report("acme", "balance_sheet", fiscal_year=Y2024.key, **days)
    found["balance sheet"] = answer.to_pylist()
    for year in (Y2023, Y2024):
        found[year, "verified"] = warehouse.verify("acme", year)
        found[year, "documents"] = warehouse.count_documents("acme", year)
    found["token"] = warehouse.highest_token("acme")
    return found


def test_books_say_in_the_server_what_they_said_in_the_file(files, server):
    before = said(files)
    assert all(before[f"replaced_{table}"] for table in ("voucher", "posting"))

    moved = move(server)

    assert ["", ""] == [item.problem for item in moved.values()]
    assert ["acme", "beta"] == server.stores.warehouse.tenants()
    assert before == said(server)
    assert before[Y2024, "verified"].is_intact
    total = sum(len(before[table]) for table in books_tables())
    assert (total, len(books_tables())) == (moved["acme"].rows, moved["acme"].tables)


def test_files_have_another_name_then_and_the_next_load_goes_on_in_the_server(files, server):
    token = files.stores.warehouse.highest_token("acme")

    (file, fence) = move(server)["acme"].kept

    assert [] == files.stores.warehouse.tenants()
    assert (True, True) == (MOVED in file, "acme.fence.json.moved-" in fence)
    with pytest.raises(StaleLease):
        server.stores.warehouse.publish_side_tables("acme", Y2024, {}, token=token - 1)
    assert "Unchanged" == server.take("acme", THREE)[0]
    newer = small_sie(("1", 100, 100), ("3", 7, 7), ("4", 1, 1))
    assert "Published" == server.take("acme", newer)[0]
    assert 4 == server.stores.warehouse.load_record("acme", Y2024).load_number
    assert server.stores.warehouse.verify("acme", Y2024).is_intact
    with pytest.raises(PublishedDamaged):  # whoever still has the folder makes no new file
        files.take("acme", small_sie(("1", 100, 100)))


def test_move_that_died_before_the_file_was_renamed_is_ended_by_the_next(files, server):
    before = said(files)
    for path in map(server.folder.joinpath, move(server)["acme"].kept):
        path.rename(path.with_name(path.name.partition(".moved-")[0]))

    again = move(server)

    assert {"acme": ""} == {tenant: item.problem for tenant, item in again.items()}
    assert before == said(server)
    assert {} == move(server)


def test_only_named_tenants_are_moved(files, server):
    assert ["beta"] == [*move(server, "beta")]

    assert ["beta"] == server.stores.warehouse.tenants()
    assert ["acme"] == files.stores.warehouse.tenants()


def test_tenant_that_somebody_works_on_stays_and_the_others_are_moved(files, server):
    files.stores.hub.leases.acquire(f"acme/{Y2023.key}", holder="a run")

    moved = move(server)

    assert "already held by a run" in moved["acme"].problem
    assert (["acme"], ["beta"]) == (
        files.stores.warehouse.tenants(),
        server.stores.warehouse.tenants(),
    )


def test_file_that_was_altered_is_not_moved(files, server):
    """What came to be there without a load would have the load record say something else."""
    with duckdb.connect(str(server.folder / "warehouse" / "acme.duckdb")) as db:
        db.execute("update posting set amount = amount + 1 where account_number = '1930'")

    moved = move(server)

    assert "the digest of 2023 came to" in moved["acme"].problem
    assert ["beta"] == server.stores.warehouse.tenants()
    assert ["acme"] == files.stores.warehouse.tenants()


def test_other_books_that_are_in_the_server_already_stay(files, server):
    before = said(files)
    for path in map(server.folder.joinpath, move(server, "acme")["acme"].kept):
        path.rename(path.with_name(path.name.partition(".moved-")[0]))
    with duckdb.connect(str(server.folder / "warehouse" / "acme.duckdb")) as db:
        db.execute("update load set run_id = 'another'")

    moved = move(server)

    assert "has other books" in moved["acme"].problem
    assert "table load differs" in moved["acme"].problem
    assert before == said(server)
    assert ["acme"] == files.stores.warehouse.tenants()


def test_without_a_server_nothing_is_moved(files):
    with pytest.raises(WarehouseNotInServer, match="TASMA_WAREHOUSE_URL"):
        move(files)

    assert ["acme", "beta"] == FileWarehouse(files.folder / "warehouse").tenants()
