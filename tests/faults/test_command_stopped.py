"""A person presses Ctrl-C while `tasma import` works, or the system stops or kills it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blocks.hub import Hub, Tenant
from blocks.hub.states import WORKING
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years

TASMA = Path(sys.executable).with_name("tasma")
YEAR = FiscalYear.parse("2024")
LIMIT_S = 120

LARGE = Company(3, calendar_years(2024, 2024), 6_000)
"""Large enough to be at work for a while after the lease is taken."""


@pytest.fixture(autouse=True)
def acme(tmp_path, empty_hub):
    """A tenant, in the hub of the home."""
    folder = tmp_path / "home" / "hub"
    folder.mkdir(parents=True)
    shutil.copy(empty_hub, folder)
    with Hub(f"sqlite:///{folder / 'hub.sqlite'}") as hub:
        hub.tenants.add(Tenant("acme", "Acme AB"))


@pytest.fixture
def tasma(tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("TASMA_")}
    env["TASMA_HOME"] = str(tmp_path / "home")

    def start(*arguments):
        return subprocess.Popen(
            [TASMA, *arguments],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell's background job would ignore Ctrl-C, and so would its children.
            preexec_fn=_heed_ctrl_c,  # noqa: PLW1509 - it sets one signal, no thread is in it
        )

    return start


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for_lease(home: Path) -> None:
    deadline = time.monotonic() + LIMIT_S
    with Hub(f"sqlite:///{home / 'hub' / 'hub.sqlite'}") as hub:
        while not hub.leases.live():
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_import_frees_the_year_says_so_and_can_be_run_again(tasma, tmp_path, how):
    file = tmp_path / "books.se"
    LARGE.write_sie(file)
    stopped = tasma("import", str(file), "--tenant", "acme")
    wait_for_lease(tmp_path / "home")
    stopped.send_signal(how)
    _, said = stopped.communicate(timeout=LIMIT_S)

    assert stopped.returncode == 130
    assert "Traceback" not in said
    with Hub(f"sqlite:///{tmp_path / 'home' / 'hub' / 'hub.sqlite'}") as hub:
        unit = hub.units.find("acme", YEAR)
        assert hub.leases.live() == []
    assert unit is None or unit.status not in WORKING
    again = tasma("import", str(file), "--tenant", "acme", "--json")
    printed, _ = again.communicate(timeout=LIMIT_S)
    assert [item["outcome"] for item in json.loads(printed)] == ["published"]


def test_killed_import_blocks_nobody_and_its_year_says_so_until_it_is_mended(tasma, tmp_path):
    """No janitor runs here: the next start sees that the holder is gone, and so does the doctor."""
    file = tmp_path / "books.se"
    LARGE.write_sie(file)
    killed = tasma("import", str(file), "--tenant", "acme")
    wait_for_work(tmp_path / "home")
    killed.kill()
    killed.communicate(timeout=LIMIT_S)

    shown = json.loads(tasma("tenant", "status", "--json").communicate(timeout=LIMIT_S)[0])
    ill = tasma("doctor")
    said, _ = ill.communicate(timeout=LIMIT_S)
    mended = tasma("doctor", "--free")
    _, freed = mended.communicate(timeout=LIMIT_S)
    after = json.loads(tasma("tenant", "status", "--json").communicate(timeout=LIMIT_S)[0])
    again = tasma("import", str(file), "--tenant", "acme", "--json")
    printed, _ = again.communicate(timeout=LIMIT_S)

    (row,) = shown
    assert (row["light"], row["look_with"]) == ("red", "tasma doctor --free")
    assert "nobody works on it any more" in row["reason"]
    assert "acme/2024-01-01_2024-12-31" in said
    assert "tasma doctor --free" in said
    assert "Freed acme/2024-01-01_2024-12-31" in freed
    assert [item["status"] for item in after] == ["failed"]
    assert [item["outcome"] for item in json.loads(printed)] == ["published"]


def test_next_import_takes_the_year_of_a_killed_one_at_once(tasma, tmp_path):
    file = tmp_path / "books.se"
    LARGE.write_sie(file)
    killed = tasma("import", str(file), "--tenant", "acme")
    wait_for_work(tmp_path / "home")
    killed.kill()
    killed.communicate(timeout=LIMIT_S)

    again = tasma("import", str(file), "--tenant", "acme", "--json")
    printed, _ = again.communicate(timeout=LIMIT_S)

    assert [item["outcome"] for item in json.loads(printed)] == ["published"]


def wait_for_work(home: Path) -> None:
    """Wait until the unit says that a run works on it, which holds its lease then."""
    deadline = time.monotonic() + LIMIT_S
    with Hub(f"sqlite:///{home / 'hub' / 'hub.sqlite'}") as hub:
        while not hub.units.in_states(WORKING):
            assert time.monotonic() < deadline
            time.sleep(0.005)
