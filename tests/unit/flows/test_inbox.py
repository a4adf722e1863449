"""The inbox folders: what is taken up, what is left, where things go."""

from __future__ import annotations

import asyncio
import hashlib
import os
import resource
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from blocks.pickup import folder
from blocks.pickup.folder import (
    MAX_FILES,
    Dropped,
    Inbox,
    fair_share,
    file_away,
    named_as_text,
)
from blocks.pickup.port import complete_files
from blocks.received import UnreadableFile
from tasks.fetch import land_file

SETTLE_S = 0.2
TENANTS = ("acme", "beta")
GIB = 1 << 30


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_INBOX", str(tmp_path))
    (tmp_path / "acme").mkdir()
    return tmp_path


def names(inbox, **limits):
    found = asyncio.run(complete_files(Inbox(inbox, TENANTS, **limits), settle_s=SETTLE_S))
    return [(file.tenant, file.path.name) for file in fair_share(found.files)]


def left(inbox, **limits):
    """Say what is left alone: where, how much, why, examples."""
    return {
        (item.folder, item.why.partition(" (")[0]): (item.count, item.names)
        for item in Inbox(inbox, TENANTS, **limits).look().left.values()
    }


def dropped(tenant, number, *, size_bytes=1):
    path = Path(f"/inbox/{tenant}/{number}.se")
    return Dropped(tenant, path, size_bytes, modified_ns=number, changed_ns=number)


def test_complete_files_of_every_tenant_are_found_oldest_first(inbox):
    (inbox / "beta").mkdir()
    (inbox / "beta" / "b.SE").write_bytes(b"1")
    time.sleep(0.01)
    (inbox / "acme" / "a.se").write_bytes(b"1")

    assert [("beta", "b.SE"), ("acme", "a.se")] == names(inbox)


def test_a_file_that_grows_is_left_for_the_next_sweep(inbox):
    path = inbox / "acme" / "a.se"
    path.write_bytes(b"1")
    writer = threading.Timer(SETTLE_S / 2, lambda: path.write_bytes(b"12"))
    writer.start()

    assert [] == names(inbox)
    writer.join()
    assert [("acme", "a.se")] == names(inbox)


def test_a_file_that_is_taken_away_meanwhile_is_no_longer_there(inbox):
    path = inbox / "acme" / "a.se"
    path.write_bytes(b"1")
    threading.Timer(SETTLE_S / 2, path.unlink).start()

    assert [] == names(inbox)


@pytest.mark.parametrize("name", ["a.se.part", ".a.se", "a.se.filepart", "a.tmp", "a.se~"])
def test_temporary_names_are_never_taken_up(inbox, name):
    (inbox / "acme" / name).write_bytes(b"1")

    assert [] == names(inbox)


def test_folders_with_done_files_are_not_looked_into(inbox):
    (inbox / "acme" / "processed").mkdir()
    (inbox / "acme" / "processed" / "a.se").write_bytes(b"1")

    assert [] == names(inbox)
    assert {} == left(inbox)


def test_what_is_not_taken_up_is_counted_with_its_reason(inbox):
    acme = inbox / "acme"
    (acme / ".hidden").write_bytes(b"1")
    for number in range(7):
        (acme / f"{number}.txt").write_bytes(b"1")
    (acme / "odd.se").mkdir()
    (inbox / "loose.se").write_bytes(b"1")
    (inbox / "nobody").mkdir()
    (inbox / "nobody" / "a.se").write_bytes(b"1")
    found = left(inbox)
    count, examples = found.pop(
        ("acme", "whose names do not end in .csv, .ods, .se, .si, .sie, .xls or .xlsx")
    )

    assert 7 == count
    assert 5 == len(examples)
    assert found == {
        ("acme", "of which each is a folder, not a file"): (1, ["odd.se"]),
        (inbox.name, "in no tenant's folder"): (1, ["loose.se"]),
        ("nobody", "in a folder of no tenant"): (1, []),
    }


def test_links_and_special_files_are_never_followed_nor_opened(
    inbox, tmp_path_factory, monkeypatch
):
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.se"
    secret.write_bytes(b"1")
    acme = inbox / "acme"
    (acme / "link.se").symlink_to(secret)
    (acme / "loop.se").symlink_to("loop.se")
    (acme / "dangling.se").symlink_to("nothing")
    (acme / "zero.se").symlink_to("/dev/zero")
    os.mkfifo(acme / "pipe.se")
    (inbox / "beta").symlink_to(secret.parent)
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(acme)  # an address has room for a short name only
        server.bind("socket.se")
    found = left(inbox)

    assert [] == names(inbox)
    assert 4 == found[("acme", "of which each is a link, not a file")][0]
    assert (1, ["pipe.se"]) == found[("acme", "of which each is a pipe, not a file")]
    assert (1, ["socket.se"]) == found[("acme", "of which each is a socket, not a file")]
    assert (1, ["beta"]) == found[(inbox.name, "links, which are not followed")]


@pytest.mark.timeout(10)
def test_what_became_a_link_or_a_pipe_after_the_look_is_not_read(inbox, tmp_path_factory):
    """Who may drop files could otherwise have any file of the machine read."""
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.se"
    secret.write_bytes(b"1")
    (inbox / "acme" / "a.se").symlink_to(secret)
    os.mkfifo(inbox / "acme" / "b.se")

    with pytest.raises(UnreadableFile, match="is a link, not a file"):
        land_file(None, "acme", path=inbox / "acme" / "a.se")
    with pytest.raises(UnreadableFile, match="is a pipe, not a file"):
        land_file(None, "acme", path=inbox / "acme" / "b.se")


def test_a_folder_that_cannot_be_read_is_said_and_stops_no_other(inbox, monkeypatch):
    (inbox / "beta").mkdir()
    (inbox / "beta" / "b.se").write_bytes(b"1")
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "acme":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root, as whom tests may run, may read anything

    assert [("beta", "b.se")] == names(inbox)
    assert [("acme", "folder that cannot be read: Permission denied")] == [*left(inbox)]


def test_a_folder_of_too_many_names_is_looked_at_as_far_as_the_limit(inbox):
    for number in range(11):
        (inbox / "acme" / f"{number}.se").write_bytes(b"1")

    assert 10 == len(names(inbox, max_entries=10))
    assert [("acme", "folder with more than 10 entries, whose rest waits")] == [
        *left(inbox, max_entries=10)
    ]


def test_a_sweep_takes_at_most_its_limit():
    assert MAX_FILES == len(fair_share(dropped("acme", n) for n in range(MAX_FILES + 1)))


def test_two_hundred_old_files_of_one_tenant_starve_no_other():
    many = [dropped("acme", number) for number in range(MAX_FILES * 2)]
    late = dropped("beta", MAX_FILES * 9)
    chosen = fair_share([*many, late])

    assert late in chosen
    assert many[: MAX_FILES - 1] == chosen[:-1], "the oldest of the other, oldest first"


def test_with_more_tenants_than_room_each_has_its_turn_in_time():
    files = [dropped(f"t{number:03}", number) for number in range(MAX_FILES + 50)]
    served = {file for _ in range(60) for file in fair_share(files)}

    assert set(files) == served


def test_large_files_of_one_tenant_leave_room_for_those_of_others():
    large = [dropped("acme", number, size_bytes=GIB) for number in range(8)]
    small = [dropped("beta", 100 + number) for number in range(3)]
    chosen = fair_share([*large, *small])

    assert {*small} <= {*chosen}
    assert len({*chosen} & {*large}) in {3, 4}, "as many as fit beside them"


def test_a_file_that_is_too_large_to_be_read_takes_no_room():
    refused = [dropped("acme", number, size_bytes=2 * GIB) for number in range(9)]

    assert refused == fair_share(refused)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("räkenskap.se".encode(), "räkenskap.se"),
        ("räkenskap.se".encode("latin-1"), "räkenskap.se"),
        (b"a\nb\x1b]52;c;eA==\x07.se", "a_b_]52;c;eA==_.se"),
        ("a\u202ees.exe.se".encode(), "a_es.exe.se"),
        (b"x" * 250 + b".se", "x" * 197 + ".se"),
    ],
    ids=["utf-8", "latin-1", "escapes", "turned", "long"],
)
def test_a_name_that_is_no_text_becomes_one_where_the_file_lies(inbox, raw, clean):
    path = os.path.join(os.fsencode(inbox / "acme"), raw)  # noqa: PTH118 - a name in bytes
    with open(path, "wb") as file:  # noqa: PTH123 - as above
        file.write(b"1")
    (seen,) = Inbox(inbox, TENANTS).look().files
    named = named_as_text(seen)

    assert clean == named.path.name
    assert b"1" == named.path.read_bytes()
    assert {named} == Inbox(inbox, TENANTS).look().files


def test_a_file_taken_in_goes_to_processed_and_one_refused_to_failed_with_its_reason(inbox):
    good, bad = inbox / "acme" / "good.se", inbox / "acme" / "bad.se"
    good.write_bytes(b"1")
    bad.write_bytes(b"1")

    assert inbox / "acme" / "processed" / "good.se" == file_away("acme", good)
    assert inbox / "acme" / "failed" / "bad.se" == file_away("acme", bad, reason="Held: because")
    reason = inbox / "acme" / "failed" / "bad.se.error.txt"
    assert "Held: because\n" == reason.read_text(encoding="utf-8")


def test_an_earlier_file_of_the_name_is_never_overwritten(inbox):
    for content in (b"1", b"2", b"3"):
        path = inbox / "acme" / "a.se"
        path.write_bytes(content)
        file_away("acme", path)
    processed = inbox / "acme" / "processed"

    assert {"a.se": b"1", "a.2.se": b"2", "a.3.se": b"3"} == {
        path.name: path.read_bytes() for path in processed.iterdir()
    }


def test_a_file_elsewhere_or_gone_stays_as_it_is(inbox, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "a.se"
    elsewhere.write_bytes(b"1")

    assert file_away("acme", elsewhere) is None
    assert file_away("acme", inbox / "acme" / "gone.se") is None
    assert elsewhere.exists()


def test_a_file_that_came_under_the_same_name_meanwhile_stays_for_the_next_sweep(inbox):
    """It would otherwise lie among the processed ones, and nobody would have read it."""
    path = inbox / "acme" / "a.se"
    path.write_bytes(b"2")

    assert file_away("acme", path, sha256=hashlib.sha256(b"1").hexdigest()) is None
    assert path.exists()
    assert file_away("acme", path, sha256=hashlib.sha256(b"2").hexdigest())


def test_done_files_are_not_moved_through_a_link(inbox, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    path = inbox / "acme" / "a.se"
    path.write_bytes(b"1")
    (inbox / "acme" / "failed").symlink_to(elsewhere)

    with pytest.raises(NotADirectoryError):
        file_away("acme", path, reason="Held: because")
    assert path.exists()
    assert [] == [*elsewhere.iterdir()]


def test_a_full_disk_leaves_the_file_where_it_is_and_no_torn_reason(inbox):
    path = inbox / "acme" / "a.se"
    path.write_bytes(b"1")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            file_away("acme", path, reason="Held: because")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)

    assert path.exists()
    assert [] == [*(inbox / "acme" / "failed").iterdir()]


def test_a_name_used_a_thousand_times_is_still_told_apart(inbox, monkeypatch):
    monkeypatch.setattr(folder, "MAX_SAME_NAMES", 3)
    for _ in range(5):
        (inbox / "acme" / "a.se").write_bytes(b"1")
        assert file_away("acme", inbox / "acme" / "a.se")

    assert 5 == len([*(inbox / "acme" / "processed").iterdir()])
