from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub import Refused, Tenant, UnknownTenant, YearOverlap
from ledger.fiscal_year import FiscalYear

BROKEN = FiscalYear(dt.date(2024, 7, 1), dt.date(2025, 6, 30))
LONG = FiscalYear(dt.date(2025, 1, 1), dt.date(2026, 6, 30))


@pytest.mark.requirement("R-FIN-26d")
def test_overlapping_year_is_refused_and_both_are_named(hub, acme, y2024):
    hub.years.define(acme, y2024)

    with pytest.raises(YearOverlap) as refusal:
        hub.years.define(acme, BROKEN)

    assert "overlaps 2024, which is defined" in str(refusal.value)
    assert BROKEN.key in str(refusal.value)
    assert [y2024] == [item.year for item in hub.years.active(acme)]


@pytest.mark.requirement("R-FIN-26d")
def test_overlap_by_a_single_day_is_refused(hub, acme, y2024):
    hub.years.define(acme, y2024)

    with pytest.raises(YearOverlap):
        hub.years.define(acme, FiscalYear(dt.date(2024, 12, 31), dt.date(2025, 12, 31)))


def test_eighteen_months_following_at_once_are_a_year(hub, acme, y2024):
    hub.years.define(acme, y2024)
    hub.years.define(acme, LONG)

    assert [y2024, LONG] == [item.year for item in hub.years.active(acme)]


def test_years_of_another_tenant_do_not_matter(hub, acme, y2024):
    other = hub.tenants.add(Tenant("other", "Other AB")).id
    hub.years.define(acme, y2024)

    hub.years.define(other, BROKEN)

    assert [item.year for item in hub.years.active(other)] == [BROKEN]


def test_defining_the_same_year_again_changes_nothing(hub, acme, y2024, clock):
    first = hub.years.define(acme, y2024)
    clock.advance(60)

    assert first == hub.years.define(acme, y2024)


def test_retired_year_frees_its_days(hub, acme, y2024):
    hub.years.define(acme, y2024)
    hub.years.retire(acme, y2024)

    hub.years.define(acme, BROKEN)

    assert [item.year for item in hub.years.active(acme)] == [BROKEN]


def test_retired_year_can_be_defined_anew(hub, acme, y2024):
    hub.years.define(acme, y2024)
    hub.years.retire(acme, y2024)

    assert hub.years.define(acme, y2024).retired_at is None
    assert [y2024] == [item.year for item in hub.years.active(acme)]


def test_retiring_a_year_that_is_not_there_lists_those_that_are(hub, acme, y2024):
    hub.years.define(acme, y2024)

    with pytest.raises(Refused, match=f"no active fiscal year {LONG.key}.*: 2024"):
        hub.years.retire(acme, LONG)


def test_first_load_of_a_free_year_may_define_it(hub, acme, y2024):
    assert hub.years.adoptable(acme, y2024)
    assert hub.years.active(acme) == []

    assert hub.years.adopt(acme, y2024)

    assert [(y2024, True)] == [(i.year, i.is_from_source) for i in hub.years.active(acme)]


def test_load_of_an_overlapping_year_defines_nothing(hub, acme, y2024):
    hub.years.define(acme, y2024)

    assert not hub.years.adoptable(acme, BROKEN)
    assert not hub.years.adopt(acme, BROKEN)
    assert [y2024] == [item.year for item in hub.years.active(acme)]


def test_tenant_whose_years_are_defined_by_hand_adopts_none(hub, y2024):
    by_hand = hub.tenants.add(Tenant("hand", "Hand AB", years_from_source=False)).id

    assert not hub.years.adoptable(by_hand, y2024)
    hub.years.define(by_hand, y2024)

    assert hub.years.adoptable(by_hand, y2024)


@pytest.mark.parametrize("day", [dt.date(2024, 1, 1), dt.date(2024, 12, 31)])
def test_lock_lies_on_a_day_of_the_year(hub, acme, y2024, day):
    hub.years.define(acme, y2024)

    hub.years.lock_until(acme, y2024, day=day)

    assert day == hub.years.find(acme, y2024).locked_until


@pytest.mark.parametrize("day", [dt.date(2023, 12, 31), dt.date(2025, 1, 1)])
def test_lock_outside_the_year_is_refused(hub, acme, y2024, day):
    hub.years.define(acme, y2024)

    with pytest.raises(Refused, match="outside"):
        hub.years.lock_until(acme, y2024, day=day)


def test_year_can_be_opened_again(hub, acme, y2024):
    hub.years.define(acme, y2024)
    hub.years.lock_until(acme, y2024, day=dt.date(2024, 6, 30))

    hub.years.lock_until(acme, y2024, day=None)

    assert hub.years.find(acme, y2024).locked_until is None


def test_latest_years_go_by_their_end(hub, acme):
    for text in ("2022", "2023", "2024"):
        hub.years.define(acme, FiscalYear.parse(text))

    assert [str(i.end_date.year) for i in hub.years.latest(acme)] == ["2024", "2023"]


def test_year_of_an_unknown_tenant_is_refused(hub, y2024):
    with pytest.raises(UnknownTenant):
        hub.years.define("nobody", y2024)
