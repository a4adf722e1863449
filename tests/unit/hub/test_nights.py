"""The rows of a night: written once, moved on by whoever has them, and kept by whoever finished."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.hub import Hub, Member, NightState, Tenant
from ledger.outcome import Outcome

NIGHT = dt.date(2026, 3, 29)
ZONE = "Europe/Helsinki"


@pytest.fixture
def tenants(hub):
    return [hub.tenants.add(Tenant(name, name)).id for name in ("acme", "bolt", "crux")]


@pytest.fixture
def row(hub, acme):
    hub.nights.begin(ZONE, NIGHT, [Member(acme, "fortnox", 0)])
    return hub.nights.find(acme, "fortnox", NIGHT)


def members(*names):
    return [Member(name, "fortnox", place % 2) for place, name in enumerate(names)]


def test_who_is_in_a_night_is_fixed_when_it_begins(hub, tenants):
    assert hub.nights.begin(ZONE, NIGHT, members("acme", "bolt"))
    assert not hub.nights.begin(ZONE, NIGHT, members("acme", "bolt", "crux"))

    assert ["acme", "bolt"] == [row.tenant for row in hub.nights.of_night(NIGHT)]
    assert ["bolt"] == [row.tenant for row in hub.nights.of_shard(ZONE, NIGHT, 1)]


def test_a_night_without_anybody_has_begun_too(hub, tenants):
    hub.nights.begin(ZONE, NIGHT, [])

    assert not hub.nights.begin(ZONE, NIGHT, members("acme"))
    assert [] == hub.nights.of_night(NIGHT)


def test_a_run_that_was_started_by_hand_before_its_night_keeps_its_row(hub, tenants):
    hub.nights.end("acme", "fortnox", NIGHT, Outcome.PUBLISHED, run_id="by hand")
    hub.nights.begin("Europe/Stockholm", NIGHT, members("acme", "bolt"))

    rows = {row.tenant: row.outcome for row in hub.nights.of_night(NIGHT)}
    assert {"acme": "published", "bolt": ""} == rows


@pytest.mark.parametrize("outcome", [item for item in Outcome if item is not Outcome.FAILED])
def test_what_has_an_outcome_is_taken_by_nobody(hub, row, outcome):
    taken = hub.nights.take(row, run_id="shard")
    assert hub.nights.settle(taken, outcome)

    assert hub.nights.take(row, run_id="another") is None


def test_what_failed_is_taken_again(hub, row):
    hub.nights.settle(hub.nights.take(row, run_id="shard"), Outcome.FAILED, reason="away")

    again = hub.nights.take(row, run_id="another")
    assert (NightState.LOOKING, "", "another", 0) == (
        again.state,
        again.outcome,
        again.run_id,
        again.deaths,
    )


def test_only_what_was_in_hand_when_a_shard_died_counts_a_death(hub, row):
    hub.nights.put_back(hub.nights.take(row, run_id="one"), reason="failed for now")
    alive = hub.nights.take(row, run_id="one").deaths
    dead = [hub.nights.take(row, run_id=run).deaths for run in ("two", "three")]

    assert (0, [1, 2]) == (alive, dead)


def test_a_look_that_ends_after_the_own_run_changes_nothing(hub, row):
    taken = hub.nights.take(row, run_id="shard")
    hub.nights.end(row.tenant, row.system, NIGHT, Outcome.PUBLISHED, run_id="own")

    changed = [
        hub.nights.settle(taken, Outcome.UNCHANGED),
        hub.nights.hand_on(taken, reason="new"),
        hub.nights.put_back(taken, reason="failed for now"),
        hub.nights.handed_to(taken, run_id="another"),
    ]
    assert [False] * 4 == changed
    assert ("published", "own") == (
        hub.nights.find(row.tenant, row.system, NIGHT).outcome,
        hub.nights.find(row.tenant, row.system, NIGHT).run_id,
    )


def test_what_a_dead_run_had_been_handed_has_failed_and_nothing_else(hub, row):
    hub.nights.hand_on(hub.nights.take(row, run_id="shard"), reason="new")
    hub.nights.handed_to(row, run_id="own")

    assert 0 == hub.nights.fail_run("", reason="nobody")
    assert 0 == hub.nights.fail_run("shard", reason="the shard")
    assert 1 == hub.nights.fail_run("own", reason="interrupted")
    assert ("failed", "interrupted") == (
        hub.nights.find(row.tenant, row.system, NIGHT).outcome,
        hub.nights.find(row.tenant, row.system, NIGHT).reason,
    )


def test_what_was_handed_on_is_not_looked_at_again(hub, row):
    hub.nights.hand_on(hub.nights.take(row, run_id="shard"), reason="new")

    taken = hub.nights.take(row, run_id="another")
    assert (NightState.HANDED_ON, "new") == (taken.state, taken.reason)


def test_an_outage_is_the_first_of_its_system_and_night_once(hub):
    told = [hub.nights.tell_outage(system, NIGHT) for system in ("fortnox", "fortnox", "fennoa")]
    next_night = hub.nights.tell_outage("fortnox", NIGHT + dt.timedelta(days=1))

    assert ([True, False, True], True) == (told, next_night)


def test_old_nights_are_forgotten(hub, row, clock):
    hub.nights.tell_outage("fortnox", NIGHT)
    clock.advance(dt.timedelta(days=130).total_seconds())

    assert 1 == hub.nights.prune(older_than=dt.timedelta(days=35))
    assert [] == hub.nights.of_night(NIGHT)
    assert hub.nights.begin(ZONE, NIGHT, [])


def test_a_tenant_that_is_erased_leaves_no_night(hub, row):
    hub.erase_tenant(row.tenant)

    assert [] == hub.nights.of_night(NIGHT)


ACTS = st.lists(
    st.sampled_from(["take", "die", "settle", "fail", "put back", "hand on", "own", "own dies"]),
    max_size=12,
)


@settings(max_examples=30, deadline=None)
@given(acts=ACTS)
def test_no_history_of_shards_and_runs_changes_a_good_outcome_but_the_own_run(
    acts, tmp_path_factory, empty_hub
):
    path = tmp_path_factory.mktemp("night") / "hub.sqlite"
    path.write_bytes(empty_hub.read_bytes())
    with Hub(f"sqlite:///{path}") as hub:
        hub.tenants.add(Tenant("acme", "acme"))
        hub.nights.begin(ZONE, NIGHT, members("acme"))
        start = hub.nights.find("acme", "fortnox", NIGHT)
        in_hand = None
        good = ""
        for act in acts:
            if act == "take" and in_hand is None:
                in_hand = hub.nights.take(start, run_id="shard")
                assert in_hand is None or not good
            elif act == "own":
                hub.nights.end("acme", "fortnox", NIGHT, Outcome.PUBLISHED, run_id="own")
                good = "published"
            elif act == "own dies":
                hub.nights.fail_run("own", reason="interrupted")
            elif act == "die":
                in_hand = None
            elif in_hand is not None:
                if act == "settle":
                    hub.nights.settle(in_hand, Outcome.UNCHANGED)
                elif act == "fail":
                    hub.nights.settle(in_hand, Outcome.FAILED)
                elif act == "put back":
                    hub.nights.put_back(in_hand, reason="failed for now")
                else:
                    hub.nights.hand_on(in_hand, reason="new")
                    hub.nights.handed_to(in_hand, run_id="own")
                in_hand = None
            now = hub.nights.find("acme", "fortnox", NIGHT)
            good = good or ("unchanged" if now.outcome == "unchanged" else "")
            assert now.outcome == good if good else now.outcome in {"", "failed"}
