"""A home that was backed up is restored with all that was in it, and goes on from there."""

from __future__ import annotations

import datetime as dt
import errno
import json
import shutil
import subprocess
import sys
from decimal import Decimal

import pytest

from blocks.hub import Tenant
from blocks.hub.portal_roles import Role
from blocks.noted_damage import read_notes
from flows.cli.exits import ExitCode
from tasks import backing_up
from tasks.stores import open_stores
from tests.command_line import invoke
from tests.damaged_home import TENANT, books, lead_to, load, published
from tests.integration.backup.copies import FIRST, SECOND, THIRD, backed_up, restored
from tests.small_disks import fill, may_mount, small_disk


def light_of_hub():
    """What doctor says, but of the server, and of a disk that may be short."""
    findings = json.loads(invoke("doctor", "--json").stdout)
    seen = [item for item in findings if item["what"] not in {"Prefect's server", "disk"}]
    return [item for item in seen if item["light"] == "red"]


def test_drill_load_back_up_load_more_lose_the_home_restore_and_load_again(place):
    load(SECOND, place)
    made = backed_up(place)
    load(THIRD, place)
    with open_stores() as stores:
        highest = stores.warehouse.highest_token(TENANT)
    shutil.rmtree(place / "home")

    restored(place)

    assert [] == light_of_hub()
    assert {"A:1": Decimal(5), "A:2": Decimal("7.5"), "A:3": Decimal(9)} == published()
    assert ExitCode.DONE == invoke("ledger", "verify", "--all").exit_code
    assert "unchanged" == load(SECOND, place).outcome
    assert "published" == load(THIRD, place).outcome
    assert Decimal(11) == published()["A:4"]
    with open_stores() as stores:
        assert stores.warehouse.highest_token(TENANT) >= highest
    assert made["files"] == 7, "hub, file, fence, two landings with what is noted of them"


def test_what_was_loaded_between_the_copies_of_hub_and_warehouse_is_whole_after_a_restore(
    place, monkeypatch
):
    copy_hub = backing_up._Backup._hub

    def then_load(work):
        copy_hub(work)
        load(SECOND, place)
        assert "unchanged" == load(SECOND, place).outcome, "its token is in the fence alone"

    monkeypatch.setattr(backing_up._Backup, "_hub", then_load)
    backed_up(place)
    monkeypatch.undo()
    lead_to(place / "home", monkeypatch)
    with open_stores() as stores:
        highest = stores.warehouse.highest_token(TENANT)
    shutil.rmtree(place / "home")

    restored(place)

    with open_stores() as stores:
        assert stores.hub.leases.fresh_token() > highest
        (unit,) = stores.hub.units.of_tenant(TENANT)
        record = stores.warehouse.load_record(TENANT, unit.year)
        assert record.digest == unit.published_digest
        assert stores.lake.find(TENANT, "sie", record.landed_sha256)
    assert Decimal("7.5") == published()["A:2"]
    assert [] == light_of_hub()


def test_only_what_is_new_of_the_landing_is_copied_again(place):
    before = {path: path.stat().st_ino for path in (place / "backup/landing").rglob("*.zst")}
    again = backed_up(place)
    load(SECOND, place)
    more = backed_up(place)

    assert (again["files"], again["copied"]) == (5, 3), "hub, file and fence are new each time"
    assert (more["files"], more["copied"]) == (7, 5)
    assert (
        before.items()
        <= {path: path.stat().st_ino for path in (place / "backup/landing").rglob("*.zst")}.items()
    )


@pytest.mark.parametrize(("options", "shares"), [(("--verify",), 16), ((), 1)])
def test_copy_that_was_damaged_in_the_folder_is_made_anew_once_it_is_hashed(
    place, options, shares, monkeypatch
):
    damaged = sorted(path for path in (place / "backup/landing").rglob("*") if path.is_file())
    for path in damaged:
        path.write_bytes(bytes(reversed(path.read_bytes())))
    monkeypatch.setattr(backing_up, "SHARES", shares)

    made = backed_up(place, *options)

    assert [str(path) for path in damaged] == made["mended"]
    shutil.rmtree(place / "home")
    assert [] == restored(place)["lacking"]


def test_each_copy_is_hashed_once_a_month_at_least():
    assert {day % backing_up.SHARES for day in range(1, 29)} == set(range(16))


def test_what_is_noted_beside_a_file_goes_into_no_backup_when_it_cannot_be_read(place):
    (noted,) = (place / "home/lake/landing").rglob("*.json")
    noted.write_bytes(b"x" * noted.stat().st_size)
    shutil.rmtree(place / "backup")

    told = backed_up(place, code=ExitCode.FAILED)

    assert 1 == len(told["lacking"])
    assert noted.name in told["lacking"][0]
    assert [] == [*(place / "backup/landing").rglob("*.json")]


def test_file_of_an_earlier_load_that_is_gone_is_named_and_goes_from_no_earlier_backup(place):
    (before,) = (place / "home/lake/landing").rglob("*.zst")
    load(SECOND, place)
    before.unlink()

    told = backed_up(place, "--keep", "1", code=ExitCode.FAILED)
    looked = invoke("lake", "verify")

    assert [f"{before.relative_to(place / 'home/lake')} is gone"] == told["lacking"]
    assert ExitCode.FAILED == looked.exit_code
    assert f"{before.name} is gone" in " ".join(looked.output.split())
    (kept,) = (place / "backup/landing").rglob(before.name)
    shutil.copy(kept, before)
    assert ExitCode.DONE == invoke("lake", "verify").exit_code


def test_what_was_killed_while_it_landed_is_not_missed(place):
    (noted,) = (place / "home/lake/landing").rglob("*.json")
    left = noted.with_name(f"{'0' * 64}.json")
    left.write_text(noted.read_text().replace(noted.stem, left.stem))

    assert [] == backed_up(place)["lacking"]
    assert ExitCode.DONE == invoke("lake", "verify").exit_code


def test_what_was_found_damaged_before_a_restore_is_no_word_about_what_is_restored(place):
    (landed,) = (place / "home/lake/landing").rglob("*.zst")
    landed.write_bytes(landed.read_bytes()[:-1])
    assert ExitCode.FAILED == invoke("lake", "verify").exit_code

    invoke("restore", place / "backup", "--replace")

    assert {} == read_notes()
    assert ExitCode.DONE == invoke("lake", "verify").exit_code


def test_half_a_backup_is_told_as_such_and_the_one_before_it_is_restored(place):
    load(SECOND, place)
    half = backed_up(place)["folder"]
    (place / half / "manifest.jsonl").unlink()
    shutil.rmtree(place / "home")

    told = restored(place)

    assert [half] == told["later_but_unfinished"]
    assert ["A:1", "A:2"] == sorted(published())
    shutil.rmtree(place / "home")
    assert "half" in invoke("restore", half).stderr


def below(folder):
    """Return all that lies in a folder of backups, but what fills its disk."""
    return sorted(path for path in folder.rglob("*") if path.name != ".filler")


@may_mount
@pytest.mark.parametrize("share", [0, 1.5], ids=["none", "less than the hub takes twice"])
def test_backup_without_room_names_its_disk_and_leaves_what_was_there(place, share):
    """It is the backups' disk that is full, not the home's, and each night would fill it more."""
    hub_bytes = (place / "home/hub/hub.sqlite").stat().st_size
    with small_disk(place / "small", size="16m") as disk:
        assert ExitCode.DONE == invoke("backup", disk / "tasma").exit_code
        load(SECOND, place)
        before = below(disk)
        filler = fill(disk, leave_bytes=int(share * hub_bytes))

        failed = [invoke("backup", disk / "tasma", "--keep", "1") for _ in range(2)]
        after = below(disk)
        filler.unlink()
        more = invoke("backup", disk / "tasma")

    assert [ExitCode.FAILED] * 2 == [done.exit_code for done in failed]
    for done in failed:
        assert f"the disk of {disk}/tasma while making a backup" in done.stderr
        assert "the oldest of the folders named after a time" in done.stderr
        assert "hub.sqlite" not in done.stderr
        assert "lake prune" not in done.stderr
    assert before == after
    assert ExitCode.DONE == more.exit_code


def test_backup_that_fails_takes_the_copies_along_that_it_alone_made(place, monkeypatch):
    load(SECOND, place)
    before = below(place / "backup")

    def fails(_work):
        assert before != below(place / "backup")
        raise OSError(errno.EIO, "I/O error")

    monkeypatch.setattr(backing_up._Backup, "_written", fails)

    backed_up(place, code=ExitCode.FAILED)

    assert before == below(place / "backup")


def test_next_backup_removes_what_a_killed_one_left_before_it_needs_the_room(place, monkeypatch):
    half = backed_up(place)["folder"]
    (place / half / "manifest.jsonl").unlink()
    seen = []
    copy_hub = backing_up._Backup._hub

    def then_look(work):
        seen.append((place / half).exists())
        copy_hub(work)

    monkeypatch.setattr(backing_up._Backup, "_hub", then_look)

    backed_up(place)

    assert [False] == seen


def test_file_that_was_damaged_in_the_backup_is_named_and_all_else_restored(place):
    (landed,) = (place / "backup/landing").rglob("*.zst")
    landed.write_bytes(landed.read_bytes()[:-1])
    shutil.rmtree(place / "home")

    told = restored(place, code=ExitCode.FAILED)

    assert landed.name in told["lacking"][0]
    assert ["A:1", "A:2"] == sorted(published())


def test_hub_that_was_damaged_in_the_backup_is_not_restored(place):
    (hub,) = (place / "backup").rglob("hub.sqlite")
    content = bytearray(hub.read_bytes())
    content[5000] ^= 1
    hub.write_bytes(content)
    shutil.rmtree(place / "home")

    assert "other bytes than were backed up" in restored(place, code=ExitCode.FAILED)
    assert not (place / "home/hub/hub.sqlite").exists()


def test_damaged_file_goes_into_no_backup_and_the_good_copy_of_it_stays(place):
    (landed,) = (place / "home/lake/landing").rglob("*.zst")
    (copy,) = (place / "backup/landing").rglob("*.zst")
    whole = copy.read_bytes()
    landed.write_bytes(b"damaged")
    backed_up(place, "--keep", "1")
    (place / "home/warehouse/acme.duckdb").write_bytes(b"no database")
    (place / "home/warehouse/acme.fence.json").write_bytes(b"{")
    load(books((1, "3.00"), year=2023), place)
    (new,) = {path for path in landed.parent.glob("*.zst") if path != landed}
    new.write_bytes(b"damaged")

    told = backed_up(place, "--keep", "1", code=ExitCode.FAILED)

    assert whole == copy.read_bytes()
    assert 3 == len(told["lacking"]), told
    assert {"acme.duckdb", "acme.fence.json", new.name} == {
        name for name in ("acme.duckdb", "acme.fence.json", new.name) if name in str(told)
    }
    assert 2 == len([*(place / "backup").glob("2*")]), "while something is damaged none goes"


def test_tenant_that_was_erased_goes_from_the_folder_with_the_last_backup_that_has_it(place):
    assert ExitCode.DONE == invoke("tenant", "erase", TENANT, "--yes").exit_code

    backed_up(place, "--keep", "1")

    assert [] == [path for path in (place / "backup").rglob("*") if TENANT in str(path.name)]


def test_nothing_is_removed_from_the_lake_while_a_backup_is_made(place):
    with open_stores() as stores, stores.lake.removing("a backup"):
        pruned = invoke("lake", "prune", "--yes")
        erased = invoke("tenant", "erase", TENANT, "--yes")

    assert (ExitCode.BUSY, ExitCode.BUSY) == (pruned.exit_code, erased.exit_code)
    assert "has to wait for a backup" in pruned.stderr
    assert ["A:1", "A:2"] == sorted(published())


def test_home_that_is_in_use_or_holds_something_is_not_restored_over(place):
    assert "--replace" in restored(place, code=ExitCode.FAILED)
    with open_stores() as stores:
        stores.hub.tenants.has(TENANT)
        assert "has it open" in restored(place, "--replace", code=ExitCode.BUSY)
    load(SECOND, place)

    told = restored(place, "--replace")

    assert ["A:1", "A:2"] == sorted(published())
    assert all(".replaced-" in kept for kept in told["set_aside"])


DIES = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("create table left_behind (a)")
os._exit(9)
"""


def test_home_is_restored_over_a_hub_of_which_a_killed_process_left_the_journal(place):
    backed_up(place)
    hub = place / "home" / "hub" / "hub.sqlite"
    subprocess.run([sys.executable, "-c", DIES, hub], check=False)
    assert hub.with_name("hub.sqlite-wal").stat().st_size > 0

    restored(place, "--replace")

    assert [] == light_of_hub()


def test_backup_is_restored_into_another_home_in_which_nobody_is_at_work_or_signed_in(
    place, monkeypatch
):
    with open_stores() as stores:
        people = stores.hub.portal_users
        user = people.add("a@example.com", role=Role.OPERATOR, by="test")
        session = stores.hub.portal_sessions.begin(user)
        stores.hub.leases.acquire(f"{TENANT}/2024", holder="a run")
        made = {"wants": {}, "made_by": "test", "life": dt.timedelta(days=1)}
        stores.hub.consents.make(TENANT, "fortnox", **made, needs_number=False)
    backed_up(place)

    restored(place, "--into", place / "other")
    lead_to(place / "other", monkeypatch)

    with open_stores() as stores:
        assert stores.hub.portal_sessions.user_of(session) is None
        assert [] == stores.hub.leases.live()
        (link,) = stores.hub.consents.of_tenant(TENANT)
        assert "restore" == link.revoked_by, "it may have been used or revoked since"
        assert ["a@example.com"] == [found.email for found, _ in stores.hub.portal_users.listed()]
    assert "unchanged" == load(FIRST, place).outcome


def test_folder_of_something_else_or_of_another_home_takes_no_backup(place, monkeypatch):
    assert "holds other things" in invoke("backup", place / "home/lake").stderr
    assert "no folder that" in invoke("restore", place / "home/lake", "--into", place / "x").stderr
    restored(place, "--into", place / "other")
    lead_to(place / "other", monkeypatch)

    assert "holds backups of" in invoke("backup", place / "backup").stderr


def test_damaged_hub_is_in_no_backup_and_the_earlier_ones_stay(place):
    with open_stores() as stores:
        for number in range(60):
            stores.hub.tenants.add(Tenant(f"t{number}", "x" * 200))
    hub = place / "home/hub/hub.sqlite"
    content = bytearray(hub.read_bytes())
    for at in range(30 * 4096, len(content), 4096):
        content[at : at + 64] = b"\xff" * 64
    hub.write_bytes(content)

    failed = invoke("backup", place / "backup", "--keep", "1")

    assert ExitCode.FAILED == failed.exit_code
    assert "Restore it with" in failed.stderr
    shutil.rmtree(place / "home")
    restored(place)
    assert ["A:1", "A:2"] == sorted(published())
