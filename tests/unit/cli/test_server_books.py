"""The same commands over a warehouse in PostgreSQL: nobody above it knows where the books lie."""

from __future__ import annotations

import json
from decimal import Decimal

import psycopg
import pytest

from blocks.settings import settings

ASKED = (
    ("report",),
    ("report", "--statement", "income-statement"),
    ("report", "--statement", "balance-sheet"),
    ("report", "--as-of", "2025-01-31"),
    ("changes", "--rows"),
)


@pytest.fixture
def server(home, monkeypatch, postgres):
    """A home whose books lie in PostgreSQL."""
    monkeypatch.setenv("TASMA_WAREHOUSE_URL", postgres.warehouse())
    return postgres


@pytest.fixture
def loaded(server, tasma, owner, company, sie):
    """Two years, the latter loaded twice: a voucher of it went."""
    chunk = next(iter(company.book().chunks()))
    gone = (chunk.series, int(chunk.number[0]))
    for of, year in ((company, -2), (company, -1), (company.next_night(removed=[gone]), -1)):
        done = tasma("import", sie(of, year=year), "--tenant", owner)
        assert done.exit_code == 0, done.output
    for number, at in ((1, "2025-01-31 22:30Z"), (2, "2025-02-01 12:00Z")):
        server.in_warehouse(
            f"update load set published_at = '{at}' where load_number = {number}"  # noqa: S608 - ours
            " and fiscal_year like '2024%'"
        )
    return owner


def test_a_tenant_is_loaded_asked_exported_and_erased(loaded, tasma, tmp_path, company, server):
    told = {about: tasma("ledger", about[0], loaded, *about[1:], "--json") for about in ASKED}
    balances = {
        row["account_number"]: Decimal(row["closing"])
        for row in json.loads(told["report", "--as-of", "2025-01-31"].stdout)
        if Decimal(row["closing"])
    }
    changes = json.loads(told[("changes", "--rows")].stdout)
    verified = tasma("ledger", "verify", loaded)
    exported = tasma("ledger", "export", loaded, tmp_path / "out")
    status = tasma("tenant", "status", "--json")
    doctor = tasma("doctor")
    erased = tasma("tenant", "erase", loaded, "--yes", answer=loaded)

    assert {0} == {result.exit_code for result in told.values()}
    assert company.trial_balance() == balances
    assert ["removed"] == [voucher["change"] for voucher in changes["vouchers"]]
    assert (0, 0) == (verified.exit_code, exported.exit_code), verified.output + exported.output
    assert (tmp_path / "out" / "trial_balance.parquet").exists()
    assert "published" in status.stdout
    assert f"{loaded}.duckdb" not in doctor.output
    assert 0 == erased.exit_code, erased.output
    assert [(0,)] == server.in_warehouse("select count(*) from posting")
    assert not list(settings().warehouse.rglob("*.duckdb"))


def test_a_row_that_was_altered_in_the_server_is_found_and_put_right(loaded, tasma, server):
    server.in_warehouse("update posting set amount = amount + 1 where row_number = 1")

    altered = tasma("ledger", "verify", loaded)
    rebuilt = tasma("ledger", "rebuild", loaded)
    after = tasma("ledger", "verify", loaded)

    assert (1, 0, 0) == (altered.exit_code, rebuilt.exit_code, after.exit_code), rebuilt.output
    assert "tables posting altered" in " ".join(altered.stderr.split())


def test_books_that_are_gone_from_the_server_are_named_and_published_anew(loaded, tasma, server):
    before = tasma("ledger", "report", loaded, "2024", "--json").stdout
    server.warehouse()  # which empties it

    status = tasma("tenant", "status", "--json")
    rebuilt = tasma("ledger", "rebuild", loaded)

    assert "nothing of them is there" in status.stdout
    assert 0 == rebuilt.exit_code, rebuilt.output
    assert before == tasma("ledger", "report", loaded, "2024", "--json").stdout
    assert "nothing of them is there" not in tasma("tenant", "status", "--json").stdout


def test_a_server_that_is_away_is_a_finding_of_the_doctor(loaded, tasma, monkeypatch, tmp_path):
    there = tasma("doctor").output
    monkeypatch.setenv("TASMA_WAREHOUSE_URL", f"postgresql://writer:none@/books?host={tmp_path}")

    away = tasma("doctor")

    assert "those of 1 tenant are there, in postgresql" in " ".join(there.split())
    assert 1 == away.exit_code
    assert "The warehouse's server at" in away.output
    assert "none@" not in away.output


def test_readers_are_let_in_listed_and_shut_out(loaded, tasma, server):
    allowed = tasma("warehouse", "allow", "cli_reader", loaded)
    listed = json.loads(tasma("warehouse", "readers", "--json").stdout)
    address = server.warehouse_address("cli_reader").replace("+psycopg", "")
    with psycopg.connect(address) as reader:
        seen = reader.execute("select distinct tenant from voucher").fetchall()
        denied = tasma("warehouse", "deny", "cli_reader")
        left = reader.execute("select count(*) from voucher").fetchall()
    server.in_warehouse("drop owned by cli_reader")
    server.connection.execute("drop role cli_reader")

    assert (0, 0) == (allowed.exit_code, denied.exit_code), allowed.output
    assert "made without a password" in allowed.stdout
    assert [{"reader": "cli_reader", "tenant": loaded}] == listed
    assert [(loaded,)] == seen
    assert [(0,)] == left
    assert 2 == tasma("warehouse", "allow", "cli_reader", "nobody").exit_code


def test_what_needs_files_says_so(loaded, tasma, tmp_path):
    backup = tasma("backup", tmp_path / "backup")
    attach = tasma("warehouse", "attach")

    for refused in (backup, attach):
        said = " ".join(refused.stderr.split())
        assert 1 == refused.exit_code, refused.output
        assert "is in PostgreSQL (postgresql" in said
        assert "nothing was done" in said


def test_files_have_no_readers(tasma, books):
    refused = tasma("warehouse", "allow", "analyst", books)

    assert 1 == refused.exit_code
    assert "TASMA_WAREHOUSE_URL" in refused.stderr
