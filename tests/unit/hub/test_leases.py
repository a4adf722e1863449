from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys

import pytest
from sqlalchemy import update

from blocks.hub import LeaseLost, LeaseTaken, Refused, models, unit_resource
from blocks.hub.leases import MAX_TTL_S, MIN_TTL_S, advance_past
from blocks.hub.models import NAME_CHARS
from blocks.processes import this_process
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


def test_lease_of_a_process_that_has_ended_is_free_at_once_on_its_machine(hub, hub_url):
    """`kill -9` leaves a lease that would last two minutes more, with nobody behind it."""
    taken_and_killed(hub_url)

    assert hub.leases.find(UNIT) is None
    assert ["child"] == [lease.holder for lease in hub.leases.stale()]
    assert hub.leases.acquire(UNIT, holder="next").token == 2
    assert hub.leases.stale() == []


def test_stale_leases_are_freed_when_asked_and_others_stay(hub, hub_url):
    taken_and_killed(hub_url)
    hub.leases.acquire("beta/2024-01-01_2024-12-31", holder="me")

    freed = hub.leases.free_stale()

    assert [UNIT] == [lease.resource for lease in freed]
    assert ["me"] == [lease.holder for lease in hub.leases.live()]


def test_dead_run_is_released_though_its_process_is_gone(hub, hub_url):
    taken_and_killed(hub_url, run_id="r1")

    assert [UNIT] == [lease.resource for lease in hub.leases.release_run("r1")]
    assert hub.leases.stale() == []


@pytest.mark.parametrize(
    "where", ["another-host {boot} {space} 1 1", "{host} {boot} 1 1 1", "", "not such a name"]
)
def test_holder_that_cannot_be_seen_from_here_keeps_its_lease_until_it_runs_out(hub, clock, where):
    """Another machine, another container, a release before: its process may well be alive."""
    host, boot, space, *_ = this_process().split()
    hub.leases.acquire(UNIT, holder="far", ttl_s=60)
    rename_holder(hub, where.format(host=host, boot=boot, space=space))

    with pytest.raises(LeaseTaken):
        hub.leases.acquire(UNIT, holder="near")
    clock.advance(60)
    assert hub.leases.acquire(UNIT, holder="near").token == 2


@pytest.mark.parametrize("change", ["{host} another-boot {space} 1 1", "{host} {boot} {space} 1 0"])
def test_process_of_before_the_machine_started_or_of_a_number_used_again_is_gone(hub, change):
    host, boot, space, *_ = this_process().split()
    hub.leases.acquire(UNIT, holder="before", ttl_s=60)
    rename_holder(hub, change.format(host=host, boot=boot, space=space))

    assert hub.leases.acquire(UNIT, holder="after").token == 2


def test_clock_that_was_an_hour_ahead_blocks_nobody_for_an_hour(hub, clock):
    """The clock was set right after a lease was given, and nobody is known to be behind it."""
    clock.advance(3_600)
    hub.leases.acquire(UNIT, holder="fast", ttl_s=60)
    rename_holder(hub, "another-host boot space 1 1")
    clock.advance(-3_600)

    assert hub.leases.acquire(UNIT, holder="right").token == 2


def test_clock_set_back_takes_no_lease_from_a_process_that_is_there(hub, clock):
    lease = hub.leases.acquire(UNIT, holder="me", ttl_s=60)
    clock.advance(-3_600)

    assert hub.leases.find(UNIT) == lease
    renewed = hub.leases.renew(lease, ttl_s=60)
    assert renewed.expires_at == clock.now + dt.timedelta(seconds=60)


def taken_and_killed(hub_url: str, *, run_id: str = "") -> None:
    """Let a process take the unit's lease by the test's clock, and kill it."""
    program = (
        "import datetime as dt, os, signal\n"
        "from blocks.hub import Hub\n"
        "now = dt.datetime(2026, 1, 1, 12, 0, tzinfo=dt.UTC)\n"
        f"with Hub({hub_url!r}, clock=lambda: now) as hub:\n"
        f"    hub.leases.acquire({UNIT!r}, holder='child', run_id={run_id!r})\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=False)
    assert ended.returncode == -signal.SIGKILL


def rename_holder(hub, process: str) -> None:
    with hub.database.writing() as connection:
        connection.execute(update(models.lease).values(process=process))
