"""A full disk, on the customer's server and on ours: nothing is lost, and it goes on by itself."""

from __future__ import annotations

import pytest

from blocks.pickup.port import NotMoved
from tasks.pickup.polled import End
from tests.plugins.absent_parts import ABSENT
from tests.real_sftp import PARTS, RealServer
from tests.sftp_place import on_real_servers, place
from tests.sftp_runs import ACME, balances, below, reason
from tests.small_disks import fill, may_mount, small_disk


@may_mount
def test_a_full_disk_of_ours_leaves_the_file_there_and_the_next_poll_takes_it(
    polled, stores, folder
):
    (folder / "books.se").write_bytes(ACME.sie())
    stores.lake.temporary.mkdir(parents=True, exist_ok=True)
    with small_disk(stores.lake.temporary, "8k"):
        found = polled()["acme"]
        assert "No space left on the disk" in found.problem
        assert [] == [*stores.lake.temporary.iterdir()], "nothing half-written stays"
    assert ["books.se"] == below(folder)
    assert [] == stores.lake.landed_of("acme", "sie")
    assert "No space" in stores.hub.pickups.get("acme").problem

    assert {End.FILED: 1} == polled()["acme"].ends
    assert ACME.trial_balance() == balances(stores)
    assert "" == stores.hub.pickups.get("acme").problem


def test_a_full_disk_of_the_customer_keeps_no_file_from_being_loaded(
    polled, stores, folder, server, runs
):
    """What cannot be moved away is remembered, and no half of a reason is left."""
    server.faults.is_full = True
    (folder / "books.se").write_bytes(ACME.sie())
    (folder / "bad.csv").write_bytes(b"Fel;rubrik\n1;2\n")
    assert {End.STAYS: 2} == polled()["acme"].ends
    assert ACME.trial_balance() == balances(stores)
    assert ["bad.csv", "books.se"] == below(folder)
    server.faults.is_full = False
    assert {End.FILED: 1, End.PUT_ASIDE: 1} == polled()["acme"].ends

    assert 2 == len(runs.by_key), "each had one run"
    assert "togs inte emot" in reason(folder, "bad.csv")
    assert ["failed/bad.csv", "failed/bad.csv.error.txt", "processed/books.se"] == below(folder)


@may_mount
@on_real_servers
def test_a_reason_that_does_not_fit_on_a_real_servers_disk_leaves_nothing(
    tmp_path, tmp_path_factory, kind
):
    if PARTS[kind] is None:
        pytest.skip(f"{ABSENT}{kind}")
    with small_disk(tmp_path / "served") as served:
        (served / "failed").mkdir()
        (served / "books.se").write_bytes(b"1\n")
        filler = fill(served)
        with (
            RealServer(kind, tmp_path_factory.mktemp(kind), served) as server,
            place(
                server, tmp_path / "t", login=server.account(), folder=server.path_of(served)
            ) as where,
        ):
            (file,) = where.look().files
            with pytest.raises(NotMoved, match="could not be moved"):
                where.done(file, failed="why " * 4_000)
            assert [".filler", "books.se"] == below(served)
            filler.unlink()

            assert "failed/books.se" == where.done(file, failed="why")
