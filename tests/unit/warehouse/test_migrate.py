from __future__ import annotations

import datetime as dt
import re
import shutil

import duckdb
import pytest

from blocks.settings import SQL
from blocks.warehouse import migrate
from blocks.warehouse.errors import NewerSchema
from ledger.errors import TerminalError
from ledger.schemas import CANONICAL
from ledger.voucher_key import voucher_key
from tests.staged_units import facts, stage, voucher

ROWS = voucher("A:1", ("1930", "100.00"), ("3001", "-100.00"))


@pytest.fixture
def warehouse(in_files):
    """What is tried here is about files."""
    return in_files


@pytest.fixture
def sql(tmp_path, monkeypatch):
    """The project's SQL and reference tables, in folders that a test may change."""
    for name in ("SCHEMA", "VIEWS", "REFERENCE"):
        copy = tmp_path / name.lower()
        source = getattr(migrate, name)
        if source.exists():
            shutil.copytree(source, copy)
        else:
            copy.mkdir()
        monkeypatch.setattr(migrate, name, copy)
    return tmp_path


@pytest.fixture
def published(lake, warehouse):
    def publish(**said):
        staged = stage(lake, ROWS, said=facts(**said))
        return warehouse.publish(
            staged, unit=staged.facts.unit, token=1, load_id=str(said), run_id="run"
        )

    return publish


def identity(warehouse):
    found = (warehouse.root / "acme.duckdb").stat()
    return found.st_ino, found.st_mtime_ns


def test_published_tables_are_the_canonical_ones_with_the_unit_in_front(published, warehouse):
    published()
    with warehouse.read("acme") as db:
        for table, schema in CANONICAL.items():
            found = db.execute(f"describe {table}").fetchall()
            expected = ["tenant", "fiscal_year", *schema.names]
            assert [row[0] for row in found][: len(expected)] == expected
            optional = {row[0] for row in found if row[2] == "YES"}
            assert optional == {field.name for field in schema if field.nullable}


def test_file_of_an_earlier_release_is_migrated_when_it_is_read(published, warehouse, sql):
    published()
    (sql / "schema" / "0099_note.sql").write_text(
        "alter table load add column note varchar;\nupdate load set note = 'migrated'"
    )

    with warehouse.read("acme") as db:
        assert db.execute("select note from load").fetchall() == [("migrated",)]
        assert db.execute("select count(*) from posting").fetchone() == (2,)
    assert warehouse.verify("acme", facts().fiscal_year).is_intact


def test_file_of_an_earlier_release_is_migrated_by_a_publication(published, warehouse, sql):
    published()
    (sql / "schema" / "0099_note.sql").write_text("create table note (text varchar)")

    published(year=2025)

    with warehouse.read("acme") as db:
        assert db.execute("select count(*) from note").fetchone() == (0,)
        assert db.execute("select count(*) from posting").fetchone() == (4,)


OLD_FILE = (
    "insert into connected_file values ('acme', '2024-01-01_2024-12-31', $id, 'voucher', $series,"
    " $number, 'kvitto.pdf', 'application/pdf', 10, '00', 'landing/acme/x', '2025-01-01 12:00:00')"
)


def make_older(db):
    """Bring a file back to the shape that it had before 0004."""
    names = db.execute(
        "select table_name from duckdb_tables() where table_name like 'replaced%'"
    ).fetchall()
    for (name,) in names:
        db.execute(f"drop table {name}")
    columns = re.search(
        r"create table connected_file \(.*?\);",
        (SQL / "schema" / "0002_beside.sql").read_text(encoding="utf-8"),
        re.DOTALL,
    )[0]
    db.execute(f"drop view document; drop table connected_file; {columns}")
    db.execute("alter table load drop column is_recorded")
    db.execute("alter table load alter published_at type timestamp using published_at::timestamp")
    db.execute("update warehouse_shape set version = 3")


def test_files_on_vouchers_get_the_keys_that_the_ledger_gives_and_moments_their_zone(
    published, warehouse
):
    numbered = [("A", "17"), ("A:#", "1\\2"), ("", ""), ("å", "#")]
    published()
    with duckdb.connect(str(warehouse.root / "acme.duckdb")) as db:
        db.execute("set TimeZone = 'UTC'")
        make_older(db)
        for place, (series, number) in enumerate(numbered):
            db.execute(OLD_FILE, {"id": str(place), "series": series, "number": number})
        (published_at,) = db.execute("select published_at from load").fetchone()

    with warehouse.read("acme") as db:
        found = db.execute(
            "select connected_key, fetched_at from document order by document_id::integer"
        ).fetchall()
        load = db.execute("select published_at, is_recorded from load").fetchone()

    assert [voucher_key(*item) for item in numbered] == [key for key, _ in found]
    assert {dt.datetime(2025, 1, 1, 12, tzinfo=dt.UTC)} == {at for _, at in found}
    assert (published_at.replace(tzinfo=dt.UTC), False) == load
    assert warehouse.verify("acme", facts().fiscal_year).is_intact


def test_file_whose_tables_change_is_written_anew_and_keeps_no_block_of_before(
    published, warehouse, sql
):
    published()
    changes = (
        "create table large as select md5(i::varchar) as text from range(20000) t(i)",
        "create table note as select 'kept' as text",
        "drop table large",
    )
    (sql / "schema" / "0099_note.sql").write_text(";\ncheckpoint;\n".join(changes))

    assert warehouse.verify("acme", facts().fiscal_year).is_intact
    with duckdb.connect(str(warehouse.root / "acme.duckdb"), read_only=True) as db:
        (free,) = db.execute("select free_blocks from pragma_database_size()").fetchone()
        bare = "select table_name from duckdb_tables() where comment is null"
        assert (0, [("note",)]) == (free, db.execute(bare).fetchall())


def test_new_tenant_begins_in_the_present_shape_whatever_others_began_in(published, warehouse, sql):
    published()
    (sql / "schema" / "0099_note.sql").write_text("create table note (text varchar)")
    (sql / "views" / "90_total.sql").write_text(
        "create or replace view total as select 1 as amount"
    )

    published(tenant="other")

    with warehouse.read("other") as db:
        assert db.execute("select count(*) from note, total").fetchone() == (0,)
        assert db.execute("select tenant, count(*) from posting group by all").fetchall() == [
            ("other", 2)
        ]


def test_reader_of_the_earlier_file_is_not_disturbed(published, warehouse, sql):
    published()
    with warehouse.read("acme") as earlier:
        (sql / "schema" / "0099_note.sql").write_text("drop table posting_correction")
        with warehouse.read("acme") as later:
            assert later.execute("select count(*) from posting").fetchone() == (2,)
        assert earlier.execute("select count(*) from posting_correction").fetchone() == (0,)


def test_current_file_is_left_alone(published, warehouse):
    published()
    before = identity(warehouse)

    with warehouse.read("acme"):
        pass

    assert identity(warehouse) == before


def test_view_is_made_anew_when_its_text_changes(published, warehouse, sql):
    view = sql / "views" / "90_total.sql"
    view.write_text("create or replace view total as select sum(amount) as amount from posting")
    published()
    view.write_text(view.read_text().replace("sum(amount)", "count(*)"))

    with warehouse.read("acme") as db:
        assert db.execute("select amount from total").fetchone() == (2,)


def test_reference_table_is_filled_anew_when_its_file_changes(published, warehouse, sql):
    lines = sql / "reference" / "zz_line.csv"
    lines.write_text("code,name\nA,Assets\n")
    (sql / "views" / "05_line.sql").write_text(
        "create or replace table zz_line as select code, name"
        " from read_csv(getvariable('reference') || '/zz_line.csv', all_varchar = true)"
    )
    published()
    lines.write_text("code,name\nA,Tillgångar\n")

    with warehouse.read("acme") as db:
        assert db.execute("select name from zz_line").fetchall() == [("Tillgångar",)]


def test_file_of_a_later_release_is_refused_and_untouched(published, warehouse):
    published()
    with duckdb.connect(str(warehouse.root / "acme.duckdb")) as db:
        db.execute("update warehouse_shape set version = 900")
    before = identity(warehouse)

    with pytest.raises(NewerSchema, match="schema version 900"), warehouse.read("acme"):
        pass
    with pytest.raises(NewerSchema):
        published(year=2025)

    assert identity(warehouse) == before


def test_file_that_does_not_say_its_version_is_refused(published, warehouse):
    published()
    with duckdb.connect(str(warehouse.root / "acme.duckdb")) as db:
        db.execute("delete from warehouse_shape")

    with pytest.raises(TerminalError, match="does not say its schema version"):
        warehouse.units("acme")


def test_migrations_are_numbered_without_gaps():
    numbers = sorted(int(path.name[:4]) for path in (SQL / "schema").glob("*.sql"))

    assert numbers == list(range(1, len(numbers) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.sql", p.name) for p in (SQL / "schema").iterdir())
