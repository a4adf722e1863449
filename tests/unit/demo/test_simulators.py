"""The simulated Fortnox beside a server: whose tenants it gets, and whose it keeps away from."""

from __future__ import annotations

import json
import os
import urllib.request

import pytest

from blocks.hub import Hub
from flows.cli import serving
from flows.demo import ledgers
from flows.demo.simulators import simulators_of_server
from flows.doors import demo_home as home
from ledger.errors import TerminalError
from simulators.fortnox import FortnoxSimulator


@pytest.fixture
def hub(tmp_path, monkeypatch):
    for name in home.SIMULATED:
        monkeypatch.setenv(name, "elsewhere")
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        yield hub.migrate()


def about(url):
    with urllib.request.urlopen(f"{url}/_simulator/", timeout=5) as answer:  # noqa: S310
        return json.load(answer)


def test_written_settings_lead_to_the_simulator_as_it_is():
    simulator = FortnoxSimulator([], port=home.FORTNOX_PORT)
    simulator.world.base = f"http://127.0.0.1:{home.FORTNOX_PORT}"

    assert ledgers.variables(simulator) == home.SIMULATED
    assert serving.SIMULATOR_PORT == home.FORTNOX_PORT


def test_companies_become_tenants_once_and_this_process_is_led_to_them(hub):
    for _ in range(2):
        with simulators_of_server(hub, port=0) as simulated:
            served = {item["name"] for item in about(simulated.url)["tenants"]}
            assert simulated.url == os.environ["TASMA_FORTNOX_API_URL"]

    assert {tenant.id for tenant in hub.tenants} == set(simulated.tenants)
    ((_, number),) = simulated.free.items()
    assert {tenant.name for tenant in hub.tenants} | {ledgers.FREE.company.name} == served
    assert number not in {tenant.organisation_number for tenant in hub.tenants}
    assert simulated.tenants == {
        tenant: hub.connections.get(tenant, "fortnox").source_tenant_id
        for tenant in simulated.tenants
    }
    assert all(hub.connections.find(tenant, "fortnox") for tenant in simulated.tenants)
    assert [2, 1, 1] == [len(hub.years.active(tenant)) for tenant in sorted(simulated.tenants)]


def test_after_the_demo_the_books_are_those_of_its_night(hub):
    with simulators_of_server(hub, port=0):
        pass
    hub.tenants.update(ledgers.CHANGING.slug, has_schedule=True)

    with simulators_of_server(hub, port=0) as simulated:
        editions = {
            item["database_number"]: item["edition"] for item in about(simulated.url)["tenants"]
        }

    assert editions[ledgers.CHANGING.number] > editions[ledgers.BROKEN.number]


def test_taken_port_is_said_with_the_remedy(hub):
    with simulators_of_server(hub, port=0) as simulated:
        port = int(simulated.url.rpartition(":")[2])
        with pytest.raises(TerminalError, match=rf"Port {port} .* is taken"):
            simulators_of_server(hub, port=port).__enter__()
