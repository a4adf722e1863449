"""Files in the inbox folders of two tenants: whose they are, and what lies where."""

from __future__ import annotations

import asyncio

import pyarrow.parquet as pq
import pytest

from blocks.hub import Tenant
from flows.cli.local_steps import LocalSteps
from flows.cli.result import LoadResult
from flows.runs.taking import take_in
from ledger.fiscal_year import FiscalYear
from ledger.outcome import Outcome
from simulators.books.company import Company
from simulators.books.years import calendar_years
from tasks.arrivals import Arrival
from tasks.fetch import land_file
from tests.homes import opened_new

YEAR = FiscalYear.parse("2024")
COMPANIES = {
    name: Company(seed, calendar_years(2024, 2024), 20) for name, seed in (("acme", 3), ("beta", 4))
}


@pytest.fixture
def stores(tmp_path, monkeypatch, empty_hub):
    monkeypatch.setenv("TASMA_INBOX", str(tmp_path / "inbox"))
    with opened_new(tmp_path, empty_hub) as stores:
        for name, company in COMPANIES.items():
            stores.hub.tenants.add(
                Tenant(name, company.name, organisation_number=company.organisation_number)
            )
        yield stores


@pytest.fixture
def dropped(stores, tmp_path):
    """Take up a file that lies in a tenant's folder: ``dropped("acme", content)``."""

    def take(tenant, content):
        path = tmp_path / "inbox" / tenant / "books.se"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        landed = land_file(stores, tenant, path=path)
        found = LoadResult(tenant, path)
        arrival = Arrival(tenant, path, sha256=landed.sha256)
        steps = LocalSteps(found, lambda _step: None)
        (end,) = asyncio.run(take_in(stores, arrival, steps=steps, wait_limit_s=5))
        found.outcome = end.outcome
        return found

    return take


@pytest.mark.requirement("R-FIN-35b")
def test_file_of_another_company_is_refused_by_its_number_and_reaches_nobody(
    dropped, stores, tmp_path
):
    other = dropped("beta", COMPANIES["beta"].sie())
    before = (stores.warehouse.root / "beta.duckdb").read_bytes()

    astray = dropped("acme", COMPANIES["beta"].sie())

    folder = tmp_path / "inbox" / "acme"
    reason = (folder / "failed" / "books.se.error.txt").read_text(encoding="utf-8")
    assert (Outcome.PUBLISHED, Outcome.HELD) == (other.outcome, astray.outcome)
    assert ["tenant_identity"] == [result.control for result in astray.judgement.holding]
    assert all(company.organisation_number in reason for company in COMPANIES.values())
    assert (folder / "failed" / "books.se").exists()
    assert [] == stores.warehouse.units("acme")
    assert before == (stores.warehouse.root / "beta.duckdb").read_bytes()


@pytest.mark.requirement("R-X-1b", "R-X-1c")
def test_every_file_and_stage_is_one_tenants_also_when_the_bytes_are_the_same(
    dropped, stores, tmp_path
):
    """A company may be the books of two tenants; to take one away costs the other nothing."""
    same = COMPANIES["acme"].sie()
    number = COMPANIES["acme"].organisation_number
    stores.hub.tenants.update("beta", organisation_number=number, same_number_as="acme")
    staged = {name: dropped(name, same).load.staged for name in COMPANIES}

    owners = [
        [name for name in COMPANIES if name in path.relative_to(tmp_path).as_posix()]
        for folder in (stores.lake.root, stores.warehouse.root, tmp_path / "inbox")
        for path in folder.rglob("*")
        if path.is_file()
    ]
    stores.lake.erase("acme")
    stores.warehouse.erase("acme")

    assert owners
    assert all(len(found) == 1 for found in owners), owners
    assert staged["acme"].folder != staged["beta"].folder
    assert not staged["acme"].folder.exists()
    rows = pq.read_metadata(staged["beta"].parquet("posting")).num_rows
    assert COMPANIES["acme"].book().totals.booked_rows == rows
    assert stores.warehouse.verify("beta", YEAR).is_intact
    (load,) = stores.hub.loads.of_unit("beta", YEAR)
    assert same == stores.lake.read(stores.lake.find("beta", "sie", load.landed_sha256))
