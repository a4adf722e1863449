"""Questions and files grow with what is there to be done, not with how many tenants there are."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from blocks.hub import Hub
from blocks.lake import Lake
from blocks.settings import settings
from blocks.warehouse import FileWarehouse
from ledger.onboarding import Stage
from tasks.onboarding import onboarding_of, stages
from tasks.pruning import prune
from tasks.stores import Stores
from tests.benchmarks.scale_hub import build_hub, tenant_id
from tests.command_line import invoke

FEW, MANY = 6, 60
OLD = dt.timedelta(days=30)


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    for name in ("TASMA_LAKE", "TASMA_WAREHOUSE", "TASMA_INBOX", "TASMA_HUB_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    return tmp_path


@contextmanager
def stores_of(home: Path, tenants: int) -> Iterator[Stores]:
    path = home / f"hub-{tenants}.sqlite"
    build_hub(path, tenants)
    with Hub(f"sqlite:///{path}") as hub:
        yield Stores(hub, Lake(home / "lake"), FileWarehouse(home / "warehouse"))


@contextmanager
def counted(hub: Hub) -> Iterator[Counter[str]]:
    """Count what the database is asked, transactions apart."""
    asked: Counter[str] = Counter()

    def note(_connection, _cursor, statement, *_rest) -> None:
        asked[statement.split()[0].lower()] += 1

    engine = hub.database.storage._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def questions(home: Path, tenants: int, ask) -> int:
    with stores_of(home, tenants) as stores, counted(stores.hub) as asked:
        ask(stores)
        return asked["select"]


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda stores: stages(stores.hub), id="stages"),
        pytest.param(lambda stores: list(stores.hub.whole_overview()), id="overview"),
        pytest.param(lambda stores: list(stores.hub.tenants), id="tenants"),
        pytest.param(lambda stores: prune(stores, older_than=OLD), id="prune"),
    ],
)
def test_ten_times_as_many_tenants_take_no_more_questions(home, ask):
    few = questions(home, FEW, ask)

    assert questions(home, MANY, ask) == few <= 20


def test_a_prune_asks_about_the_tenants_of_which_something_is_old(home):
    """It opens their files and asks the hub of them; the others' young files are only looked at."""
    with stores_of(home, MANY) as stores:
        old, *young = [
            stores.lake.land(tenant_id(place), "fortnox", b"books", file_name="b")
            for place in range(MANY)
        ]
        os.utime(stores.lake.place_of(old.address), (0, 0))
        with counted(stores.hub) as asked:
            going = prune(stores, older_than=OLD, dry_run=False)

        assert [old.address] == [item.address for item in going]
        assert all(stores.lake.has(item.address) for item in young)
        assert asked["select"] <= 20


def test_stages_of_all_are_those_of_each(home):
    with stores_of(home, FEW) as stores:
        found = stages(stores.hub)

        assert found == {name: onboarding_of(stores.hub, name).stage for name in found}
        assert {Stage.LIVE, Stage.TRIAL, Stage.WAITING_STATEMENTS} == set(found.values())


def test_the_doctor_counts_more_tenants_than_one_page_holds(home):
    place = Path(settings().home / "hub" / "hub.sqlite")
    build_hub(place, 1_003)

    shown = invoke("doctor").stdout

    assert "1,003 tenants" in shown
