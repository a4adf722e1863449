"""Pulls and backfills that the command line starts on the server; `tasma up` with simulators."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from blocks.hub import Hub
from ledger.fiscal_year import FiscalYear
from tests.flows.conftest import connected_to, environment_of, free_port

TASMA = Path(sys.executable).with_name("tasma")

COMMAND_LIMIT_S = 240
UP_LIMIT_S = 150


@pytest.fixture
def tasma(desk):
    """Run one command as a process of its own, on the home of the server's runs."""
    own = {
        "TASMA_HOME": str(desk.home),
        "PREFECT_API_URL": desk.server.api_url,
        **connected_to(desk.fortnox),
    }

    def run(*arguments):
        return subprocess.run(
            [TASMA, *arguments],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=COMMAND_LIMIT_S,
            check=False,
        )

    return run


@pytest.mark.requirement("R-SEN-26", "R-SEN-28")
def test_pull_on_the_server_is_a_run_of_the_named_year_alone(desk, connect, tasma):
    ledger = connect(defined=("2024", "2025"))

    started = tasma("ledger", "pull", ledger.tenant, "--year", "2024", "--on-server", "--json")
    (link,) = json.loads(started.stdout)
    run = desk.end_of(link["run"])

    assert 0 == started.returncode, started.stderr
    assert link["url"] == f"{desk.server.url}/runs/flow-run/{link['run']}"
    assert ("Published", ["2024"]) == (run["state"]["name"], run["parameters"]["years"])
    assert "keep" == run["parameters"]["uploaded"]
    with desk.stores() as stores:
        (unit,) = stores.hub.units.of_tenant(ledger.tenant)
    assert "2024-01-01_2024-12-31" == unit.fiscal_year


def test_pull_by_the_server_and_by_the_command_line_is_one_ledger(desk, connect, tasma):
    ledger = connect(defined=("2025",))
    run = desk.run("pull", tenant=ledger.tenant)

    here = tasma("ledger", "pull", ledger.tenant, "--json")

    (found,) = json.loads(here.stdout)
    assert ("Published", "unchanged") == (run["state"]["name"], found["outcome"])
    assert found["digest"] == desk.status(ledger.tenant, FiscalYear.parse("2025")).published_digest


@pytest.mark.requirement("R-FIN-16")
def test_backfill_on_the_server_is_watched_to_its_end(desk, connect, tasma):
    ledger = connect(defined=("2024",))

    done = tasma(
        *("ledger", "backfill", ledger.tenant, "--years", "2023-2024"),
        *("--on-server", "--watch", "--json"),
    )

    told = json.loads(done.stdout)
    assert (0, "Done") == (done.returncode, told["state"]), done.stderr
    with desk.stores() as stores:
        years = [unit.fiscal_year[:4] for unit in stores.hub.units.of_tenant(ledger.tenant)]
    assert ["2023", "2024"] == sorted(years)


def test_server_that_is_away_starts_nothing_and_says_what_to_do(desk, connect):
    ledger = connect(defined=("2025",))
    away = f"http://127.0.0.1:{free_port()}/api"

    refused = subprocess.run(
        [TASMA, "ledger", "pull", ledger.tenant, "--on-server"],
        env={**os.environ, "TASMA_HOME": str(desk.home), "PREFECT_API_URL": away},
        capture_output=True,
        text=True,
        timeout=COMMAND_LIMIT_S,
        check=False,
    )

    assert 75 == refused.returncode
    assert "tasma up" in refused.stderr


@pytest.mark.timeout(300)
def test_up_with_simulators_serves_a_fortnox_with_tenants_connected_to_it(tmp_path):
    """A person without a Fortnox of their own sees the whole of it after one command."""
    out = tmp_path / "out.log"
    with environment_of(tmp_path, TASMA_PORT=str(free_port())), out.open("w") as sink:
        server = subprocess.Popen(
            [TASMA, "up", "--with-simulators", "--simulator-port", str(free_port())],
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(lambda: "Stop with Ctrl-C" in out.read_text(), server)
        said = out.read_text()
        url = next(line.split()[1] for line in said.splitlines() if line.startswith("Fortnox "))
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - it is on 127.0.0.1
            served = {item["name"] for item in json.load(answer)["tenants"]}
        with Hub(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as hub:
            names = {tenant.name for tenant in hub.tenants}
    finally:
        server.send_signal(signal.SIGINT)
        code = server.wait(60)

    assert "Prefect's UI   http://127.0.0.1:" in said
    assert "export TASMA_FORTNOX_API_URL=http://127.0.0.1:" in said
    assert 3 == len(served)
    assert served == names
    assert 0 == code


def _wait_for(condition, process):
    deadline = time.monotonic() + UP_LIMIT_S
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.3)
