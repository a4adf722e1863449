"""Pipelines over a lake in a bucket, on one host and on two that share hub and warehouse."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from blocks.hub import Tenant
from blocks.lake import lake_of
from blocks.lake.places.bucket.errors import LakeServiceAway
from blocks.settings import Settings
from flows.cli.local import import_here, publish_here
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.accept import accept_breaks
from tasks.backing_up import back_up
from tasks.erasing import erase, holdings
from tasks.lake_check import check_lake
from tasks.pruning import prune
from tests.lakes import BucketHands
from tests.s3_line import line_to

ACME = Unit("acme", FiscalYear.parse("2024"))
NOBODY_WATCHES = {"watch": lambda _step: None}
OLD_S = 40 * 86_400

BROKEN = """#FLAGGA 0
#SIETYP 4
#PROGRAM "Exempel" 1
#ORGNR 556000-0001
#FNAMN "Exempel AB"
#RAR 0 20240101 20241231
#KONTO 1930 Bank
#KONTO 3001 Sales
#UB 0 1930 90.00
#RES 0 3001 -100.00
#VER A 1 20240301 "Rad"
{
#TRANS 1930 {} 100.00
#TRANS 3001 {} -100.00
}
"""


@pytest.fixture
def line(s3, monkeypatch):
    with line_to(s3.address) as line:
        monkeypatch.setenv("AWS_ENDPOINT_URL", line.here)
        yield line


@pytest.fixture
def host(stores, line, s3, tmp_path):
    """Give the stores as another machine has them, whose disk is its own; in one bucket."""
    url = s3.bucket()

    def host(name):
        chosen = Settings(home=tmp_path / name, lake_url=url)
        hub = stores.hub
        lake = lake_of(chosen, is_tenant=hub.tenants.has, prunes=lambda: hub.lake_prunes)
        return replace(stores, lake=lake)

    return host


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """What is erased beside the stores is that of a home of the test's own."""
    monkeypatch.setenv("TASMA_HOME", str(tmp_path / "first"))


@pytest.fixture
def take(tmp_path):
    def take(stores, content):
        path = tmp_path / "books.se"
        path.write_text(content, encoding="cp437")
        return import_here(stores, "acme", path, dry_run=False, **NOBODY_WATCHES)

    return take


def status(stores):
    (unit,) = stores.hub.units.of_tenant("acme")
    return str(unit.status)


def accept(stores):
    return accept_breaks(
        stores, ACME, controls=(), reason="known", accepted_by="A. Person", expires_on=None
    )


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_what_one_host_held_is_accepted_and_published_on_another(host, take, s3):
    first, second = host("first"), host("second")
    held = take(first, BROKEN)
    load = first.hub.holds.find("acme", ACME.year)
    staged_there = second.lake.has(load.stage_folder)
    before = status(second)

    accept(second)
    published = publish_here(second, ACME, **NOBODY_WATCHES)

    assert ("held", "held", False) == (str(held.outcome), before, staged_there), held
    assert ("published", "published") == (str(published.outcome), status(first))
    assert second.lake.has(load.stage_folder)
    assert load.digest == second.hub.loads.published("acme", ACME.year).digest
    assert not [path for path in files(first.lake.root) if "landing" in path.parts]
    assert 2 == len(BucketHands.of(first.lake, s3.client).names("acme/"))


def test_each_host_prunes_its_own_stages_and_one_of_them_the_bucket(host, take, s3):
    first, second = host("first"), host("second")
    take(first, BROKEN)
    accept(second)
    publish_here(second, ACME, **NOBODY_WATCHES)
    hands = BucketHands.of(first.lake, s3.client)
    stray = first.lake.land("acme", "sie", b"left", file_name="left.se")
    for address in hands.names():
        hands.age(address, OLD_S)
    load = first.hub.loads.published("acme", ACME.year)

    gone = prune(second, older_than=dt.timedelta(days=30), dry_run=False)

    assert [stray.address] == [item.address for item in gone]
    assert first.lake.find("acme", "sie", load.landed_sha256)
    assert [] == check_lake(first, ["acme"])


def test_a_tenant_that_one_host_erased_leaves_no_stage_on_another(host, take):
    first, second = host("first"), host("second")
    take(first, BROKEN)
    second.hub.erase_tenant("acme")
    second.warehouse.erase("acme")
    second.lake.erase("acme")

    assert 1 == first.lake.clean_scratch()
    assert [] == [*holdings(first, "acme"), *files(first.lake.root)]


def test_an_import_while_the_bucket_is_away_is_told_and_done_by_the_next_one(host, take, line, s3):
    stores = host("first")
    line.only("503")
    away = take(stores, BROKEN)
    line.mend()

    assert ("busy", True) == (str(away.outcome), "as it should (503)" in away.message), away.message
    assert "held" == str(take(stores, BROKEN).outcome)
    assert [] == stores.hub.leases.live()
    assert 2 == len(BucketHands.of(stores.lake, s3.client).names())


def test_an_erasing_that_the_bucket_broke_off_is_finished_by_the_next_one(
    at_home, host, take, line, s3
):
    stores = host("first")
    take(stores, BROKEN)
    line.only("503", "DELETE")
    with pytest.raises(LakeServiceAway):
        erase(stores, "acme")
    line.mend()

    erase(stores, "acme")

    assert [] == BucketHands.of(stores.lake, s3.client).names()
    assert [] == holdings(stores, "acme")


def test_a_backup_has_hub_and_warehouse_and_says_where_the_rest_lies(host, take, tmp_path):
    stores = host("first")
    take(stores, BROKEN)

    made = back_up(stores, tmp_path / "backup", keep=3)

    assert stores.lake.landing_place == made.elsewhere
    assert made.elsewhere.startswith("s3://")
    assert [] == [name for name in made.backup.files if name.startswith("landing/")]
    assert () == made.lacking


def test_a_pulled_year_lies_in_the_bucket_and_is_checked_there(
    house, connected, line, s3, tmp_path
):
    hub = house.stores.hub
    chosen = Settings(home=tmp_path / "host", lake_url=s3.bucket())
    lake = lake_of(chosen, is_tenant=hub.tenants.has, prunes=lambda: hub.lake_prunes)
    there = replace(house, stores=replace(house.stores, lake=lake))
    ledger = connected(defined=("2025",))
    hub.tenants.add(Tenant("other", "Other AB", "5560000001"))

    first = there.pull(ledger.tenant, years=("2025",))
    again = there.pull(ledger.tenant, years=("2025",))

    names = BucketHands.of(lake, s3.client).names(f"{ledger.tenant}/")
    assert ("Published", "Unchanged") == (first[0], again[0]), (first, again)
    assert {"fortnox", "fortnox-evidence"} == {name.split("/")[2] for name in names}
    assert [] == check_lake(there.stores, [ledger.tenant])
    assert ledger.company.trial_balance() == there.balances(ledger.tenant)
    assert not [path for path in files(lake.root) if "landing" in path.parts]
