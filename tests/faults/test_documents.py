"""The documents of a year, with the process killed at every step on their way."""

from __future__ import annotations

import datetime as dt
import shutil
import signal

import pytest

from blocks.steps import STEPS
from blocks.warehouse import FileWarehouse
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from simulators.fortnox import ALL_SCOPES, FortnoxSimulator, SimulatedTenant
from tasks.documents import documents_of as documents_from
from tests import quick_fortnox
from tests.faults.children import CHILDREN
from tests.faults.puller import publish_first, pull, pulled
from tests.homes import opened

TENANT, NUMBER = "alv", 503072
YEAR = FiscalYear.parse("2024")
COMPANY = Company(seed=12, years=calendar_years(2024, 2024), vouchers_per_year=60)
CHILD_LIMIT_S = 60
LATER = dt.timedelta(minutes=5)
"""By then the leases of a killed run have run out."""

SWAPPED = ["publish.swapped"]
"""The steps before it are those of any landing and any publication: see test_pipeline.py."""
DOCUMENT_STEPS = [step for step in STEPS if step.startswith("documents.")]
SEEN_STEPS = ["publish.swapped", "documents.recorded"]
"""After these a reader sees the new documents."""


@pytest.fixture(scope="module")
def fortnox():
    tenant = SimulatedTenant(NUMBER, COMPANY, consented=ALL_SCOPES)
    # The pace is another test's: here each pull may begin at once.
    with FortnoxSimulator([tenant], rate_limit=1_000) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def published(fortnox, tmp_path_factory):
    """The home of a tenant whose ledger and documents are published; tests work on copies."""
    home = tmp_path_factory.mktemp("published")
    publish_first(quick_fortnox.settings_of(fortnox), home, TENANT, number=NUMBER, year=YEAR)
    return home, documents_of(home)


@pytest.fixture
def simulator(fortnox, monkeypatch):
    """Fortnox as it was when the home was published."""
    there = fortnox.tenant(NUMBER)
    before = there.edition
    quick_fortnox.shorten_waits(monkeypatch)
    quick_fortnox.lead_to(fortnox, monkeypatch)
    yield fortnox
    there.edition = before


def documents_of(home):
    with FileWarehouse(home / "warehouse").read(TENANT) as db:
        query = "select document_id, voucher_key from document where document_kind = 'voucher'"
        return set(db.execute(query).fetchall())


@pytest.mark.parametrize("step", SWAPPED + DOCUMENT_STEPS)
def test_a_run_killed_on_the_way_of_its_documents_loses_and_doubles_none(
    published, simulator, tmp_path, step
):
    home = shutil.copytree(published[0], tmp_path / "home")
    there = simulator.tenant(NUMBER)
    new = there.attach(("A", 1), content=b"%PDF-new")
    (gone, *_) = sorted(id_ for id_, key in published[1] if key == "L:10")
    there.detach(gone)
    tonight = {(new, "A:1"), *(row for row in published[1] if row[0] != gone)}
    child = CHILDREN.Process(
        target=pull, args=(quick_fortnox.settings_of(simulator), home, TENANT, step)
    )
    child.start()
    child.join(CHILD_LIMIT_S)
    assert child.exitcode == -signal.SIGKILL, f"{step} was not reached"

    assert (tonight if step in SEEN_STEPS else published[1]) == documents_of(home)

    with opened(home, clock=lambda: dt.datetime.now(dt.UTC) + LATER) as stores:
        assert "Unchanged" == pulled(stores, TENANT)
        assert stores.warehouse.verify(TENANT, YEAR).is_intact
        assert 1 == stores.warehouse.load_record(TENANT, YEAR).load_number
        hashes = stores.warehouse.read_side_table(TENANT, "connected_file")["sha256"].to_pylist()
        assert all(stores.lake.find(TENANT, documents_from("fortnox"), sha256) for sha256 in hashes)
    assert tonight == documents_of(home)
