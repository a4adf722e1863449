"""Whom the nights leave out, and that somebody is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from typing import get_args

import pytest

from blocks.hub import Connection, Hub, Method, Tenant
from blocks.hub.tenants import NIGHT_ZONES
from blocks.settings import settings
from blocks.systems.fortnox.system import FORTNOX
from flows.nightly import NAMED, nightly, nobodys
from flows.runs.forms import Zone
from flows.server.deployments import NIGHTS
from tests.earlier_hub import move


@pytest.fixture
def tenants(tmp_path, monkeypatch, empty_hub):
    """Connected tenants, by the zone that an earlier release let them be in."""
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    (tmp_path / "hub").mkdir()
    shutil.copy(empty_hub, tmp_path / "hub")

    def make(**zones):
        with Hub(settings().hub_url) as hub:
            for tenant, zone in zones.items():
                hub.tenants.add(Tenant(tenant, tenant))
                move(hub, tenant, zone)
                hub.connections.save(Connection(tenant, FORTNOX, method=Method.CLIENT_CREDENTIALS))
            hub.tenants.add(Tenant("files", "By files alone"))
            move(hub, "files", "Europe/Oslo")

    return make


def message(zone):
    return asyncio.run(nightly.fn(zone=zone, night=dt.date(2026, 1, 2))).message


def test_every_zone_that_a_tenant_may_be_in_has_a_schedule():
    assert set(NIGHT_ZONES) == {night.timezone for night in NIGHTS} == set(get_args(Zone))


def test_night_names_the_connected_tenants_that_are_in_none(tenants):
    tenants(oslo="Europe/Oslo", utc="UTC")

    for zone in NIGHT_ZONES:
        assert message(zone).endswith(
            "In no night, by their time zone: oslo, utc; "
            "`tasma tenant correct TENANT --time-zone ZONE`."
        )


def test_night_that_leaves_nobody_out_says_nothing_of_it(tenants):
    tenants(oslo="Europe/Stockholm")

    assert "0 tenants of Europe/Helsinki" in message("Europe/Helsinki")
    assert "In no night" not in message("Europe/Helsinki")


def test_long_list_is_counted():
    names = [f"t{number}" for number in range(NAMED + 3)]

    assert f"t{NAMED - 1} and 3 more;" in nobodys(names)
