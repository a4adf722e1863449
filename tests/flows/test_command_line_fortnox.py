"""Pulls and backfills that the command line starts on the server."""

from __future__ import annotations

import json

import pytest

from flows.demo.outcome import published_balances
from ledger.fiscal_year import FiscalYear
from tests.flows.conftest import free_port


@pytest.mark.requirement("R-SEN-26b", "R-X-5a")
def test_pull_on_the_server_is_of_the_named_year_alone_and_doubles_nothing(desk, connect):
    """Nor does its repetition, from the UI and by the command line."""
    ledger, year = connect(defined=("2024", "2025")), FiscalYear.parse("2025")
    pull = ("ledger", "pull", ledger.tenant, "--year", "2025", "--json")

    started = desk.tasma(*pull, "--on-server")
    (link,) = json.loads(started.stdout)
    run = desk.end_of(link["run"])
    with desk.stores() as stores:
        (unit,) = stores.hub.units.of_tenant(ledger.tenant)
        record = stores.warehouse.load_record(ledger.tenant, year)
        figures = published_balances(stores.warehouse, ledger.tenant, year.key)
    again = desk.retry(run["id"])
    (here,) = json.loads(desk.tasma(*pull).stdout)

    assert 0 == started.exit_code, started.stderr
    assert link["url"] == f"{desk.server.url}/v2/runs/flow-run/{link['run']}"
    assert ("Published", ["2025"]) == (run["state"]["name"], run["parameters"]["years"])
    assert "keep" == run["parameters"]["uploaded"]
    assert (year.key, here["digest"]) == (unit.fiscal_year, unit.published_digest)
    assert ledger.company.trial_balance() == figures
    assert ("Unchanged", "unchanged") == (again["state"]["name"], here["outcome"])
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
