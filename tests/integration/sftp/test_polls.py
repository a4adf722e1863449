"""What may lie in a folder, and who else may be at it: each poll deals with all of it."""

from __future__ import annotations

import asyncio
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from blocks.hub.pickups import Pickup
from blocks.pickup.connection import Limits, ServerAway
from ledger.fiscal_year import FiscalYear
from tasks.pickup.polled import End
from tasks.pickup.taking import MAX_FILES
from tests.sftp_place import on_each_server, place
from tests.sftp_runs import ACME, balances, below, reason

YEAR = FiscalYear.parse("2024")


async def by_hand(runs, path):
    await runs(
        "import-file/import-file",
        parameters={"tenant": "acme", "path": str(path), "sha256": "", "who": "Anna"},
        idempotency_key="by hand",
        flow_run_name="by hand",
    )


@on_each_server
@pytest.mark.requirement("R-FIN-30b", "R-FIN-31b")
def test_the_same_file_by_hand_and_by_sftp_at_once_is_published_once(
    polled, stores, folder, runs, tmp_path
):
    (folder / "books.se").write_bytes(ACME.sie())
    (tmp_path / "noon.se").write_bytes(ACME.sie())
    with ThreadPoolExecutor(1) as other:
        hand = other.submit(asyncio.run, by_hand(runs, tmp_path / "noon.se"))
        found = polled()["acme"]
        hand.result()

    assert {End.FILED: 1} == found.ends
    assert ACME.trial_balance() == balances(stores)
    ends = [run.state.name for run in runs.by_key.values()]
    assert sorted(ends) in (["Published"], ["Published", "Unchanged"])
    assert "" == stores.hub.pickups.get("acme").problem


@pytest.mark.requirement("R-FIN-31a")
def test_a_file_with_a_fault_is_held_for_the_same_breaks_by_hand_and_by_sftp(
    polled, stores, folder, runs, tmp_path
):
    broken = ACME.sie().replace(b"#UB 0 1930 ", b"#UB 0 1930 1", 1)
    (tmp_path / "noon.se").write_bytes(broken)
    asyncio.run(by_hand(runs, tmp_path / "noon.se"))
    (folder / "books.se").write_bytes(broken + b"\r\n")
    polled()
    polled(minutes=61)

    hand, fetched = (run.state for run in runs.by_key.values())
    assert "Held" == hand.name == fetched.name
    assert hand.message == fetched.message
    assert "1930" in hand.message


def test_what_lies_there_for_one_poll_is_taken_up_to_a_limit(polled, folder, runs):
    runs.keeps_running = True
    for number in range(MAX_FILES + 1):
        content = b"#FLAGGA 0\n#SIETYP 1\n#PROSA %d\n" % number
        (folder / f"{number}.se").write_bytes(content)

    assert {End.AT_WORK: MAX_FILES, End.WAITING: 1} == polled()["acme"].ends
    assert {End.AT_WORK: MAX_FILES + 1} == polled()["acme"].ends


def test_a_folder_that_cannot_be_listed_is_its_tenants_problem_alone(polled, stores, folder):
    """Though another tenant shares its login, and so its connection."""
    stores.hub.pickups.agree(Pickup("beta", "sftp-account/acme", "/nowhere"), who="me")
    (folder / "books.se").write_bytes(ACME.sie())
    found = polled()

    assert {End.FILED: 1} == found["acme"].ends
    assert "/nowhere" in found["beta"].problem


def test_a_listing_that_drips_is_given_up_at_its_deadline(server, folder, tmp_path):
    for number in range(50):
        (folder / f"{number}.se").touch()
    server.faults.entry = lambda _number: time.sleep(0.1)
    limits = Limits(answer_s=20, listing_s=0.5)
    # Each name comes soon enough, all of them together do not.
    with place(server, tmp_path, limits=limits) as where, pytest.raises(ServerAway):
        where.look()


@on_each_server
def test_a_done_file_that_comes_before_its_data_takes_no_half_of_it(
    polled, stores, folder, where, runs
):
    agreed = Pickup("acme", "sftp-account/acme", where, done_suffix=".done")
    stores.hub.pickups.agree(agreed, who="me")
    content = ACME.sie()
    (folder / "books.se.done").touch()
    assert polled()["acme"].is_idle
    (folder / "books.se").write_bytes(content[: content.rindex(b"#VER")])
    assert {End.WAITING: 1} == polled()["acme"].ends
    assert {} == runs.by_key
    (folder / "books.se").write_bytes(content)

    assert {End.FILED: 1} == polled()["acme"].ends
    assert ["processed/books.se"] == below(folder), "and its done-file is gone"


def test_a_workbook_that_unpacks_to_many_times_its_size_is_put_aside(polled, stores, folder):
    """And the note is in the customer's language and in English."""
    stores.hub.tenants.update("acme", country="FI")
    with zipfile.ZipFile(folder / "books.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(32 << 20))
    assert {End.PUT_ASIDE: 1} == polled()["acme"].ends

    why = reason(folder, "books.xlsx")
    assert "ei otettu vastaan" in why
    assert "unpacks to more than 400 times its size" in why


@on_each_server
def test_empty_files_and_those_with_a_header_alone_leave_what_is_published(polled, stores, folder):
    (folder / "books.se").write_bytes(ACME.sie())
    polled()
    for number, content in enumerate((b"", b"#FLAGGA 0\r\n", b"#FLAGGA 0\r\n#SIETYP 4\r\n")):
        (folder / f"next-{number}.se").write_bytes(content)
    polled()
    polled(minutes=61)

    assert ACME.trial_balance() == balances(stores)
    failed = {f"failed/next-{number}.se" for number in range(3)}
    assert failed <= set(below(folder))
