"""Files dropped into the inbox: taken up when complete, filed away with what became of them."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from blocks.hub import Tenant
from blocks.pickup.folder import MAX_FILES
from flows.import_inbox import import_inbox
from simulators.books.faults import Fault


def drop(desk, book, path):
    folder = desk.home / "inbox" / book.tenant
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(path, folder))


def sweep_until(desk, condition):
    deadline = time.monotonic() + 120
    desk.do(import_inbox)
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.5)
        desk.do(import_inbox)  # of two files of one year the second is another sweep's


def test_good_files_are_processed_bad_ones_failed_with_a_reason_others_left(desk, book):
    good = drop(desk, book, book.file("good.se"))
    bad = drop(desk, book, book.file("bad.se", faults=[Fault.UNBALANCED_VOUCHER]))
    half = drop(desk, book, book.file("half.se.part"))
    sweep_until(desk, lambda: not good.exists() and not bad.exists())
    processed, failed = good.parent / "processed", good.parent / "failed"
    reason = failed / "bad.se.error.txt"

    assert (processed / "good.se").exists()
    assert (failed / "bad.se").exists()
    assert reason.read_text(encoding="utf-8").startswith("2024 Held: voucher_balance (1 break")
    assert half.exists()
    retried = desk.retry(run_named(desk, book, "bad.se"))
    assert retried["state"]["name"] == "Held", "its bytes are in the lake, wherever the file lies"
    again = drop(desk, book, book.file("good.se"))
    sweep_until(desk, lambda: not again.exists())
    assert {"good.se", "good.2.se"} == {path.name for path in processed.iterdir()}
    with desk.stores() as stores:
        outcomes = [seen.outcome for seen in stores.hub.files.recent(book.tenant)]
    assert ["unchanged", "published"] == [
        outcome for outcome in outcomes if outcome in {"unchanged", "published"}
    ], "a file that is dropped again is a new wish, and changes nothing"


def test_what_is_wrong_in_one_folder_stops_no_file_of_another(desk, book):
    """Each of these once ended every sweep, or took all of its room, for every tenant."""
    inbox = desk.home / "inbox"
    with desk.stores() as stores:
        stores.hub.tenants.add(Tenant("careless", "Careless AB"))
    careless, nobody = inbox / "careless", inbox / "nobody"
    for folder in (careless, nobody):
        folder.mkdir(parents=True)
    for number in range(MAX_FILES):
        old = nobody / f"{number}.se"
        old.touch()
        os.utime(old, (0, 0))
    with (careless / "huge.se").open("wb") as huge:
        huge.truncate(2 << 30)
    (careless / "loop.se").symlink_to("loop.se")
    os.mkfifo(careless / "pipe.se")
    latin = os.path.join(os.fsencode(careless), "räkenskap.se".encode("latin-1"))  # noqa: PTH118
    shutil.copy(book.file("latin.se"), latin)
    good = drop(desk, book, book.file("good.se"))
    renamed = careless / "räkenskap.se"
    end = desk.do(import_inbox)
    sweep_until(desk, lambda: not good.exists() and not renamed.exists())

    assert (good.parent / "processed" / "good.se").exists()
    assert "1 put aside" in end.message
    assert int(end.message.split()[-3]) >= MAX_FILES + 2, "left alone: those of nobody and two more"
    assert {"huge.se", "huge.se.error.txt"} == {
        path.name for path in (careless / "failed").iterdir()
    }
    assert ["räkenskap.se"] == [path.name for path in (careless / "processed").iterdir()]
    assert MAX_FILES == len([*nobody.iterdir()])


def run_named(desk, book, file_name):
    by_tenant = {"flow_runs": {"tags": {"all_": [f"tenant:{book.tenant}"]}}}
    runs = desk.ask("/flow_runs/filter", by_tenant)
    return next(run["id"] for run in runs if run["parameters"]["path"].endswith(file_name))
