"""Every table, view and column says what it is, in the file and on the page."""

from __future__ import annotations

import pytest

from blocks.duck import open_duckdb
from blocks.home import PROJECT
from blocks.warehouse.descriptions import EVERYWHERE, columns, descriptions, relation_kinds
from blocks.warehouse.migrate import create
from blocks.warehouse.tables_page import page


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    with open_duckdb(spill=tmp_path_factory.mktemp("spill")) as db:
        db.execute("attach ':memory:' as published")
        create(db, "published")
        db.execute("use published")
        yield db


def test_every_table_view_and_column_has_a_comment_in_the_file(db):
    relations = db.execute(
        "select table_name, comment from duckdb_tables() where database_name = 'published'"
        " union all select view_name, comment from duckdb_views()"
        " where database_name = 'published' and not internal"
    ).fetchall()
    commented = db.execute(
        "select table_name, column_name, comment from duckdb_columns()"
        " where database_name = 'published'"
    ).fetchall()

    assert relation_kinds(db).keys() == dict(relations).keys()
    assert [] == [name for name, comment in relations if not comment]
    assert [] == [(table, name) for table, name, comment in commented if not comment]


def test_nothing_is_described_that_is_not_there(db):
    known = descriptions()
    there = {(item.relation, item.name) for item in columns(db, known)}
    there |= {(name, "") for name in relation_kinds(db)}
    there |= {(EVERYWHERE, item.name) for item in columns(db, known)}

    assert set() == known.keys() - there


def test_the_page_is_what_the_file_says(db):
    assert page(db) == (PROJECT / "docs" / "tables.md").read_text(encoding="utf-8")
