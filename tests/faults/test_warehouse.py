"""What may go wrong between a source's bytes and the published books, and what is left then."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from decimal import Decimal

import pytest

from blocks import durable
from blocks.durable import NoSpace
from blocks.lake import Lake
from blocks.steps import STEPS
from blocks.warehouse import FileWarehouse
from blocks.warehouse import files as files_module
from blocks.warehouse.errors import WriterBusy
from blocks.warehouse.files import TenantFiles, writing
from tests.faults import publisher
from tests.faults.children import CHILDREN
from tests.staged_units import facts, joined, stage, voucher

YEAR = facts().fiscal_year
BEFORE, AFTER = ["1.00", "2.00", "3.00"], ["1.00", "2.50"]
OWN_STEPS = [
    step
    for step in STEPS
    if step.startswith(("land.", "stage.", "publish.")) and step != "publish.recorded"
]


CHILD_LIMIT_S = 120


def start(folder, token, amounts, *, kill_at=""):
    child = CHILDREN.Process(
        target=publisher.publish_or_die, args=(folder, token, amounts, kill_at)
    )
    child.start()
    return child


def status(child):
    child.join(CHILD_LIMIT_S)
    return child.exitcode


def run(folder, token, amounts, *, kill_at=""):
    return status(start(folder, token, amounts, kill_at=kill_at))


def amounts_published(folder):
    with FileWarehouse(folder / "warehouse").read("acme") as db:
        rows = db.execute("select amount from posting where account_number = '1930' order by 1")
        return [str(amount) for (amount,) in rows.fetchall()]


def files_left(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and ".tmp" in path.name)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A home with `BEFORE` published; tests work on copies."""
    folder = tmp_path_factory.mktemp("published")
    publisher.publish(folder, 1, BEFORE)
    return folder


@pytest.fixture
def home(published, tmp_path):
    return shutil.copytree(published, tmp_path / "home")


@pytest.mark.share(2)
@pytest.mark.parametrize("step", OWN_STEPS)
@pytest.mark.requirement("R-FIN-34d", "R-FIN-34f")
def test_killed_run_loses_nothing_and_its_repetition_doubles_nothing(home, step):
    assert run(home, 2, AFTER, kill_at=step) == -signal.SIGKILL
    assert amounts_published(home) == (AFTER if step == "publish.swapped" else BEFORE)

    publisher.publish(home, 3, AFTER)
    assert amounts_published(home) == AFTER
    warehouse = FileWarehouse(home / "warehouse")
    assert warehouse.verify("acme", YEAR).is_intact
    assert warehouse.load_record("acme", YEAR).load_number == 2
    assert [name for name in files_left(home / "warehouse") if "duckdb" in name] == []


@pytest.mark.parametrize("step", OWN_STEPS)
def test_killed_first_load_leaves_no_books_and_its_repetition_the_right_ones(tmp_path, step):
    assert run(tmp_path, 1, BEFORE, kill_at=step) == -signal.SIGKILL
    tenants = FileWarehouse(tmp_path / "warehouse").tenants()
    assert tenants == (["acme"] if step == "publish.swapped" else [])

    publisher.publish(tmp_path, 2, BEFORE)
    assert amounts_published(tmp_path) == BEFORE


def test_temporary_files_of_killed_runs_go_once_they_are_old(tmp_path, monkeypatch):
    run(tmp_path, 1, BEFORE, kill_at="land.written")
    run(tmp_path, 1, BEFORE, kill_at="stage.tables_written")
    assert files_left(tmp_path) != []
    left = list((tmp_path / "lake" / "temporary").iterdir())
    for path in left:
        then = time.time() - durable.TEMPORARY_MAX_AGE_S - 60
        os.utime(path, (then, then))

    publisher.publish(tmp_path, 2, BEFORE)

    assert list((tmp_path / "lake" / "temporary").iterdir()) == []


def test_two_publishers_at_once_both_end_and_the_later_lease_wins(tmp_path):
    """Whoever comes first, the file is whole and holds exactly one of the two loads."""
    for turn in range(3):
        token = 2 * turn
        first = start(tmp_path, token, [*BEFORE, f"{turn}.00"])
        second = start(tmp_path, token + 1, [*AFTER, f"{turn}.00"])

        assert status(second) == 0
        assert status(first) in {0, publisher.TOO_LATE}
        assert amounts_published(tmp_path) == sorted([*AFTER, f"{turn}.00"])
        assert FileWarehouse(tmp_path / "warehouse").verify("acme", YEAR).is_intact


def test_publishers_of_two_years_at_once_lose_nothing(tmp_path):
    """They share the tenant's file: one waits for the other and works on what it left."""
    lake, warehouse = Lake(tmp_path / "lake"), FileWarehouse(tmp_path / "warehouse")
    years = range(2015, 2021)
    units = [
        stage(lake, voucher("A:1", ("1930", f"{year}.00")), said=facts(year=year)) for year in years
    ]
    threads = [
        threading.Thread(
            target=warehouse.publish,
            args=(unit,),
            kwargs={
                "unit": unit.facts.unit,
                "token": 1,
                "load_id": str(unit.facts.start_date),
                "run_id": "run",
            },
        )
        for unit in units
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert amounts_published(tmp_path) == [f"{year}.00" for year in years]


def test_reader_neither_waits_for_publications_nor_holds_them_up(tmp_path):
    """Every reader sees one whole state: the amounts of a load always add up to its number."""
    lake, warehouse = Lake(tmp_path / "lake"), FileWarehouse(tmp_path / "warehouse")
    units = [
        stage(
            lake,
            joined(*(voucher(f"A:{n}", ("1930", f"{turn}.00")) for n in range(20))),
            said=facts(landed_sha256=f"{turn:016d}".ljust(64, "0")),
        )
        for turn in range(8)
    ]
    warehouse.publish(units[0], unit=units[0].facts.unit, token=1, load_id="0", run_id="run")
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            with warehouse.read("acme") as db:
                seen.append(db.execute("select sum(amount), count(*) from posting").fetchone())

    reader = threading.Thread(target=read)
    reader.start()
    with warehouse.read("acme") as lasting:
        for turn, unit in enumerate(units[1:], start=1):
            warehouse.publish(unit, unit=unit.facts.unit, token=1, load_id=str(turn), run_id="run")
        assert lasting.execute("select sum(amount) from posting").fetchone() == (0,)
    stop.set()
    reader.join(timeout=60)

    states = {(Decimal(20 * turn), 20) for turn in range(8)}
    assert len(seen) > 1
    assert set(seen) <= states


def test_writer_waits_no_longer_than_its_limit(tmp_path):
    files = TenantFiles(tmp_path, "acme")
    began = time.monotonic()

    with (
        writing(files),
        pytest.raises(WriterBusy, match="acme for more than 0 s"),
        writing(files, wait_s=0.2),
    ):
        pass

    assert 0.2 <= time.monotonic() - began < 0.2 + 20 * files_module.WRITER_POLL_S + 2


def test_lock_on_a_file_that_was_erased_meanwhile_is_taken_anew(tmp_path):
    files = TenantFiles(tmp_path, "acme")
    with writing(files):
        waiting = threading.Thread(target=lambda: seen.append(_inode_inside(files)))
        seen = []
        waiting.start()
        time.sleep(0.1)
        files.lock.unlink()
    waiting.join(timeout=30)

    assert seen == [files.lock.stat().st_ino]


def _inode_inside(files):
    with writing(files):
        return files.lock.stat().st_ino


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 24 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder, *, leave_bytes):
    disk = os.statvfs(folder)
    with (folder / "filler").open("wb") as file:
        file.write(b"x" * (disk.f_bavail * disk.f_frsize - leave_bytes))


def test_full_disk_while_landing_leaves_no_torn_file(small_disk):
    lake = Lake(small_disk / "lake")
    kept = lake.land("acme", "sie", b"first", file_name="a.se")
    fill(small_disk, leave_bytes=20_000)
    content = os.urandom(200_000)

    with pytest.raises(NoSpace, match=r"No space left.*landing bok\.se") as failure:
        lake.land("acme", "sie", content, file_name="bok.se")

    assert "tasma lake prune" in str(failure.value)
    assert list(lake.temporary.iterdir()) == []
    assert list(lake.root.rglob("*.zst")) == [lake.place_of(kept.address)]
    (small_disk / "filler").unlink()
    assert lake.read(lake.land("acme", "sie", content, file_name="bok.se")) == content


@pytest.mark.parametrize("leave_bytes", [0, 30_000, 90_000], ids=["folder", "tables", "digest"])
def test_full_disk_while_staging_leaves_no_torn_folder(small_disk, leave_bytes):
    lake = Lake(small_disk / "lake")
    lake.temporary.mkdir(parents=True)
    rows = joined(*(voucher(f"A:{n}", ("1930", f"{n}.00")) for n in range(5_000)))
    fill(small_disk, leave_bytes=leave_bytes)

    with pytest.raises(NoSpace, match=r"acme 2024|a staged unit"):
        stage(lake, rows)

    assert list(lake.temporary.iterdir()) == []
    (small_disk / "filler").unlink()
    assert stage(lake, rows).tables["posting"].row_count == 5_000


ROOM = {"fence": (0, 0), "copy": (0.5, 0), "rows": (1, 50_000), "checkpoint": (1, 2_500_000)}
"""Space left: as a share of the tenant's file, and bytes beyond it."""


@pytest.mark.parametrize("room", ROOM)
def test_full_disk_while_publishing_leaves_the_last_good_books(tmp_path, small_disk, room):
    """However far the publication gets: its token, its copy, its rows, the end."""
    lake, warehouse = Lake(tmp_path / "lake"), FileWarehouse(small_disk / "warehouse")
    first = stage(lake, voucher("A:1", ("1930", "1.00")))
    texts = (os.urandom(4_000).hex() for _ in range(1_200))  # 9.6 MB that do not compress to half
    rows = joined(*(voucher(f"A:{n}", ("1930", "1.00"), text=t) for n, t in enumerate(texts)))
    second = stage(lake, rows, said=facts(landed_sha256="1" * 64))
    warehouse.publish(first, unit=first.facts.unit, token=1, load_id="1", run_id="run")
    share, beyond = ROOM[room]
    size = (small_disk / "warehouse" / "acme.duckdb").stat().st_size
    fill(small_disk, leave_bytes=int(share * size) + beyond)

    with pytest.raises(NoSpace, match="publishing for acme"):
        warehouse.publish(second, unit=second.facts.unit, token=2, load_id="2", run_id="run")

    assert warehouse.verify("acme", YEAR).is_intact
    assert warehouse.load_record("acme", YEAR).load_id == "1"
    assert files_left(small_disk) == []
    (small_disk / "filler").unlink()
    assert warehouse.publish(
        second, unit=second.facts.unit, token=2, load_id="2", run_id="run"
    ).written
