"""Pulls from systems whose secret lies in Prefect blocks: killed at each step, and many at once."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
from importlib import import_module

import pytest

from blocks.hub import Tenant
from blocks.systems.registry import SYSTEMS
from ledger.fiscal_year import FiscalYear
from tests.faults import system_puller
from tests.faults.children import CHILDREN
from tests.faults.puller import pulled
from tests.homes import opened, opened_new

TENANT, YEAR = "acme", FiscalYear.parse("2025")
CHILD_LIMIT_S = 120
LATER = dt.timedelta(minutes=5)
"""By then the leases of a killed run have run out."""

POINTS = {
    name: [point for point in system.crash_points if ".pull." in point]
    for name, system in SYSTEMS.items()
    # Fortnox has no block in this form; tests/faults/test_pull.py walks its points.
    if "ledger" in system.offers and name != "fortnox"
}


@pytest.fixture(scope="module", params=POINTS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def there(name):
    with (
        pytest.MonkeyPatch.context() as patch,
        import_module(f"tests.harnesses.{name}").opened(patch) as harness,
    ):
        yield harness


@pytest.fixture(scope="module")
def nights(there, name, tmp_path_factory, empty_hub):
    """The home after last night, tonight's books, and the balances of both."""
    home = tmp_path_factory.mktemp("published")
    with opened_new(home, empty_hub) as stores:
        tenant = Tenant(TENANT, "Acme", there.number, country="FI", currency="EUR")
        stores.hub.tenants.add(tenant)
        stores.hub.years.define(TENANT, YEAR)
        there.connect(stores.hub, TENANT)
        assert "Published" == pulled(stores, TENANT)
        before = balances(stores)
    there.change()
    whole = shutil.copytree(home, tmp_path_factory.mktemp("whole") / "home")
    with opened(whole) as stores:
        assert "Published" == pulled(stores, TENANT)
        after = balances(stores)
    assert before != after
    return home, before, after


def balances(stores):
    return stores.warehouse.report(TENANT, "closing_balance", fiscal_year=YEAR.key).to_pylist()


@pytest.mark.requirement("R-FIN-34d", "R-FIN-34f")
def test_pull_killed_at_any_of_its_steps_loses_and_doubles_nothing(name, there, nights, tmp_path):
    published, before, after = nights
    for step in POINTS[name]:
        home = shutil.copytree(published, tmp_path / step)
        child = CHILDREN.Process(
            target=system_puller.pull, args=(name, there.url, home, TENANT, step)
        )
        child.start()
        child.join(CHILD_LIMIT_S)
        assert child.exitcode == -signal.SIGKILL, f"{step} was not reached"

        with opened(home, clock=lambda: dt.datetime.now(dt.UTC) + LATER) as stores:
            assert before == balances(stores), step
            assert "Published" == pulled(stores, TENANT), step
            assert after == balances(stores), step
            assert stores.warehouse.verify(TENANT, YEAR).is_intact
            assert 2 == stores.warehouse.load_record(TENANT, YEAR).load_number


RATE, CALLS = 5, 12


@pytest.mark.parametrize("name", ["procountor"], indirect=True, scope="module")
def test_two_processes_of_one_client_never_exceed_its_rate_together(name, there, nights, tmp_path):
    home = shutil.copytree(nights[0], tmp_path / "home")
    limiter = there.simulator.world.limiter
    limiter.limit, limiter.window_s, answers = RATE, 1.0, []
    limiter._seen.clear()
    admits = limiter.admits
    there.simulator.world.limiter.admits = lambda key: answers.append(admits(key)) or answers[-1]
    children = [
        CHILDREN.Process(target=system_puller.call, args=(there.url, home, TENANT, CALLS, RATE))
        for _ in range(2)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join(CHILD_LIMIT_S)
    limiter.admits, limiter.limit = admits, 100_000

    assert [0, 0] == [child.exitcode for child in children]
    assert 2 * CALLS <= len(answers)
    assert all(answers), f"{answers.count(False)} of {len(answers)} calls were one too many"
