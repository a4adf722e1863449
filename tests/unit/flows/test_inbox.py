"""The inbox folders: what is taken up, what is left, where things go."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from flows.inbox import MAX_FILES, complete_files, file_away, others

SETTLE_S = 0.2


@pytest.fixture
def inbox(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_INBOX", str(tmp_path))
    (tmp_path / "acme").mkdir()
    return tmp_path


def names(inbox):
    found = asyncio.run(complete_files(inbox, settle_s=SETTLE_S))
    return [(file.tenant, file.path.name) for file in found]


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
    (inbox / "acme" / "odd.se").mkdir()

    assert [] == names(inbox)
    assert [] == others(inbox)


def test_what_will_never_be_taken_up_can_be_named(inbox):
    (inbox / "acme" / "readme.txt").write_bytes(b"1")
    (inbox / "acme" / ".hidden").write_bytes(b"1")

    assert ["readme.txt"] == [path.name for path in others(inbox)]


def test_a_sweep_takes_at_most_its_limit(inbox):
    for number in range(MAX_FILES + 1):
        (inbox / "acme" / f"{number}.se").write_bytes(b"1")

    assert MAX_FILES == len(names(inbox))


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
