"""A lake and a warehouse of their own for each test."""

from __future__ import annotations

from functools import partial

import duckdb
import pytest

from blocks.lake import Lake
from blocks.lake.places.bucket.address import BucketAddress
from blocks.lake.places.bucket.connection import Bucket
from blocks.lake.places.bucket.place import BucketPlace
from blocks.warehouse import FileWarehouse
from blocks.warehouse.postgresql.server import server_at
from blocks.warehouse.postgresql.tables import books_tables
from blocks.warehouse.postgresql.warehouse import ServerWarehouse
from tests.lakes import BucketHands, FolderHands


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake")


@pytest.fixture(params=["folder", "bucket"])
def anywhere(request, tmp_path):
    """Whatever a lake promises holds wherever what was received lies; with limits of its own."""
    if request.param == "folder":
        return partial(Lake, tmp_path / "lake")
    url = request.getfixturevalue("s3").bucket()
    place = BucketPlace(Bucket(BucketAddress.parse(url)), spool=tmp_path / "lake" / "temporary")
    return partial(Lake, tmp_path / "lake", place=place)


@pytest.fixture
def hands(request, lake):
    """Whoever may change what lies in the lake."""
    if lake.landing_place.startswith("s3:"):
        return BucketHands.of(lake, request.getfixturevalue("s3").client)
    return FolderHands(lake)


@pytest.fixture(params=["files", "postgresql"])
def warehouse(request):
    """Whatever a warehouse promises holds wherever the books are kept."""
    return request.getfixturevalue(f"in_{request.param}")


@pytest.fixture
def in_files(tmp_path):
    return FileWarehouse(tmp_path / "warehouse")


@pytest.fixture
def in_postgresql(tmp_path, postgres):
    return ServerWarehouse(server_at(postgres.warehouse()), spill=tmp_path / "laid-out")


@pytest.fixture(scope="session", params=["files", "postgresql"])
def new_warehouse(request):
    """Make a warehouse without books, for laws that are tried many times in one test."""

    def make(folder):
        if request.param == "files":
            return FileWarehouse(folder / "warehouse")
        url = request.getfixturevalue("postgres").warehouse()
        return ServerWarehouse(server_at(url), spill=folder / "laid-out")

    return make


@pytest.fixture
def altered(warehouse, request):
    """Alter a tenant's rows behind our back, as whoever administers the machine may."""

    def alter(statement):
        if isinstance(warehouse, FileWarehouse):
            with duckdb.connect(str(warehouse.root / "acme.duckdb")) as db:
                db.execute(statement)
        else:
            request.getfixturevalue("postgres").in_warehouse(statement)

    return alter


@pytest.fixture
def traces(warehouse):
    """Return what any writing of a tenant's books changes: the file, or a row's transaction."""

    def of(tenant="acme"):
        if isinstance(warehouse, FileWarehouse):
            found = (warehouse.root / f"{tenant}.duckdb").stat()
            return found.st_ino, found.st_mtime_ns
        with warehouse.server.reading(tenant) as db:
            rows = [
                db.execute(f"select ctid::text, xmin::text from {table} order by 1").fetchall()  # noqa: S608 - names of ours only
                for table in books_tables()
            ]
        assert any(rows)
        return rows

    return of
