"""What is PostgreSQL's own; the stores' tests run over it as over SQLite (`conftest.BOTH`)."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url

from blocks.hub import Hub, HubBusy, HubUnusable, Tenant, UnitState, models
from blocks.hub.revisions import HEAD, revision_of
from ledger.errors import TransientError
from ledger.fiscal_year import FiscalYear

YEAR = FiscalYear.parse("2024")
SECONDS_AHEAD = 600
IMPATIENT_S = 0.05


@pytest.fixture(scope="module")
def server(postgres):
    return postgres


@pytest.fixture
def hub_url(server):
    return server.hub()


@pytest.fixture
def hub(hub_url):
    with Hub(hub_url) as hub:
        for tenant in ("acme", "beta"):
            hub.tenants.add(Tenant(tenant, tenant))
        yield hub


@pytest.fixture
def impatient(hub_url, hub):
    with Hub(hub_url, busy_timeout_s=IMPATIENT_S) as impatient:
        yield impatient


@pytest.fixture
def by_hand(server, hub_url):
    """A session of somebody else on the hub's database."""
    psycopg = pytest.importorskip("psycopg")
    address = hub_url.replace("+psycopg", "")
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        yield connection


def test_new_hub_has_the_tables_of_the_models(hub):
    with hub.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert [] == compare_metadata(context, models.metadata)
        assert HEAD == revision_of(connection)


def test_hub_that_was_made_is_left_alone(hub):
    assert ["acme", "beta"] == [tenant.id for tenant in hub.migrate().tenants]


COMPETING = """
import sys
from blocks.hub import Hub, LeaseTaken, Tenant
from blocks.hub.claims import NumberTaken

with Hub(sys.argv[1]) as hub:
    print("here", flush=True)
    sys.stdin.readline()
    hub.migrate()
    try:
        hub.tenants.add(Tenant(sys.argv[2], "Acme", organisation_number="5560000001"))
        print("claimed")
    except NumberTaken:
        print("not claimed")
    try:
        print("leased", hub.leases.acquire("acme/2024", holder=sys.argv[2]).token, flush=True)
    except LeaseTaken:
        print("not leased", flush=True)
    sys.stdin.readline()
"""


def test_of_processes_that_begin_at_once_one_makes_the_hub_one_claims_and_one_leases(server):
    url = server.database()
    several = [
        subprocess.Popen(
            [sys.executable, "-c", COMPETING, url, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    assert ["here\n", "here\n"] == [process.stdout.readline() for process in several]
    for process in several:
        process.stdin.write("\n")
        process.stdin.flush()
    said = [[process.stdout.readline().strip() for _ in range(2)] for process in several]
    for process in several:  # who has the lease stays for as long: one that is dead has none
        process.communicate("\n", timeout=60)

    assert ["claimed", "not claimed"] == sorted(claim for claim, _ in said)
    assert ["leased 1", "not leased"] == sorted(lease for _, lease in said)


@pytest.mark.parametrize(
    ("held", "waits"),
    [("acme", {"acme", ""}), ("", {"acme", "beta", ""})],
    ids=["of a tenant", "of the hub"],
)
def test_writer_keeps_those_waiting_whose_rows_it_may_change(hub, impatient, held, waits):
    refused = set()
    with hub.database.writing(tenant=held):
        for tenant in ("acme", "beta", ""):
            try:
                with impatient.database.writing(tenant=tenant):
                    pass
            except HubBusy:
                refused.add(tenant)

    assert waits == refused


def test_writer_that_waits_too_long_is_told_to_try_again(hub, impatient):
    with (
        hub.database.writing(),
        pytest.raises(HubBusy, match=r"stayed locked by another process for 0\.05 s"),
    ):
        impatient.tenants.update("acme", name="Acme AB")


def test_loads_of_two_tenants_do_not_wait_for_each_other(hub, impatient):
    with hub.database.writing(tenant="beta"):
        lease = impatient.leases.acquire("acme/2024", holder="run 1")
        impatient.units.set_status("acme", YEAR, UnitState.FETCHING, token=lease.token)
        impatient.leases.release(lease)

    assert UnitState.FETCHING == hub.units.find("acme", YEAR).status


def test_reader_sees_one_moment_and_waits_for_nobody(hub, impatient):
    with hub.database.writing() as connection, impatient.database.reading() as reader:
        before = reader.exec_driver_sql("select count(*) from event").scalar_one()
        hub.events.record(connection, "run", "not yet committed")
        connection.commit()

        assert before == reader.exec_driver_sql("select count(*) from event").scalar_one()
    assert 1 == len(impatient.events.recent(kind="run"))


def test_reader_cannot_write(hub):
    with (
        pytest.raises(HubUnusable, match=r"read-only transaction.*the primary"),
        hub.database.reading() as connection,
    ):
        hub.events.record(connection, "run", "from a reader")


def test_leases_go_by_the_clock_of_the_server(hub_url, hub, by_hand):
    """A function before the server's own in its search path says what time it is."""
    name = make_url(hub_url).database
    by_hand.execute(
        "create function public.clock_timestamp() returns timestamptz language sql as "
        f"$$ select pg_catalog.clock_timestamp() + interval '{SECONDS_AHEAD} s' $$"
    )
    by_hand.execute(f"alter database {name} set search_path = public, pg_catalog")
    try:
        with Hub(hub_url) as elsewhere:
            lease = elsewhere.leases.acquire("acme/2024", holder="run 1", ttl_s=1.0)
            ahead = lease.acquired_at - dt.datetime.now(dt.UTC)

            assert abs(ahead - dt.timedelta(seconds=SECONDS_AHEAD)) < dt.timedelta(seconds=30)
            assert elsewhere.leases.find("acme/2024") == lease
    finally:
        by_hand.execute(f"alter database {name} reset search_path")
        by_hand.execute("drop function public.clock_timestamp()")


def test_time_goes_on_between_transactions(hub):
    before = hub.database.now()
    time.sleep(0.02)

    passed = hub.database.now() - before

    assert dt.timedelta(seconds=0.02) <= passed < dt.timedelta(seconds=10)


def test_texts_are_in_the_order_of_their_bytes_as_in_sqlite_whatever_the_server_speaks(by_hand):
    """The server of the tests knows no language whose order would show it."""
    texts = by_hand.execute(
        "select distinct collation_name from information_schema.columns where table_schema = "
        "'public' and data_type in ('text', 'character varying') and table_name <> %s",
        ("alembic_version",),
    )

    assert [("C",)] == texts.fetchall()


def test_numbers_have_64_bits(hub):
    token = hub.leases.fresh_token(above=2**40)

    assert 2**40 + 1 == token


def test_connection_that_breaks_is_worth_another_try_and_undoes_its_step(hub, by_hand):
    def broken():
        with hub.database.writing() as connection:
            hub.events.record(connection, "run", "half done")
            mine = connection.exec_driver_sql("select pg_backend_pid()").scalar_one()
            by_hand.execute("select pg_terminate_backend(%s, 5000)", (mine,))
            hub.events.record(connection, "run", "too late")

    with pytest.raises(HubBusy, match=r"does not answer.*Try again") as gone:
        broken()

    assert isinstance(gone.value, TransientError)
    assert [] == hub.events.recent(kind="run")


def test_server_that_was_restarted_meanwhile_is_not_noticed(hub, by_hand):
    hub.tenants.get("acme")
    by_hand.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )

    assert "acme" == hub.tenants.get("acme").name


@pytest.mark.parametrize("password", ["hunter2", "p%40ss%2Fw%3Ard"])
def test_server_that_is_away_is_worth_another_try_and_no_password_is_said(tmp_path, password):
    url = f"postgresql+psycopg://someone:{password}@/hub?host={tmp_path}"
    with Hub(url) as hub, pytest.raises(HubBusy, match=r"does not answer.*TASMA_HUB_URL") as away:
        hub.migrate()

    assert "someone" in str(away.value)
    assert not {password, make_url(url).password} & {*str(away.value).replace("@", " ").split()}
    assert make_url(url).password not in str(away.value)


def test_what_works_on_a_file_is_left_to_the_servers_own_tools(hub):
    with pytest.raises(HubUnusable, match="pg_dump"):
        hub.database.file.copy_into("anywhere")


def test_forked_child_opens_a_connection_of_its_own(hub):
    def session():
        with hub.database.reading() as connection:
            return connection.exec_driver_sql("select pg_backend_pid()").scalar_one()

    inherited = session()
    pid = os.fork()
    if not pid:
        try:
            hub.tenants.update("acme", name="Child AB")
            os._exit(0 if session() != inherited else 2)
        finally:
            os._exit(1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert "Child AB" == hub.tenants.get("acme").name


def test_text_with_a_nul_is_kept_with_a_mark_in_its_place(hub):
    """SQLite takes it; texts come from files, vendors and forms, wherever the hub is kept."""
    hub.tenants.add(Tenant("gamma", "Ga\0mma AB"))
    hub.events.add("test", "said\0so", tenant="gamma")

    assert "Ga\ufffdmma AB" == hub.tenants.get("gamma").name
    assert "said\ufffdso" == hub.events.recent(tenant="gamma")[0].message
