"""A sweep of the inbox: each file on its own, what is wrong with it said and put aside."""

from __future__ import annotations

import asyncio
import os
from collections import Counter

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.hub import Tenant
from blocks.pickup.folder import Inbox, fair_share
from blocks.pickup.port import Look
from flows import import_inbox
from flows.import_inbox import End, _concluded, _deal_with, _deal_with_all
from tests.homes import opened_new
from tests.small_sie import small_sie


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    (tmp_path / "inbox" / "acme").mkdir(parents=True)
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):  # nobody is there
        yield tmp_path / "inbox"


@pytest.fixture
def stores(tmp_path, empty_hub):
    with opened_new(tmp_path, empty_hub) as stores:
        stores.hub.tenants.add(Tenant("acme", "Acme AB"))
        yield stores


def deal_with_all(stores, inbox):
    async def deal():
        place = Inbox(inbox, ["acme"])
        files = fair_share(place.look().files)
        return {file.path.name: await _deal_with(stores, place, file) for file in files}

    return asyncio.run(deal())


def reason(inbox, name):
    return (inbox / "acme" / "failed" / f"{name}.error.txt").read_text(encoding="utf-8")


def test_a_file_that_cannot_be_taken_in_is_put_aside_with_its_reason(stores, inbox):
    with (inbox / "acme" / "huge.se").open("wb") as huge:
        huge.truncate(2 << 30)  # a hole: it takes no room
    (inbox / "acme" / "empty.se").touch()
    ends = deal_with_all(stores, inbox)

    assert {"huge.se": End.PUT_ASIDE, "empty.se": End.PUT_ASIDE} == ends
    assert reason(inbox, "huge.se").startswith("huge.se holds 2,147,483,648 bytes; expected at")
    assert reason(inbox, "empty.se").startswith("It is empty")
    told = [event.message for event in stores.hub.events.recent(tenant="acme", kind="inbox")]
    assert 2 == len(told)
    assert [] == fair_share(Inbox(inbox, ["acme"]).look().files), (
        "nothing is left for the next sweep"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_put_aside(stores, inbox):
    (inbox / "acme" / "a.se").touch(mode=0o200)
    (inbox / "acme" / "a.se").write_bytes(b"1")

    assert {"a.se": End.PUT_ASIDE} == deal_with_all(stores, inbox)
    assert "Permission denied" in reason(inbox, "a.se")


def test_a_file_that_is_gone_when_it_is_its_turn_is_no_trouble(stores, inbox):
    path = inbox / "acme" / "a.se"
    path.write_bytes(b"1")
    (seen,) = Inbox(inbox, ["acme"]).look().files
    path.unlink()

    assert End.WAITING == asyncio.run(_deal_with(stores, Inbox(inbox, ["acme"]), seen))


def test_a_file_written_to_while_it_was_read_waits_for_the_next_sweep(stores, inbox):
    path = inbox / "acme" / "a.se"
    path.write_bytes(b"1")
    (seen,) = Inbox(inbox, ["acme"]).look().files
    path.write_bytes(b"22")

    assert End.WAITING == asyncio.run(_deal_with(stores, Inbox(inbox, ["acme"]), seen))
    assert path.exists()


def test_a_server_that_is_away_is_no_fault_of_the_file(stores, inbox):
    """It stays where it is, the sweep goes on to the next, and ends red."""
    for name in ("a.se", "b.se"):
        (inbox / "acme" / name).write_bytes(b"1")
    ends = deal_with_all(stores, inbox)

    assert {"a.se": End.TROUBLED, "b.se": End.TROUBLED} == ends
    assert (inbox / "acme" / "a.se").exists()


def test_a_folder_that_nothing_can_be_moved_in_is_trouble_of_its_own(stores, inbox):
    (inbox / "acme" / "empty.se").touch()
    (inbox / "acme" / "failed").touch()

    assert {"empty.se": End.TROUBLED} == deal_with_all(stores, inbox)


def test_a_sweep_says_how_many_files_ended_how_and_what_is_left_alone():
    seen = Look()
    seen.leave("nobody", "in a folder of no tenant", count=200)
    fine = _concluded(Counter({End.AT_WORK: 2, End.PUT_ASIDE: 1}), seen, more=3)
    red = _concluded(Counter({End.TROUBLED: 1}), seen, more=0)

    assert fine.is_completed()
    assert fine.message == ("2 files at work, 1 put aside, 3 for the next sweep, 200 left alone.")
    assert red.is_failed()


def test_of_files_that_would_replace_each_other_the_oldest_by_its_own_date_goes_first(
    stores, inbox, monkeypatch
):
    """The times of the files say the contrary; what is of another year need not wait."""
    books = (("new.se", "20250301", 2024), ("old.se", "20250201", 2024), ("x.se", "20250101", 2023))
    for place, (name, day, year) in enumerate(books):
        content = small_sie(("1", 1, 1), year=year)
        path = inbox / "acme" / name
        path.write_bytes(content.replace(b"#GEN 20250101", f"#GEN {day}".encode()))
        os.utime(path, (place, place))
    started = []

    async def end(run):
        started.append(run.name)

    monkeypatch.setattr(import_inbox, "end_of", end)

    def sweep():
        place = Inbox(inbox, {"acme"})
        return asyncio.run(_deal_with_all(stores, place, fair_share(place.look().files)))

    first = sweep()
    (inbox / "acme" / "old.se").unlink()
    sweep()

    assert {End.AT_WORK: 2, End.WAITING: 1} == first
    assert ["x.se", "old.se", "x.se", "new.se"] == started
