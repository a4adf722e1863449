from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from blocks.hub import Hub, HubUnusable, Tenant, models
from blocks.hub.revisions import HEAD, MIGRATIONS, REVISIONS

LISTS = {
    "columns": 'select name, type, "notnull", pk from pragma_table_info(?)',
    "indexes": 'select name, "unique" from pragma_index_list(?)',
    "references": 'select "from", "table", "to" from pragma_foreign_key_list(?)',
}


def schema(path) -> list[tuple[str, str, list[tuple]]]:
    """Columns, types, keys, indexes and references as SQLite sees them."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "select name from sqlite_master where type = 'table' and name <> 'alembic_version' "
            "and name not like 'sqlite_%' order by name"
        ).fetchall()
        return [
            (table, name, sorted(connection.execute(query, (table,))))
            for (table,) in tables
            for name, query in LISTS.items()
        ]


def test_migrations_lead_to_the_models(empty_hub, tmp_path):
    path = tmp_path / "models.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    models.metadata.create_all(engine)

    assert schema(path) == schema(empty_hub)


def test_alembic_finds_no_difference(empty_hub):
    with create_engine(f"sqlite:///{empty_hub}").connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, models.metadata) == []


def test_revisions_are_those_alembic_reads():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)

    assert script.get_current_head() == HEAD
    assert list(REVISIONS) == [step.revision for step in script.walk_revisions()][::-1]


def test_migrating_again_changes_nothing(hub, acme):
    before = hub.tenants.get(acme)

    hub.migrate()

    assert before == hub.tenants.get(acme)


def test_hub_without_tables_says_what_to_do(tmp_path):
    with Hub(f"sqlite:///{tmp_path}/hub.sqlite") as hub:
        with pytest.raises(HubUnusable, match=r"has schema none.*Hub.migrate\(\)"):
            hub.tenants.find("acme")
        hub.migrate()

        assert hub.tenants.find("acme") is None


def test_newer_hub_is_refused_and_left_alone(hub_url, tmp_path):
    path = tmp_path / "hub.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update alembic_version set version_num = '9999'")

    with Hub(hub_url) as hub:
        for act in (hub.migrate, lambda: hub.tenants.add(Tenant("acme", "Acme AB"))):
            with pytest.raises(HubUnusable, match=r"9999, which is newer.*Install the newer"):
                act()

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("select version_num from alembic_version").fetchall() == [
            ("9999",)
        ]


def test_hub_in_a_folder_with_odd_signs_can_be_migrated(tmp_path):
    folder = tmp_path / "50 % Åkerö #1"
    with Hub(f"sqlite:///{folder}/hub.sqlite") as hub:
        assert hub.migrate().tenants.find("acme") is None
