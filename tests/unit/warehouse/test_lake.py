from __future__ import annotations

import datetime as dt
import os

import pytest

from blocks.durable import TEMPORARY_MAX_AGE_S, checked_slug
from ledger.errors import TerminalError

CONTENT = "#FLAGGA 0\r\n#KONTO 1930 Företagskonto\r\n".encode("cp437")
LONG_AGO_S = 40 * 86_400


@pytest.fixture
def lake(anywhere):
    return anywhere()


def land(lake, content=CONTENT, *, tenant="acme", file_name="bok.se"):
    return lake.land(tenant, "sie", content, file_name=file_name)


def age(hands, *landings):
    for landed in landings:
        hands.age(landed.address, LONG_AGO_S)


def test_what_was_landed_is_read_back_byte_for_byte(lake):
    assert lake.read(land(lake)) == CONTENT


def test_empty_file_lands_too(lake):
    assert lake.read(land(lake, b"")) == b""


def test_landing_the_same_bytes_again_writes_nothing(lake, hands):
    first = land(lake)
    before = hands.written_at(first.address)

    second = land(lake, file_name="copy.se")

    assert first == second
    assert before == hands.written_at(second.address)


def test_landed_file_is_found_by_its_hash(lake):
    landed = land(lake)

    assert landed == lake.find("acme", "sie", landed.sha256)
    assert lake.find("acme", "sie", "0" * 64) is None


def test_bytes_that_changed_on_disk_are_refused(lake, hands):
    landed = land(lake)
    packed = bytearray(hands.bytes_at(landed.address))
    packed[-6] ^= 1
    hands.overwrite(landed.address, bytes(packed))

    with pytest.raises(TerminalError, match="no longer has the bytes"):
        lake.read(landed)


def test_other_bytes_under_the_same_hash_are_refused(lake, hands):
    landed = land(lake)
    other = land(lake, CONTENT[::-1])
    hands.overwrite(landed.address, hands.bytes_at(other.address))

    with pytest.raises(TerminalError, match="no longer has the bytes"):
        lake.read(landed)


def test_landing_mends_bytes_that_changed_on_disk(lake, hands):
    landed = land(lake)
    hands.overwrite(landed.address, b"torn")

    assert lake.read(land(lake)) == CONTENT


def test_pruned_file_is_named_with_what_to_do(lake, hands):
    landed = land(lake)
    hands.remove(landed.address)

    with pytest.raises(TerminalError, match="Fetch or drop the file again"):
        lake.read(landed)


def test_file_at_the_limit_lands_and_one_byte_more_is_refused(anywhere):
    lake = anywhere(landed_max_bytes=len(CONTENT))
    land(lake)

    with pytest.raises(TerminalError, match=r"at most 38\."):
        land(lake, CONTENT + b"\n")


@pytest.mark.parametrize("name", ["../etc", "a/b", "", "Acme", ".", "a" * 65, "acme\n"])
def test_tenant_that_could_leave_its_folder_is_refused(lake, name):
    with pytest.raises(TerminalError, match="cannot be a tenant"):
        land(lake, tenant=name)


def test_longest_slug_is_taken():
    assert checked_slug("a" * 64) == "a" * 64


def test_folders_in_a_file_name_are_dropped(lake):
    assert land(lake, file_name="/home/someone/bok.se").file_name == "bok.se"


def test_torn_temporary_file_is_ignored_and_cleaned_once_old(lake):
    lake.temporary.mkdir(parents=True)
    torn, fresh = lake.temporary / "acme.1.tmp", lake.temporary / "acme.2.tmp"
    torn.write_bytes(b"to")
    fresh.write_bytes(b"being written")
    then = torn.stat().st_mtime - TEMPORARY_MAX_AGE_S - 60
    os.utime(torn, (then, then))

    land(lake)

    assert [fresh] == list(lake.temporary.iterdir())


def test_prune_shows_first_and_removes_only_what_is_old_and_not_kept(lake, hands):
    kept, old, young = (land(lake, CONTENT + bytes([n])) for n in range(3))
    age(hands, kept, old)
    rule = {
        "keep_landed": {kept.sha256},
        "keep_staged": set(),
        "older_than": dt.timedelta(days=30),
    }

    shown = lake.prune(**rule)
    assert [old.address] == [item.address for item in shown]
    assert lake.has(old.address)

    lake.prune(**rule, dry_run=False)
    assert [lake.has(item.address) for item in (kept, old, young)] == [True, False, True]
    assert lake.find("acme", "sie", old.sha256) is None


def test_prune_leaves_a_source_that_is_kept_as_a_whole(lake, hands):
    receipt = lake.land("acme", "receipts", CONTENT, file_name="")
    age(hands, receipt)
    rule = {"keep_landed": (), "keep_staged": (), "older_than": dt.timedelta(days=30)}

    assert [] == lake.prune(**rule, keep_sources={"receipts"})
    assert [receipt.address] == [item.address for item in lake.prune(**rule)]


def test_file_that_came_again_is_young_again(lake, hands):
    landed = land(lake)
    age(hands, landed)

    land(lake)

    assert lake.prune(keep_landed=(), keep_staged=(), older_than=dt.timedelta(days=30)) == []


def test_file_that_comes_again_while_others_are_pruned_stays(lake, hands, monkeypatch):
    landed = land(lake)
    age(hands, landed)
    removing = lake.removing
    monkeypatch.setattr(lake, "removing", lambda doing: (land(lake), removing(doing))[1])

    lake.prune(keep_landed=(), keep_staged=(), older_than=dt.timedelta(days=30), dry_run=False)

    assert lake.read(landed) == CONTENT


def test_erase_leaves_nothing_of_the_tenant_and_all_of_the_others(lake, hands):
    land(lake, tenant="acme")
    other = land(lake, tenant="beta")
    (lake.temporary / "acme.1.tmp").write_bytes(b"half")

    lake.erase("acme")

    assert [path for path in lake.root.rglob("*") if "acme" in path.name] == []
    assert [] == hands.names("acme/")
    assert lake.read(other) == CONTENT
