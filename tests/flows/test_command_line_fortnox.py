"""Pulls and backfills that the command line starts on the server."""

from __future__ import annotations

import json

import pytest

from ledger.fiscal_year import FiscalYear
from tests.flows.conftest import free_port


@pytest.mark.requirement("R-SEN-26b")
def test_pull_on_the_server_is_a_run_of_the_named_year_alone(desk, connect):
    ledger = connect(defined=("2024", "2025"))

    started = desk.tasma("ledger", "pull", ledger.tenant, "--year", "2024", "--on-server", "--json")
    (link,) = json.loads(started.stdout)
    run = desk.end_of(link["run"])

    assert 0 == started.exit_code, started.stderr
    assert link["url"] == f"{desk.server.url}/runs/flow-run/{link['run']}"
    assert ("Published", ["2024"]) == (run["state"]["name"], run["parameters"]["years"])
    assert "keep" == run["parameters"]["uploaded"]
    with desk.stores() as stores:
        (unit,) = stores.hub.units.of_tenant(ledger.tenant)
    assert "2024-01-01_2024-12-31" == unit.fiscal_year


@pytest.mark.requirement("R-X-5a")
def test_pull_by_the_server_again_and_by_the_command_line_is_one_ledger(desk, connect):
    ledger, year = connect(defined=("2025",)), FiscalYear.parse("2025")
    run = desk.run("pull", tenant=ledger.tenant)
    with desk.stores() as stores:
        record = stores.warehouse.load_record(ledger.tenant, year)

    again = desk.retry(run["id"])
    here = desk.tasma("ledger", "pull", ledger.tenant, "--json")

    (found,) = json.loads(here.stdout)
    assert ("Published", "Unchanged", "unchanged") == (
        run["state"]["name"],
        again["state"]["name"],
        found["outcome"],
    )
    assert found["digest"] == desk.status(ledger.tenant, year).published_digest
    with desk.stores() as stores:
        assert record == stores.warehouse.load_record(ledger.tenant, year)


def test_backfill_on_the_server_is_watched_to_its_end(desk, connect):
    ledger = connect(defined=("2024",))

    done = desk.tasma(
        *("ledger", "backfill", ledger.tenant, "--years", "2023-2024"),
        *("--define", "--on-server", "--watch", "--json"),
    )

    told = json.loads(done.stdout)
    assert (0, "Done") == (done.exit_code, told["state"]), done.stderr
    with desk.stores() as stores:
        years = [unit.fiscal_year[:4] for unit in stores.hub.units.of_tenant(ledger.tenant)]
    assert ["2023", "2024"] == sorted(years)


def test_server_that_is_away_starts_nothing_and_says_what_to_do(desk, connect):
    ledger = connect(defined=("2025",))
    away = f"http://127.0.0.1:{free_port()}/api"

    refused = desk.tasma("ledger", "pull", ledger.tenant, "--on-server", api_url=away)

    assert 75 == refused.exit_code
    assert "tasma up" in refused.stderr
