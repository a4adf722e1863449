from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from blocks.hub import Hub, HubUnusable, Tenant, models
from blocks.hub.revisions import HEAD, MIGRATIONS, REVISIONS

Y2024 = "2024-01-01_2024-12-31"
NOW = "2026-01-01 12:00:00.000000"

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


def load_row(load_id, status, kind="4E", digest="d1"):
    return (load_id, "acme", Y2024, "sie", kind, "ab", "", "", digest, status, "r1", NOW)


@pytest.fixture
def hub_before_open_holds(tmp_path):
    """A hub of the schema before 0005, in which any load gave its unit the status."""
    path = tmp_path / "old.sqlite"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with create_engine(f"sqlite:///{path}").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.exec_driver_sql(
            "insert into tenant values ('acme', 'Acme', '', 'SE', 'SEK', 'UTC', 1, 0, ?)", (NOW,)
        )
    return path


def fill(path, *loads, status, load_id):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "insert into load (load_id, tenant, fiscal_year, source, source_kind, landed_sha256,"
            " evidence_sha256, stage_folder, digest, status, run_id, created_at)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            loads,
        )
        connection.execute(
            "insert into control_result (tenant, load_id, position, control, severity, outcome,"
            " reason, break_count, set_fingerprint)"
            " values ('acme', 'l2', 0, 'voucher_balance', 'blocks', 'broken', '', 1, '')"
        )
        connection.execute(
            "insert into unit (tenant, fiscal_year, status, reason, source, load_id, digest,"
            " run_id, updated_at, lease_token, published_load_id, published_digest,"
            " published_source, voucher_count, posting_count)"
            " values ('acme', ?, ?, 'as it was', 'sie', ?, 'd', 'r', ?, 0, '', '', '', 0, 0)",
            (Y2024, status, load_id, NOW),
        )


@pytest.mark.parametrize(
    ("last", "status"),
    [
        (load_row("l3", "partial", "4I"), "partial"),
        (load_row("l3", "evidence", "1"), "evidence"),
        (load_row("l3", "held", "4I"), "held"),
    ],
    ids=["partial", "evidence", "held partial"],
)
def test_hold_that_a_lesser_load_hid_is_open_again(hub_before_open_holds, last, status):
    path = hub_before_open_holds
    good, held = load_row("l1", "published"), load_row("l2", "held", digest="d2")
    fill(path, good, held, last, status=status, load_id="l3")

    with Hub(f"sqlite:///{path}") as hub:
        (unit,) = hub.migrate().units.of_tenant("acme")
        hold = hub.holds.find("acme", unit.year)
        (row,) = hub.overview()

    assert ("held", "l2", "d2", "held by voucher_balance") == (
        unit.status,
        unit.load_id,
        unit.digest,
        unit.reason,
    )
    assert (hold.load_id, row.light, row.hold) == ("l2", "red", "l2")
    assert bool(row.side_loads) is (status == "held")


def test_unit_keeps_what_its_last_year_came_to(hub_before_open_holds):
    path = hub_before_open_holds
    fill(path, load_row("l1", "published"), load_row("l2", "held"), status="held", load_id="l2")

    with Hub(f"sqlite:///{path}") as hub:
        (unit,) = hub.migrate().units.of_tenant("acme")

        assert (unit.status, unit.reason, unit.load_id) == ("held", "as it was", "l2")
        assert hub.loads.get("l2").reason == "as it was"


def test_unit_of_which_only_less_came_speaks_of_no_load(hub_before_open_holds):
    path = hub_before_open_holds
    fill(path, load_row("l2", "held", "4I"), status="held", load_id="l2")

    with Hub(f"sqlite:///{path}") as hub:
        (unit,) = hub.migrate().units.of_tenant("acme")

        assert (unit.status, unit.load_id, unit.reason) == ("partial", "", "")
        assert hub.holds.find("acme", unit.year) is None
        (beside,) = hub.side_loads.of_unit("acme", unit.year)
        assert (beside.status, beside.is_open, beside.reason) == ("held", True, "as it was")


def test_a_year_s_ledger_is_so_far_that_of_what_was_published(hub_before_open_holds):
    fill(hub_before_open_holds, load_row("l2", "published"), status="published", load_id="l2")
    with closing(sqlite3.connect(hub_before_open_holds)) as connection, connection:
        connection.execute("update unit set published_source = 'fortnox'")

    with Hub(f"sqlite:///{hub_before_open_holds}") as hub:
        (unit,) = hub.migrate().units.of_tenant("acme")

    assert "fortnox" == unit.ledger_source


def test_stages_are_known_by_address_whatever_their_paths_were(hub_before_open_holds):
    address = f"stage/acme/{Y2024}/0123456789abcdef-r3"
    staged, never = load_row("l1", "published"), load_row("l2", "held")
    staged = (*staged[:7], f"/srv/tasma/data/lake/{address}", *staged[8:])
    fill(hub_before_open_holds, staged, never, status="published", load_id="l1")

    with Hub(f"sqlite:///{hub_before_open_holds}") as hub:
        loads = hub.migrate().loads

        assert (address, "") == (loads.get("l1").stage_folder, loads.get("l2").stage_folder)
