"""A tenant whose files are dropped in by hand is polled by nothing (R-FIN-19)."""

from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub import Tenant
from blocks.hub.pickups import Pickup
from flows.sftp_sweep import chosen
from ledger.onboarding_form import read_form
from tasks.onboarding import ManualTenant, NoSuchApi, agree_pickup, file_form

BLOCK = "sftp-account/acme"
SFTP = {
    "source_system": "file",
    "transfer": "sftp",
    "fiscal_years": "2024",
    "credentials_block": BLOCK,
    "pickup_path": "/out",
}
MANUAL = {"source_system": "file", "transfer": "manual", "fiscal_years": "2024"}
"""What the form holds of a tenant that is polled, and of one that is not."""
MUCH_LATER = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def hub(house):
    hub = house.stores.hub
    hub.tenants.add(Tenant("acme", "Acme AB"))
    hub.openings.begin("acme")
    return hub


def filed(hub, values):
    form, problems = read_form(values)
    assert form, problems
    file_form(hub, "acme", form, who="me")


def polled(hub):
    """Return who is polled, however late it is and whoever is asked for by name."""
    every = hub.pickups.every()
    due = chosen(every, MUCH_LATER, shard=0, shards=1, tenant="")
    asked = chosen(every, MUCH_LATER, shard=0, shards=1, tenant="acme")
    return {item.tenant for item in (*due, *asked)}


@pytest.mark.requirement("R-FIN-19b")
def test_a_form_that_says_manual_leaves_nothing_that_polls(hub):
    filed(hub, SFTP)
    before = polled(hub)
    filed(hub, MANUAL)

    assert {"acme"} == before
    assert set() == polled(hub)


@pytest.mark.requirement("R-FIN-19b")
def test_no_pickup_can_be_agreed_with_a_manual_tenant(hub):
    filed(hub, MANUAL)
    with pytest.raises(ManualTenant, match="transfer: sftp"):
        agree_pickup(hub, Pickup("acme", BLOCK, "/out"), who="me")

    assert set() == polled(hub)


@pytest.mark.parametrize("system", ["file", "bokio"])
def test_a_form_by_the_api_of_a_system_that_has_none_here_is_refused_whole(hub, system):
    with pytest.raises(NoSuchApi, match=f"no API of {system} is connected to here"):
        filed(hub, MANUAL | {"source_system": system, "transfer": "api"})

    assert hub.openings.find("acme").form is None
    assert [] == hub.years.active("acme")


def test_a_system_is_known_however_its_name_is_written_in_the_form(hub):
    filed(hub, MANUAL | {"source_system": "Fortnox", "transfer": "api"})

    assert "fortnox" == hub.openings.find("acme").form.source_system
