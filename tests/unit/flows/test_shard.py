"""The order of a shard's work: outages, second looks, deaths, and what each writes; no books."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import shutil
from collections import Counter, defaultdict

import httpx
import pytest

from blocks.hub import Hub, HubBusy, Member, NightState, Tenant
from flows.runs import own_run
from flows.runs.away import FAILED_IN_A_ROW
from flows.runs.look import Look, Next, look_at
from flows.runs.shard import Shard
from ledger.outcome import Outcome
from tasks.stores import Stores

NIGHT = dt.date(2026, 11, 23)
ZONE = "Europe/Stockholm"

QUIET = Look(Next.NOTHING, Outcome.UNCHANGED, calls=9, took_s=0.1)
NEW = Look(Next.RUN, Outcome.DONE, "something new")
AWAY = Look(Next.RETRY, Outcome.FAILED, "no answer", is_away=True)
BUSY = Look(Next.RETRY, Outcome.FAILED, "somebody holds the lease")


@pytest.fixture
def hub(tmp_path, empty_hub):
    shutil.copy(empty_hub, tmp_path / "hub.sqlite")
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}") as hub:
        yield hub


@pytest.fixture
def told(monkeypatch):
    """What somebody was told."""
    told = []

    async def notify(subject, _body):
        told.append(subject)

    monkeypatch.setattr("flows.runs.shard.notify", notify)
    return told


class House:
    """A night of some tenants; `answers` gives the looks of each, the last one for ever."""

    def __init__(self, hub, **systems):
        self.hub = hub
        self.stores = Stores(hub, None, None)
        self.answers = defaultdict(lambda: [QUIET])
        self.looked, self.runs = Counter(), Counter()
        self.has_server = True
        for tenant in systems:
            hub.tenants.add(Tenant(tenant, tenant))
        hub.nights.begin(ZONE, NIGHT, [Member(name, kind, 0) for name, kind in systems.items()])

    async def look(self, _stores, row):
        self.looked[row.tenant] += 1
        answers = self.answers[row.tenant]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def hand_on(self, row):
        if not self.has_server:
            return ""
        self.runs[row.tenant] += 1
        return f"run of {row.tenant}"

    def work(self, **how):
        how = {"at_once": 2, "pauses_s": (0.0, 0.0), "look": self.look, "run_id": "shard"} | how
        shard = Shard(self.stores, self.hand_on, **how)
        asyncio.run(shard.work(row for row in self.rows.values() if row.is_open))
        return shard

    @property
    def rows(self):
        return {row.tenant: row for row in self.hub.nights.of_night(NIGHT)}

    def outcomes(self):
        return Counter(row.outcome or str(row.state) for row in self.rows.values())


def many(count, kind="fortnox"):
    return {f"{kind}-{place:03}": kind for place in range(count)}


def test_each_tenant_is_looked_at_once_and_only_what_is_new_gets_a_run(hub):
    house = House(hub, **many(30))
    house.answers["fortnox-007"] = [NEW]
    house.work()
    house.work()

    assert {1} == set(house.looked.values())
    assert ["fortnox-007"] == list(house.runs)
    assert {"unchanged": 29, "handed_on": 1} == house.outcomes()
    assert "run of fortnox-007" == house.rows["fortnox-007"].run_id


def test_no_more_looks_go_on_at_once_than_there_may_be(hub):
    house = House(hub, **many(20))
    at_work, most = 0, 0

    async def look(_stores, _row):
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.05)
        at_work -= 1
        return QUIET

    house.work(look=look, at_once=3)

    assert 3 == most


def test_what_failed_for_now_is_looked_at_once_more_and_then_handed_on(hub):
    house = House(hub, **many(4))
    house.answers["fortnox-001"] = [BUSY, QUIET]
    house.answers["fortnox-002"] = [BUSY]
    house.work()

    assert (2, 2) == (house.looked["fortnox-001"], house.looked["fortnox-002"])
    assert {"unchanged": 3, "handed_on": 1} == house.outcomes()
    assert ["fortnox-002"] == list(house.runs)


def test_a_system_that_is_away_is_left_alone_and_costs_no_run_and_one_message(hub, told):
    house = House(hub, **many(100), **many(5, "fennoa"))
    for tenant in many(100):
        house.answers[tenant] = [AWAY]
    house.work()

    looks = sum(count for tenant, count in house.looked.items() if tenant.startswith("fortnox"))
    assert FAILED_IN_A_ROW <= looks <= FAILED_IN_A_ROW + 6, "a few each time it is tried"
    assert {"failed": 100, "unchanged": 5} == house.outcomes()
    assert ({}, ["Nothing comes from Fortnox"]) == (dict(house.runs), told)
    assert "tried again 2 times" in house.rows["fortnox-050"].reason


def test_a_second_shard_of_the_night_does_not_tell_of_the_same_outage(hub, told):
    house = House(hub, **many(30))
    for tenant in many(30):
        house.answers[tenant] = [AWAY]
    house.work()
    house.work()

    assert 1 == len(told)


@pytest.mark.parametrize("pauses", [1, 2])
def test_a_system_that_comes_back_after_a_pause_is_done_that_night(hub, told, pauses):
    house = House(hub, **many(40))
    is_away = [True] * pauses

    async def look(_stores, row):
        return AWAY if is_away else QUIET

    async def pause(_seconds):
        is_away.pop()

    shard = Shard(house.stores, house.hand_on, run_id="shard", at_once=2, look=look)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.runs.shard.asyncio.sleep", pause)
        asyncio.run(shard.work(house.rows.values()))

    assert ({"unchanged": 40}, {}) == (house.outcomes(), dict(house.runs))


def test_a_retry_after_an_outage_looks_at_those_that_failed_alone(hub, told):
    house = House(hub, **many(30), **many(5, "fennoa"))
    for tenant in many(30):
        house.answers[tenant] = [AWAY]
    house.work()
    house.answers.clear()
    house.looked.clear()
    house.work()

    assert {"unchanged": 35} == house.outcomes()
    assert set(many(30)) == set(house.looked)


def test_failures_between_which_something_comes_are_no_outage(hub, told):
    house = House(hub, **many(60))
    for place in range(0, 60, 2):
        house.answers[f"fortnox-{place:03}"] = [AWAY]
    house.work(at_once=1)

    assert ([], 30) == (told, len(house.runs))


def test_what_was_twice_in_hand_when_a_shard_died_gets_a_run_without_a_look(hub):
    house = House(hub, **many(10))
    house.answers["fortnox-003"] = [SystemExit("the process is gone")]
    for _ in range(2):
        with pytest.raises(SystemExit):
            house.work(at_once=1)
    gc.collect()  # the task that died says so now, and not in the middle of another test
    house.work(at_once=1)

    assert {"unchanged": 9, "handed_on": 1} == house.outcomes()
    assert (2, {"fortnox-003": 1}) == (house.looked["fortnox-003"], dict(house.runs))
    assert "2 times in hand" in house.rows["fortnox-003"].reason
    assert all(house.looked[tenant] == 1 for tenant in many(10) if tenant != "fortnox-003")


def test_what_was_handed_on_before_the_shard_died_is_not_looked_at_again(hub):
    house = House(hub, **many(3))
    house.answers["fortnox-001"] = [NEW]
    house.has_server = False
    without = house.work()
    house.has_server = True
    house.work()

    assert ["fortnox-001"] == [row.tenant for row in without.without_run]
    assert (1, {"fortnox-001": 1}) == (house.looked["fortnox-001"], dict(house.runs))


def test_a_run_that_was_missing_is_made_though_its_system_is_away_by_then(hub, told):
    house = House(hub, **many(40))
    house.answers["fortnox-039"] = [NEW]
    house.has_server = False
    house.work()
    house.has_server = True
    for row in house.rows.values():
        if row.tenant != "fortnox-039":
            hub.nights.end(row.tenant, row.system, NIGHT, Outcome.FAILED)
            house.answers[row.tenant] = [AWAY]
    house.work(pauses_s=())

    assert ["Nothing comes from Fortnox"] == told
    assert {"fortnox-039": 1} == dict(house.runs)
    assert NightState.HANDED_ON is house.rows["fortnox-039"].state


def test_a_busy_hub_is_asked_again(hub, monkeypatch):
    house = House(hub, **many(5))
    refusals = iter([True] * 7)
    settle = hub.nights.settle

    def busy(*about, **how):
        if next(refusals, False):
            raise HubBusy(path="hub.sqlite", waited_s=30)
        return settle(*about, **how)

    monkeypatch.setattr(hub.nights, "settle", busy)
    house.work()

    assert {"unchanged": 5} == house.outcomes()


def test_a_shard_that_another_run_has_looks_at_nobody_more(hub):
    house = House(hub, **many(50))
    calls = iter(range(100))

    def check():
        if next(calls) == 10:
            raise RuntimeError("lost")

    with pytest.raises(RuntimeError, match="lost"):
        house.work(check=check, at_once=1)

    assert 10 == sum(house.looked.values())


def test_a_shard_whose_looks_hang_ends_its_process(hub, monkeypatch):
    house, ended = House(hub, **many(3)), asyncio.Event()
    monkeypatch.setattr("flows.runs.shard.LOOK_EVERY_S", 0.02)
    monkeypatch.setattr("flows.runs.shard.STALL_LIMIT_S", 0.1)

    async def hang(_stores, _row):
        await ended.wait()
        return QUIET

    house.work(look=hang, on_stall=ended.set)

    assert ended.is_set()


def test_a_run_that_cannot_be_made_costs_no_other_tenant_its_night(hub, monkeypatch):
    house = House(hub, **many(3))
    house.answers["fortnox-000"] = [NEW]
    monkeypatch.setattr(own_run, "PATIENCE_S", 0.05)
    monkeypatch.setattr(own_run, "POLL_INTERVAL_S", 0.01)
    asked = []

    async def away(*_about, **_how):
        asked.append(1)
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(own_run, "start_run", away)
    shard = Shard(house.stores, own_run.hand_on, run_id="shard", at_once=1, look=house.look)
    asyncio.run(shard.work(house.rows.values()))

    assert (True, ["fortnox-000"]) == (len(asked) > 1, [row.tenant for row in shard.without_run])
    assert {"unchanged": 2, "handed_on": 1} == house.outcomes()


def test_a_look_that_takes_too_long_is_left_to_a_run(hub, monkeypatch):
    house = House(hub, **many(1))

    async def endless(*_about, **_how):
        await asyncio.sleep(3_600)

    monkeypatch.setattr("flows.runs.look.pull_tenant", endless)
    (row,) = house.rows.values()

    look = asyncio.run(look_at(house.stores, row, limit_s=0.01))

    assert (Next.RUN, "the look took longer than 0.01 s") == (look.next, look.reason)
    assert NightState.WAITING == row.state
