"""What we call is what Procountor has: recorded calls against its own list of endpoints.

Source:
    Procountor API 26.04, list of endpoints: method, path and query parameters of those that the
    simulator serves (`simulators/procountor/endpoints.csv`).
"""

from __future__ import annotations

import asyncio
import csv
import re
import shutil
from importlib.resources import files
from urllib.parse import parse_qsl

import pytest

from blocks.hub import Hub, Tenant
from blocks.systems.ports import KnownYear
from blocks.systems.registry import open_books, port
from simulators.procountor.routes import ROUTES
from tests.harnesses import procountor as harness
from tests.procountor_campaign import schedule

OURS = {("POST", "oauth/token")}
"""Not of the list: the token's own page describes it."""


@pytest.fixture(scope="module")
def vendor():
    text = (files("simulators.procountor") / "endpoints.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [
        (
            row["method"],
            re.compile(row["path"].replace("{}", "[^/]+")),
            set(row["parameters"].split()),
        )
        for row in rows
    ]


def unknown(vendor, calls):
    """Return what was called and is not in the list, or with a parameter that is not."""
    asked = {
        (method, path.strip("/"), frozenset(name for name, _ in parse_qsl(query)))
        for method, path, query in calls
    }
    return sorted(
        (method, path, sorted(names))
        for method, path, names in asked
        if (method, path) not in OURS
        and not any(
            method == known and pattern.fullmatch(path) and names <= parameters
            for known, pattern, parameters in vendor
        )
    )


def calls_of(world):
    return [(call.method, call.path, call.query) for call in world.calls]


def pulled(monkeypatch, tmp_path, empty_hub):
    """Connect both ways, pull, and pull once more after a deletion."""
    shutil.copy(empty_hub, tmp_path / "hub.sqlite")
    with (
        harness.opened(monkeypatch) as there,
        Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub,
    ):
        hub.tenants.add(Tenant("acme", "Acme", there.number))
        there.connect(hub, "acme")
        asyncio.run(port("procountor").connect.preflight(hub, "acme"))
        client = f"procountor@{there.simulator.client_id}"
        wants = {"block": harness.KEY_BLOCK, "client": there.simulator.client_id}
        asyncio.run(port(client).connect.finish(hub, "acme", {}, wants=wants))
        asyncio.run(port(client).connect.preflight(hub, "acme"))

        async def extract():
            async with open_books(hub, "acme", "procountor", wait_limit_s=1) as books:
                (year,) = await books.ledger.fiscal_years()
                await books.ledger.extract(year, known=KnownYear())

        asyncio.run(extract())
        return calls_of(there.simulator.world)


def test_every_call_of_pulls_and_pushes_is_in_the_vendors_list(
    vendor, monkeypatch, tmp_path, empty_hub
):
    pull = pulled(monkeypatch, tmp_path, empty_hub)
    push = [call for seed in (1, 3) for call in calls_of(schedule(seed).play().world)]

    assert {"ledgerreceipts", "reports/ledgeraccounts"} <= {path for _, path, _ in pull}
    assert {"PUT", "POST"} <= {method for method, _, _ in push}
    assert [] == unknown(vendor, pull + push)


def test_simulator_serves_nothing_that_the_vendor_does_not_have(vendor):
    assert {
        (route.method, route.pattern.pattern.replace("([^/]+)", "[^/]+")) for route in ROUTES
    } == {(method, pattern.pattern) for method, pattern, _ in vendor}


@pytest.mark.parametrize(
    "call",
    [
        ("DELETE", "ledgerreceipts/1", ""),
        ("GET", "ledgerreceipts", "changedSince=2025-01-01"),
        ("GET", "trialbalance", ""),
    ],
)
def test_call_that_the_vendor_does_not_have_is_seen(vendor, call):
    assert unknown(vendor, [call])
