"""Time zones: a tenant is in one that has a night, and what an earlier release let in is said."""

from __future__ import annotations

import pytest

from blocks.hub import Light, Refused, Tenant
from blocks.hub.tenants import NIGHT_ZONES, NoNight
from tests.earlier_hub import move


@pytest.mark.parametrize("zone", NIGHT_ZONES)
def test_tenant_is_added_where_nights_are_scheduled(hub, zone):
    assert zone == hub.tenants.add(Tenant("acme", "Acme AB", time_zone=zone)).time_zone


@pytest.mark.parametrize("zone", ["Europe/Oslo", "UTC", "America/New_York"])
def test_tenant_of_a_zone_without_a_night_is_refused_and_told_which_there_are(hub, zone):
    with pytest.raises(NoNight, match=f"in {zone}. Expected Europe/Stockholm or Europe/Helsinki"):
        hub.tenants.add(Tenant("acme", "Acme AB", time_zone=zone))

    assert hub.tenants.find("acme") is None


def test_tenant_is_not_moved_where_no_night_is(hub, acme):
    with pytest.raises(Refused):
        hub.tenants.update(acme, time_zone="Europe/Oslo")

    assert "Europe/Helsinki" == hub.tenants.update(acme, time_zone="Europe/Helsinki").time_zone


def test_nights_of_a_tenant_of_an_earlier_release_begin_only_where_there_are_some(hub, acme):
    move(hub, acme, "Europe/Oslo")

    with pytest.raises(NoNight):
        hub.tenants.update(acme, has_schedule=True)
    assert "Acme 2" == hub.tenants.update(acme, name="Acme 2").name
    assert not hub.tenants.update(acme, has_schedule=False).has_schedule
    assert hub.tenants.update(acme, has_schedule=True, time_zone=NIGHT_ZONES[0]).has_schedule


@pytest.mark.parametrize(("has_schedule", "light"), [(True, Light.RED), (False, Light.GREY)])
def test_listing_says_that_no_night_comes(hub, acme, has_schedule, light):
    hub.tenants.update(acme, has_schedule=has_schedule)
    move(hub, acme, "Europe/Oslo")

    (row,) = hub.overview()

    assert light == row.light
    assert row.reason.endswith("; no nightly run is scheduled in its time zone, Europe/Oslo")
