"""The cards that are kept here: brought up to date by versions, swept by ids, never guessed."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil

import pytest

from blocks.http import CallFailed
from blocks.hub import Hub, Tenant
from blocks.systems.procountor.register import Register
from ledger.invoice.mappings.procountor.matching import Verdict
from tests.pushed import partner


class Cards:
    """The list of cards of a company, thin rows, in use or retired."""

    def __init__(self):
        self.rows, self.calls, self.fails = [], [], 0

    def add(self, number, *, active=True, version="2026-04-01T10:00:00", identifier="1234567-1"):
        row = {"id": number, "name": "Toimittaja Esimerkki Oy", "type": "SUPPLIER"}
        row |= {"invoicingInfo": {"identifier": identifier}, "version": version}
        self.rows.append(row | {"registryInfo": {"active": active}})

    async def get(self, _path, params=None):
        self.calls.append(dict(params))
        if self.fails:
            self.fails -= 1
            raise CallFailed("no answer", code="http_500", status=500)
        since = params.get("versionStartDate", "")
        after = params.get("previousId", 10**9)
        found = [
            row
            for row in self.rows
            if str(row["registryInfo"]["active"]).lower() == params["active"]
            and row["version"] >= since
            and row["id"] < after
        ]
        return {"results": sorted(found, key=lambda row: -row["id"])}


@pytest.fixture
def hub(tmp_path, empty_hub):
    shutil.copy(empty_hub, tmp_path)
    now = [dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)]
    with Hub(f"sqlite:///{tmp_path / 'hub.sqlite'}", clock=lambda: now[0]) as hub:
        hub.tenants.add(Tenant("acme", "Acme"))
        hub.now = now
        yield hub


@pytest.fixture
def there():
    return Cards()


def register(hub, there):
    return Register(hub, "acme", 1001, "FI", there)


def matched(hub, there, **changes):
    return asyncio.run(register(hub, there).match(partner(**changes)))


def sync(hub, there):
    there.calls.clear()
    asyncio.run(register(hub, there).sync())
    return there.calls


def test_cards_in_use_and_retired_are_kept_and_matched(hub, there):
    there.add(7)
    there.add(8, active=False, identifier="7654321-2")
    sync(hub, there)

    assert (Verdict.JOINED, (7,)) == tuple(matched(hub, there).__dict__.values())
    other = {"business_id": "7654321-2", "vat_number": None}
    assert Verdict.INACTIVE is matched(hub, there, **other).verdict


def test_a_second_look_asks_for_what_changed_since_less_an_overlap(hub, there):
    there.add(7)
    sync(hub, there)

    calls = sync(hub, there)

    assert {"2026-04-01T07:00"} == {one["versionStartDate"] for one in calls}


def test_an_idle_look_takes_two_calls(hub, there):
    there.add(7, version="2026-04-01T10:00:00")
    sync(hub, there)
    there.rows.clear()

    assert 2 == len(sync(hub, there))


def test_a_look_that_breaks_off_moves_no_cursor(hub, there):
    there.add(7)
    there.fails = 1
    with pytest.raises(CallFailed):
        sync(hub, there)

    assert all("versionStartDate" not in one for one in sync(hub, there))
    assert Verdict.JOINED is matched(hub, there).verdict


def test_once_a_week_all_are_looked_at_and_a_deleted_card_goes(hub, there):
    there.add(7)
    there.add(8, identifier="7654321-2")
    sync(hub, there)
    del there.rows[0]
    sync(hub, there)
    assert Verdict.JOINED is matched(hub, there).verdict

    hub.now[0] += dt.timedelta(days=8)
    calls = sync(hub, there)

    assert all("versionStartDate" not in one for one in calls)
    assert Verdict.ABSENT is matched(hub, there).verdict


def test_a_card_that_changed_is_known_as_it_is_now(hub, there):
    there.add(7)
    sync(hub, there)
    there.rows[0] |= {"registryInfo": {"active": False}, "version": "2026-04-01T11:00:00"}
    sync(hub, there)

    assert Verdict.INACTIVE is matched(hub, there).verdict


def test_what_a_person_set_aside_is_no_candidate(hub, there):
    there.add(7)
    there.add(8)
    sync(hub, there)
    found = register(hub, there).match(partner(), not_these=frozenset({"8"}))

    assert (7,) == asyncio.run(found).ids


def test_a_register_that_shows_nothing_any_more_keeps_what_it_had(hub, there):
    """A right to see it was taken away: what is not shown is not absent."""
    there.add(7)
    sync(hub, there)
    there.rows.clear()
    hub.now[0] += dt.timedelta(days=8)

    with pytest.raises(CallFailed, match="none of the cards"):
        sync(hub, there)

    assert Verdict.JOINED is matched(hub, there).verdict
