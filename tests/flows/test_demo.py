"""`tasma demo` as a newcomer runs it: a real server, real deployments, real runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command_line import invoke
from tests.flows.conftest import environment_of, processes_with

TASMA = Path(sys.executable).with_name("tasma")

DEMO_LIMIT_S = 900
"""About 40 s on two idle cores; a busy machine takes longer, and that is no fault of the demo."""

START_LIMIT_S = 60


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TASMA_")}
    return {**kept, "TASMA_HOME": str(home)}


def demo(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TASMA, "demo"],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=DEMO_LIMIT_S,
        check=False,
    )


def look(home: Path, *arguments: str) -> str:
    """Look into the home of the last demo, as a person does after it; return what is printed."""
    with environment_of(home):
        return invoke("--demo", *arguments).stdout


@pytest.mark.timeout(DEMO_LIMIT_S)
def test_demo_holds_exactly_the_planted_breaks_and_leaves_nothing_running(tmp_path):
    done = demo(tmp_path)
    status = json.loads(look(tmp_path, "tenant", "status", "--json"))
    breaks = look(tmp_path, "ledger", "breaks", "fantasifisket", "2024")
    hidden = look(tmp_path, "ledger", "breaks", "glasbruket")
    changes = json.loads(look(tmp_path, "ledger", "changes", "vaveriet", "--json"))

    pickups = json.loads(look(tmp_path, "sftp", "status", "--json"))["pickups"]
    invoices = json.loads(
        look(tmp_path, "push", "status", "verkkokauppa", "--to", "fennoa", "--json")
    )

    assert done.returncode == 0, done.stderr
    assert [] == pickups, "its server is no more, so nobody polls it"
    assert (12, 11, 1) == (invoices["received"], invoices["done"], invoices["rejected"])
    assert "consumer e-invoicing" in invoices["waiting"][0]["what_to_do"]
    assert "found there after its answer was lost" in done.stderr
    assert "what was planted is held" in done.stdout
    assert "vaveriet night " in done.stderr
    assert "ended as Unchanged" in done.stderr
    assert {
        (row["tenant"], (row["fiscal_year"] or "")[:4]) for row in status if row["light"] == "red"
    } == {
        ("verkkokauppa", ""),
        ("vuokratila", ""),
        ("avvikande", "2025"),
        ("fantasifisket", "2024"),
        ("glasbruket", "2025"),
    }
    assert "osto-1 is in Procountor, posted, approved and paid" in done.stderr
    assert "osto-2 waits for a person: " in done.stderr
    assert "tasma --demo ecom list vuokratila`\n" in done.stderr
    assert ".;" not in done.stderr
    assert "is an unfinished invoice in Procountor" in done.stderr
    assert len({row["tenant"] for row in status}) == 14
    assert {
        "provkund": "live",
        "avvikande": "mismatch",
        "leipomo": "live",
        "verstas": "live",
    } == {
        row["tenant"]: row["stage"]
        for row in status
        if row["stage"] in {"live", "mismatch"} and row["source"] != "fortnox"
    }
    assert "1930" in look(tmp_path, "tenant", "open", "avvikande")
    assert {"sie", "fortnox", "fennoa", "procountor", ""} == {row["source"] for row in status}
    assert [("changed", "L:2"), ("removed", "B:2")] == [
        (item["change"], item["voucher_key"]) for item in changes["vouchers"]
    ]
    assert "source_vouchers" in hidden
    assert "L:3" in hidden
    assert "tasma --demo ledger breaks avvikande 2025" in done.stdout
    assert "1930" in breaks
    assert "-100.00" in breaks
    assert processes_with(tmp_path) == {}
    assert not (tmp_path / "hub").exists(), "the demo touched the home that is not its own"


@pytest.mark.timeout(DEMO_LIMIT_S)
@pytest.mark.share(2)
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_demo_that_is_stopped_takes_its_server_with_it(tmp_path, stop):
    demo = subprocess.Popen(
        [TASMA, "demo"],
        env=environment(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # A shell's background job would ignore Ctrl-C, and so would its children.
        preexec_fn=_heed_ctrl_c,  # noqa: PLW1509 - it sets one signal, no thread is in it
    )
    deadline = time.monotonic() + START_LIMIT_S
    while not any("server" in command for command in processes_with(tmp_path).values()):
        assert time.monotonic() < deadline, "no server was started"
        time.sleep(0.1)

    demo.send_signal(stop)

    assert demo.wait(START_LIMIT_S) == 130
    assert processes_with(tmp_path) == {}


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
