"""These wait in real time: the thread that renews has no other clock."""

from __future__ import annotations

import threading
import time

import pytest

from blocks.hub import Hub, LeaseLost, LeaseTaken
from blocks.hub.kept_lease import RENEWALS_PER_TTL

TTL_S = 3.0  # long enough that a loaded machine still renews in time
WAIT_S = 60.0


@pytest.fixture
def real_hub(hub_url, acme):
    with Hub(hub_url) as hub:
        yield hub


def wait_until(is_so) -> None:
    give_up_at = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def test_lease_outlives_its_length_while_the_body_runs(real_hub, y2024):
    with real_hub.unit_lease("acme", y2024, holder="me", ttl_s=TTL_S) as kept:
        first = kept.lease
        wait_until(lambda: kept.lease.expires_at > first.expires_at)
        kept.check()

        assert first.token == kept.token
        with pytest.raises(LeaseTaken):
            real_hub.leases.acquire(first.resource, holder="you")

    assert real_hub.leases.find(first.resource) is None


def test_unit_is_free_after_the_body_failed(real_hub, y2024):
    def fail():
        with real_hub.unit_lease("acme", y2024, holder="me"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert real_hub.leases.live() == []


def test_loss_is_noticed_in_the_background_and_raised_at_the_end(real_hub, y2024):
    noticed = []

    def be_overtaken():
        with real_hub.unit_lease("acme", y2024, holder="me", run_id="r1", ttl_s=TTL_S) as kept:
            real_hub.leases.release_run("r1")
            real_hub.leases.acquire(kept.lease.resource, holder="you", ttl_s=60)
            wait_until(lambda: kept.is_lost)
            noticed.append(kept)

    with pytest.raises(LeaseLost):
        be_overtaken()

    with pytest.raises(LeaseLost):
        noticed[0].check()
    assert [lease.holder for lease in real_hub.leases.live()] == ["you"]


def test_trouble_of_the_body_is_not_hidden_by_a_lost_lease(real_hub, y2024):
    def fail_and_lose():
        with real_hub.unit_lease("acme", y2024, holder="me", run_id="r1"):
            real_hub.leases.release_run("r1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_and_lose()


def test_lease_that_ran_out_unnoticed_counts_as_lost(hub, acme, y2024, clock):
    """A machine that slept: the renewing thread has not run yet, the clock has."""
    with hub.unit_lease(acme, y2024, holder="me", ttl_s=60) as kept:
        clock.advance(59.9)
        kept.check()
        clock.advance(0.1)
        with pytest.raises(LeaseLost):
            kept.check()


def test_busy_hub_costs_a_renewal_but_not_the_lease(hub_url, acme, y2024):
    """Another process writes for longer than one renewal is ready to wait."""
    ttl_s = 4.5
    with (
        Hub(hub_url, busy_timeout_s=0.05) as hub,
        Hub(hub_url) as other,
        hub.unit_lease("acme", y2024, holder="me", ttl_s=ttl_s) as kept,
    ):
        with other.database.writing():
            time.sleep(ttl_s / RENEWALS_PER_TTL + 0.2)
            first = kept.lease
        wait_until(lambda: kept.lease.expires_at > first.expires_at)

        assert not kept.is_lost


def test_no_thread_is_left_behind(real_hub, y2024):
    with real_hub.unit_lease("acme", y2024, holder="me") as kept:
        name = f"lease {kept.lease.resource}"
        assert name in {thread.name for thread in threading.enumerate()}

    assert name not in {thread.name for thread in threading.enumerate()}
