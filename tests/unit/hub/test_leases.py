from __future__ import annotations

import datetime as dt

import pytest

from blocks.hub import LeaseLost, LeaseTaken, Refused, unit_resource
from blocks.hub.leases import MAX_TTL_S, MIN_TTL_S, advance_past
from blocks.hub.models import NAME_CHARS
from ledger.errors import TerminalError, TransientError

UNIT = "acme/2024-01-01_2024-12-31"


def test_unit_has_a_resource_of_its_own(y2024):
    assert unit_resource("acme", y2024) == UNIT


def test_held_resource_is_refused_with_holder_and_times(hub):
    hub.leases.acquire(UNIT, holder="nightly pull", ttl_s=60)

    with pytest.raises(LeaseTaken) as refusal:
        hub.leases.acquire(UNIT, holder="backfill")

    assert (
        f"{UNIT} is already held by nightly pull since 2026-01-01 12:00:00 until "
        "2026-01-01 12:01:00 UTC"
    ) in str(refusal.value)
    assert isinstance(refusal.value, TransientError)


def test_same_holder_cannot_take_it_twice(hub):
    """A second run of the same name is still a second run."""
    hub.leases.acquire(UNIT, holder="me", run_id="r1")

    with pytest.raises(LeaseTaken):
        hub.leases.acquire(UNIT, holder="me", run_id="r1")


def test_other_resource_is_free(hub):
    hub.leases.acquire(UNIT, holder="me")

    assert hub.leases.acquire("acme/2025-01-01_2025-12-31", holder="you").token == 2


@pytest.mark.parametrize(("after_s", "is_free"), [(59.999, False), (60, True)])
def test_lease_ends_exactly_at_its_time(hub, clock, after_s, is_free):
    hub.leases.acquire(UNIT, holder="me", ttl_s=60)
    clock.advance(after_s)

    assert is_free is (hub.leases.find(UNIT) is None)


def test_expired_lease_passes_to_the_next_with_a_higher_token(hub, clock):
    old = hub.leases.acquire(UNIT, holder="me", ttl_s=60)
    clock.advance(60)

    new = hub.leases.acquire(UNIT, holder="you")

    assert new.token > old.token
    assert new == hub.leases.find(UNIT)


@pytest.mark.parametrize("act", ["renew", "release"])
def test_overtaken_holder_is_refused_and_the_new_one_stays(hub, clock, act):
    old = hub.leases.acquire(UNIT, holder="me", ttl_s=60)
    clock.advance(60)
    new = hub.leases.acquire(UNIT, holder="me")

    with pytest.raises(LeaseLost, match=f"token {old.token}") as refusal:
        getattr(hub.leases, act)(old)

    assert isinstance(refusal.value, TerminalError)
    assert new == hub.leases.find(UNIT)


def test_expired_lease_does_not_come_back_to_life(hub, clock):
    lease = hub.leases.acquire(UNIT, holder="me", ttl_s=60)
    clock.advance(60)

    with pytest.raises(LeaseLost):
        hub.leases.renew(lease)


def test_renewed_lease_lasts_from_now(hub, clock):
    lease = hub.leases.acquire(UNIT, holder="me", ttl_s=60)
    clock.advance(30)

    renewed = hub.leases.renew(lease, ttl_s=60)

    assert clock.now + dt.timedelta(seconds=60) == renewed.expires_at
    assert (lease.token, lease.acquired_at) == (renewed.token, renewed.acquired_at)
    assert renewed == hub.leases.find(UNIT)


def test_released_lease_is_free_and_its_token_is_spent(hub):
    lease = hub.leases.acquire(UNIT, holder="me")
    hub.leases.release(lease)

    assert hub.leases.find(UNIT) is None
    with pytest.raises(LeaseLost):
        hub.leases.release(lease)
    assert hub.leases.acquire(UNIT, holder="me").token > lease.token


def test_dead_run_is_freed_of_what_it_holds_and_nothing_else(hub):
    mine = [hub.leases.acquire(f"acme/{n}", holder="x", run_id="dead") for n in range(2)]
    other = hub.leases.acquire("acme/other", holder="x", run_id="alive")
    unnamed = hub.leases.acquire("acme/unnamed", holder="x")

    assert mine == hub.leases.held_by_run("dead")
    assert mine == hub.leases.release_run("dead")
    assert hub.leases.release_run("dead") == []
    assert hub.leases.release_run("") == []
    assert [other, unnamed] == hub.leases.live()


def test_live_leases_are_listed_per_tenant(hub):
    lease = hub.leases.acquire(UNIT, holder="x")
    hub.leases.acquire("other/2024", holder="x")
    hub.leases.acquire("/janitor", holder="x")

    assert [lease] == hub.leases.live(tenant="acme")
    assert len(hub.leases.live()) == 3


@pytest.mark.parametrize("ttl_s", [MIN_TTL_S, MAX_TTL_S])
def test_longest_and_shortest_lease_are_given(hub, ttl_s):
    lease = hub.leases.acquire(UNIT, holder="me", ttl_s=ttl_s)

    assert dt.timedelta(seconds=ttl_s) == lease.expires_at - lease.acquired_at


@pytest.mark.parametrize("ttl_s", [0, -1, MIN_TTL_S / 2, MAX_TTL_S + 1, float("nan")])
def test_length_beyond_the_limits_is_refused(hub, ttl_s):
    with pytest.raises(Refused, match="A lease lasts"):
        hub.leases.acquire(UNIT, holder="me", ttl_s=ttl_s)


@pytest.mark.parametrize(
    ("resource", "holder"), [("", "me"), (UNIT, ""), ("x" * (NAME_CHARS + 1), "me")]
)
def test_lease_needs_a_holder_and_a_resource(hub, resource, holder):
    with pytest.raises(Refused, match="needs a holder"):
        hub.leases.acquire(resource, holder=holder)


def test_tokens_continue_above_what_the_warehouse_has_seen(hub):
    """A hub from a backup would otherwise hand out tokens that are refused for ever."""
    with hub.database.writing() as connection:
        advance_past(connection, 41)
        advance_past(connection, 7)

    assert hub.leases.acquire(UNIT, holder="me").token == 42


def test_busy_resource_or_tenant_is_refused_and_a_free_one_is_not(hub, clock):
    hub.leases.acquire("acme/fortnox", holder="run 1", ttl_s=60.0)
    hub.leases.refuse_busy("acme/2024", "other/fortnox")
    hub.leases.refuse_busy(tenant="other")

    with pytest.raises(LeaseTaken, match="acme/fortnox is already held by run 1"):
        hub.leases.refuse_busy("acme/2024", "acme/fortnox")
    with pytest.raises(LeaseTaken, match="acme/fortnox is already held by run 1"):
        hub.leases.refuse_busy(tenant="acme")
    clock.advance(60)
    hub.leases.refuse_busy("acme/fortnox", tenant="acme")
