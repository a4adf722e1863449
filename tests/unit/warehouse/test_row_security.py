"""Who sees whose rows in a warehouse in PostgreSQL: the server decides, row by row."""

from __future__ import annotations

import os
from contextlib import closing

import psycopg
import pytest

from blocks.warehouse.errors import WarehouseInFiles
from blocks.warehouse.postgresql.errors import ReaderUnfit, WarehouseServerUnusable, WriterAboveRows
from blocks.warehouse.postgresql.server import Server
from blocks.warehouse.postgresql.shape import bring_up
from tests.staged_units import facts, joined, stage, voucher

OWN_RULE = {"published_tenant", "reader_tenant"}
"""Lists over tenants, which the writer sees whole."""

TABLES_OF_TENANTS = """
select relation.relname
from pg_class as relation
inner join pg_attribute as its on its.attrelid = relation.oid
where
    relation.relnamespace = 'published'::regnamespace
    and relation.relkind = 'r'
    and its.attname = 'tenant'
"""

BOUND = """
relation.relrowsecurity
and relation.relforcerowsecurity
and array['reader', 'writer'] = (
    select array_agg(polname::text order by polname)
    from pg_policy
    where polrelid = relation.oid
)
"""

WITHOUT_POLICIES = f"{TABLES_OF_TENANTS} and not ({BOUND})"

WITHOUT_INVOKER = """
select relname
from pg_class
where
    relnamespace = 'published'::regnamespace
    and relkind = 'v'
    and not coalesce(reloptions @> array['security_invoker=true'], false)
"""


@pytest.fixture
def books(in_postgresql, lake):
    """Two tenants with a voucher each."""
    for tenant in ("acme", "beta"):
        staged = stage(
            lake,
            joined(voucher("A:1", ("1930", "100.00"), ("3001", "-100.00"))),
            said=facts(tenant, landed_sha256=tenant.ljust(64, "0")),
        )
        in_postgresql.publish(
            staged, unit=staged.facts.unit, token=1, load_id=f"load-{tenant}", run_id="run"
        )
    return in_postgresql


@pytest.fixture
def role(postgres):
    """Name a role that only this process has."""
    name = f"reader_{os.getpid()}"
    postgres.connection.execute(f"drop role if exists {name}_of_dba")
    yield name
    for made in (name, f"{name}_of_dba"):
        known = "select 1 from pg_roles where rolname = %s"
        if postgres.connection.execute(known, (made,)).fetchone():
            postgres.in_warehouse(f"drop owned by {made}")
            postgres.connection.execute(f"drop role {made}")


@pytest.fixture
def as_reader(books, postgres, role):
    """Ask as a role, on a connection of its own."""

    def ask(statement, *, setting="acme"):
        address = postgres.warehouse_address(role).replace("+psycopg", "")
        with closing(psycopg.connect(address, autocommit=True)) as connection:
            connection.execute("select set_config('tasma.tenant', %s, false)", (setting,))
            connection.execute("set search_path = published")
            return connection.execute(statement).fetchall()

    return ask


def test_every_table_that_says_whose_a_row_is_binds_everybody_by_policies(in_postgresql, postgres):
    bring_up(in_postgresql.server)

    assert [] == postgres.in_warehouse(WITHOUT_POLICIES)
    assert [] == postgres.in_warehouse(WITHOUT_INVOKER)
    assert OWN_RULE | {"posting", "replaced_posting", "fence"} <= {
        name for (name,) in postgres.in_warehouse(TABLES_OF_TENANTS)
    }


def test_a_table_without_policies_would_be_found(in_postgresql, postgres):
    bring_up(in_postgresql.server)
    postgres.in_warehouse("create table forgotten (tenant text)")
    try:
        assert [("forgotten",)] == postgres.in_warehouse(WITHOUT_POLICIES)
    finally:
        postgres.in_warehouse("drop table forgotten")


@pytest.mark.parametrize("relation", ["posting", "trial_balance", "income_statement", "load"])
def test_a_reader_sees_its_tenants_alone_whatever_it_sets(books, as_reader, role, relation):
    books.allow(role, ["beta"])

    seen = as_reader(f"select distinct tenant from {relation}", setting="acme")  # noqa: S608 - a name of ours

    assert [("beta",)] == seen


def test_a_reader_without_tenants_sees_no_row_and_knows_of_no_other_reader(
    books, as_reader, role, postgres
):
    books.allow(role, ["acme", "beta"])
    postgres.in_warehouse("insert into reader_tenant values ('somebody_else', 'acme')")
    both = as_reader("select distinct tenant from voucher order by 1")

    left = books.deny(role)

    assert [("acme",), ("beta",)] == both
    assert [] == left
    assert [] == as_reader("select tenant from voucher")
    assert [] == as_reader("select * from reader_tenant")
    assert [] == as_reader("select * from published_tenant")
    assert [("somebody_else", "acme")] == books.readers()


@pytest.mark.parametrize(
    "statement",
    [
        "update posting set amount = 0 returning 1",
        "insert into published.reader_tenant values (current_user, 'acme') returning 1",
        "delete from voucher returning 1",
    ],
)
def test_a_reader_writes_nothing(books, as_reader, role, statement):
    books.allow(role, ["beta"])

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_reader(statement)


def test_a_reader_that_was_let_in_once_reads_what_a_later_shape_adds(books, as_reader, role):
    books.allow(role, ["beta"])
    with books.server.writing() as db:
        db.execute("update warehouse_shape set derived = 'of another release'")
    books.server.has_shape = False

    books.tenants()

    assert [("beta",)] == as_reader("select distinct tenant from trial_balance")


def test_a_transaction_of_the_writer_sees_the_rows_of_the_tenant_that_it_names(books):
    with books.server.reading("beta") as db:
        seen = db.execute("select distinct tenant from posting").fetchall()
    with books.server.reading() as db:
        of_nobody = db.execute("select tenant from posting").fetchall()

    assert [("beta",)] == seen
    assert [] == of_nobody


def test_a_row_of_another_tenant_cannot_be_written(books):
    with pytest.raises(WarehouseServerUnusable, match="row-level security"):  # noqa: SIM117 - what is refused is inside
        with books.server.writing("beta") as db:
            db.execute("insert into statement_scheme values ('acme', 'BAS')")


def test_a_writer_whom_policies_do_not_bind_is_refused(books, postgres):
    above = Server(postgres.warehouse_address("postgres"))

    with pytest.raises(WriterAboveRows, match=r"user postgres .* is a superuser"):  # noqa: SIM117 - as above
        with above.reading("acme"):
            pass


@pytest.mark.parametrize(
    ("made", "finding"),
    [
        ("superuser", "is a superuser"),
        ("bypassrls", "has BYPASSRLS"),
        ("in role tasma_writer", "can act as the user that writes"),
    ],
)
def test_a_role_above_the_policies_is_no_reader(books, postgres, role, made, finding):
    postgres.connection.execute(f"create role {role}_of_dba login {made}")

    with pytest.raises(ReaderUnfit, match=finding):
        books.allow(f"{role}_of_dba", ["acme"])

    assert [] == books.readers()


@pytest.mark.parametrize("name", ['a"b', "Analyst", "1st", "a; drop schema published"])
def test_a_reader_has_a_plain_name(books, name):
    with pytest.raises(ReaderUnfit, match="a role's name"):
        books.allow(name, ["acme"])


def test_files_have_no_readers_of_ours(in_files):
    with pytest.raises(WarehouseInFiles):
        in_files.allow("analyst", ["acme"])
    with pytest.raises(WarehouseInFiles):
        in_files.deny("analyst")
    with pytest.raises(WarehouseInFiles):
        in_files.readers()
