from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.hub import Refused, Tenant, UnknownTenant, checked_tenant_id
from blocks.hub.tenants import PAGE_SIZE

LONGEST = "a" * 63


def test_tenant_comes_back_as_it_was_added(hub, clock):
    added = hub.tenants.add(Tenant("abo", "Åbo Ärlig Öl AB", organisation_number="5560000001"))

    assert clock.now == added.created_at
    assert added == hub.tenants.get("abo")


def test_defaults_are_those_of_a_swedish_company():
    tenant = Tenant("acme", "Acme AB")

    assert (
        tenant.country,
        tenant.currency,
        tenant.time_zone,
        tenant.years_from_source,
    ) == ("SE", "SEK", "Europe/Stockholm", True)


@pytest.mark.requirement("R-X-7b")
@pytest.mark.parametrize(
    ("zone", "offset"),
    [("Europe/Stockholm", "+02:00"), ("Europe/Helsinki", "+03:00"), ("Atlantic/Reykjavik", "Z")],
)
def test_a_day_begins_and_ends_where_the_tenant_is(zone, offset):
    tenant = Tenant("acme", "Acme AB", time_zone=zone)
    first, last = dt.date(2026, 7, 1), dt.date(2026, 6, 30)

    midnight = dt.datetime.fromisoformat(f"2026-07-01T00:00:00{offset}")
    assert midnight == tenant.end_of(last)
    assert first == tenant.day_of(midnight)
    assert last == tenant.day_of(midnight - dt.timedelta(seconds=1))


@pytest.mark.parametrize("good", ["a", "7", "acme-2", LONGEST])
def test_plain_id_is_taken(good):
    assert good == checked_tenant_id(good)


@pytest.mark.parametrize(
    "bad",
    ["", "../x", "a/b", "a.b", "a b", "Acme", "åbo", "-rf", ".", "a\n", "a\0", "٣", LONGEST + "a"],
)
def test_id_that_could_be_read_as_something_else_is_refused(bad):
    with pytest.raises(Refused, match="cannot name a tenant"):
        Tenant(bad, "Acme AB")


@given(st.text(max_size=70))
def test_accepted_id_is_one_part_of_a_path(text):
    try:
        name = checked_tenant_id(text)
    except Refused:
        return
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert 1 <= len(name) <= 63


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("name", ""),
        ("name", "x" * 256),
        ("organisation_number", "556000-0001"),
        ("organisation_number", "1" * 21),
        ("country", "se"),
        ("currency", "KR"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../etc/passwd"),
    ],
)
def test_unfit_value_is_refused_with_what_was_expected(field, bad):
    with pytest.raises(Refused, match="acme: expected"):
        Tenant(**{"id": "acme", "name": "Acme AB", field: bad})


def test_second_tenant_of_one_id_is_refused(hub, acme):
    with pytest.raises(Refused, match="exists already"):
        hub.tenants.add(Tenant(acme, "Another AB"))


def test_update_changes_only_what_was_named(hub, acme):
    before = hub.tenants.get(acme)

    hub.tenants.update(acme, has_schedule=True)

    assert {**vars(before), "has_schedule": True} == vars(hub.tenants.get(acme))


@pytest.mark.parametrize("field", ["id", "created_at", "colour"])
def test_update_of_a_field_that_does_not_change_is_refused(hub, acme, field):
    with pytest.raises(Refused, match=f"cannot change {field}"):
        hub.tenants.update(acme, **{field: "x"})


def test_update_to_an_unfit_value_leaves_the_tenant_as_it_was(hub, acme):
    before = hub.tenants.get(acme)

    with pytest.raises(Refused):
        hub.tenants.update(acme, currency="kronor")

    assert before == hub.tenants.get(acme)


def test_unknown_tenant_is_named_with_what_to_do(hub):
    assert hub.tenants.find("nobody") is None
    with pytest.raises(UnknownTenant, match=r"'nobody'.*tasma tenant add"):
        hub.tenants.get("nobody")


def test_pages_cover_all_tenants_in_order(hub):
    names = [f"t{number:02}" for number in range(7)]
    for name in reversed(names):
        hub.tenants.add(Tenant(name, name))

    first = hub.tenants.page(limit=3)
    second = hub.tenants.page(limit=3, after=first[-1].id)

    assert names[:3] == [tenant.id for tenant in first]
    assert names[3:6] == [tenant.id for tenant in second]


def test_iteration_goes_on_past_a_full_page(hub):
    """One more than a page: the limit must not end the list."""
    with hub.database.writing() as connection:
        connection.exec_driver_sql(
            f"""
            with recursive numbers(n) as (select 1 union all select n + 1 from numbers
                                          where n < {PAGE_SIZE + 1})
            insert into tenant select printf('t%05d', n), 'x', '', 'SE', 'SEK', 'Europe/Stockholm',
                                      1, 0, '2026-01-01 00:00:00.000000', '' from numbers
            """  # noqa: S608 - a number of our own
        )

    assert sum(1 for _ in hub.tenants) == PAGE_SIZE + 1


def test_tenant_is_found_by_its_number_however_either_is_written(hub):
    hub.tenants.add(Tenant("none", "No number AB"))
    acme = hub.tenants.add(Tenant("acme", "Acme AB", organisation_number="165560000001"))

    assert hub.tenants.by_number("556000-0001") == acme
    assert hub.tenants.by_number("5560000019") is None
    assert hub.tenants.by_number("") is None
