"""Which warehouse is taken, and what is refused where its books lie in no file."""

from __future__ import annotations

import pytest

from blocks.hub import Hub, opened
from blocks.hub.errors import HubGone
from blocks.settings import settings
from blocks.warehouse import FileWarehouse, warehouse_of
from blocks.warehouse.postgresql.errors import (
    OtherShape,
    WarehouseAddressMalformed,
    WarehouseInServer,
    WarehouseServerAway,
)
from blocks.warehouse.postgresql.server import Server
from blocks.warehouse.postgresql.shape import bring_up
from blocks.warehouse.postgresql.warehouse import ServerWarehouse
from tasks.backing_up import back_up
from tasks.stores import Stores
from tests.staged_units import facts, joined, stage, voucher

HIDDEN = "not-to-be-seen"


@pytest.fixture
def books(in_postgresql, lake):
    rows = joined(voucher("A:1", ("1930", "100.00"), ("3001", "-100.00")))
    staged = stage(lake, rows, said=facts())
    in_postgresql.publish(staged, unit=staged.facts.unit, token=1, load_id="l", run_id="run")
    return in_postgresql


def test_files_are_taken_unless_a_server_is_named(monkeypatch, tmp_path, postgres):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    files = warehouse_of(settings())
    monkeypatch.setenv("TASMA_WAREHOUSE_URL", postgres.warehouse())

    server = warehouse_of(settings())

    assert isinstance(files, FileWarehouse)
    assert tmp_path / "warehouse" == files.root
    assert isinstance(server, ServerWarehouse)


@pytest.mark.parametrize(
    "url",
    [
        f"sqlite:///{HIDDEN}",
        f"mysql://user:{HIDDEN}@host/books",
        f"postgresql://user:{HIDDEN}@host",
        f"{HIDDEN}",
        f"postgresql+asyncpg://user:{HIDDEN}@host/books",
    ],
)
def test_an_address_of_something_else_is_refused_and_not_repeated(url):
    with pytest.raises(WarehouseAddressMalformed, match="TASMA_WAREHOUSE_URL") as refused:
        Server(url)

    assert HIDDEN not in str(refused.value)


def test_a_server_that_is_away_is_tried_again_and_its_password_is_nowhere(tmp_path):
    away = Server(f"postgresql://user:{HIDDEN}@/books?host={tmp_path}")

    with pytest.raises(WarehouseServerAway, match="does not answer") as refused, away.reading():
        pass

    assert HIDDEN not in str(refused.value)


def test_tables_of_a_later_release_are_left_alone(books, postgres):
    postgres.in_warehouse("update warehouse_shape set version = version + 999")
    later = Server(books.server.url)
    try:
        with pytest.raises(OtherShape, match=r"version 1\d\d\d, .* knows from 7 to"):
            bring_up(later)
    finally:
        postgres.in_warehouse("update warehouse_shape set version = version - 999")


@pytest.mark.parametrize(
    ("doing", "instead"),
    [
        (lambda books, _: books.attach_script(), "tasma warehouse allow"),
        (lambda books, _: books.kept_files(), "pg_dump"),
        (lambda _, stores: back_up(stores, stores.lake.root / "backup", keep=3), "pg_dump"),
    ],
    ids=["attach", "files", "backup"],
)
def test_what_works_on_files_says_what_to_do_instead(books, lake, tmp_path, doing, instead):
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        stores = Stores(hub.migrate(), lake, books)

        with pytest.raises(WarehouseInServer, match="nothing was done") as refused:
            doing(books, stores)

    assert instead in str(refused.value)
    assert not (lake.root / "backup").exists()


def test_a_second_host_with_a_hub_of_its_own_is_refused_where_the_books_are_shared(
    books, monkeypatch, tmp_path
):
    """Two hubs would give each other's leases away."""
    monkeypatch.setenv("TASMA_HOME", str(tmp_path / "other"))
    monkeypatch.setenv("TASMA_WAREHOUSE_URL", books.server.url)

    with (
        pytest.raises(HubGone, match="1 tenants have published books in postgresql"),
        Hub(settings().hub_url) as hub,
    ):
        opened(hub)
