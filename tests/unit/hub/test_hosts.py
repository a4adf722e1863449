"""Machines that share a hub: each sees what the others keep, or is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub.hosts import FORGOTTEN_AFTER, LIVE_FOR, SILENT_FOR, HostsApart, Places

SHARED = Places(lake="folder 1", warehouse="database books", inbox="folder 2")


def join(hub, name, places=SHARED, *, ahead_s=0.0, boot=""):
    ahead, now = dt.timedelta(seconds=ahead_s), hub.database.now
    hub.hosts.join(name, places, release="1.0", clock=lambda: now() + ahead, boot=boot)


def test_hosts_that_share_all_places_work_side_by_side(hub):
    join(hub, "a")
    join(hub, "b")
    hub.hosts.require_together("c", lambda: SHARED)

    assert [host.name for host in hub.hosts.every()] == ["a", "b"]


@pytest.mark.parametrize("what", Places._fields)
def test_host_that_keeps_something_elsewhere_is_refused_and_not_entered(hub, what):
    join(hub, "a")
    apart = SHARED._replace(**{what: "elsewhere"})

    with pytest.raises(HostsApart, match=rf"(?s)b keeps its {what} in elsewhere; a, .*--forget a"):
        join(hub, "b", apart)
    with pytest.raises(HostsApart):
        hub.hosts.require_together("b", lambda: apart)
    assert [host.name for host in hub.hosts.every()] == ["a"]


def test_host_may_change_its_own_places_when_it_is_alone(hub):
    join(hub, "a")
    moved = SHARED._replace(lake="folder 9")
    join(hub, "a", moved)
    hub.hosts.require_together("a", lambda: moved)

    assert hub.hosts.every()[0].lake == "folder 9"


def test_host_that_fell_silent_or_was_forgotten_stands_in_nobodys_way(hub, clock):
    apart = SHARED._replace(lake="elsewhere")
    join(hub, "a")
    clock.advance(LIVE_FOR.total_seconds() - 1)
    with pytest.raises(HostsApart):
        join(hub, "b", apart)
    clock.advance(1)
    join(hub, "b", apart)

    assert hub.hosts.forget("b")
    assert not hub.hosts.forget("b")
    join(hub, "c")


def test_places_are_not_asked_for_where_no_other_host_is(hub):
    join(hub, "a")

    hub.hosts.require_together("a", lambda: pytest.fail("asked"))


def test_clock_that_is_ahead_and_when_a_host_joined_are_kept(hub, clock):
    join(hub, "a", ahead_s=600)
    joined_at = hub.database.now()
    clock.advance(60)
    join(hub, "a", ahead_s=-30)
    (host,) = hub.hosts.every()

    assert -30 == pytest.approx(host.clock_ahead_s, abs=5)
    assert abs(host.joined_at - joined_at) < dt.timedelta(seconds=5)
    assert host.seen_at > host.joined_at


def test_host_of_ones_name_from_another_start_is_told_until_it_was_silent_for_two_beats(hub, clock):
    join(hub, "a", boot="first")
    clock.advance(SILENT_FOR.total_seconds() - 1)

    assert hub.hosts.namesake("a", "second").boot == "first"
    assert hub.hosts.namesake("a", "first") is None, "a second process of one machine"
    assert hub.hosts.namesake("b", "second") is None
    assert hub.hosts.namesake("a", "") is None, "a system that does not tell its start"
    clock.advance(1)
    assert hub.hosts.namesake("a", "second") is None


def test_host_that_was_not_heard_of_for_a_week_goes_off_the_list_when_another_says_it_is_there(
    hub, clock
):
    join(hub, "lost")
    clock.advance(FORGOTTEN_AFTER.total_seconds())
    join(hub, "a")
    assert ["a", "lost"] == [host.name for host in hub.hosts.every()]

    clock.advance(1)
    join(hub, "a")

    assert ["a"] == [host.name for host in hub.hosts.every()]
