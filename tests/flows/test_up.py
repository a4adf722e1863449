"""`tasma up`: what a person without a Fortnox of their own gets, and how it ends."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from blocks.home import PROJECT
from blocks.hub import Hub
from flows.demo.ledgers import FREE
from flows.server.deployments import DEPLOYMENTS
from flows.server.own_secrets import CLIENT_LOGIN, LOGIN_FILE
from flows.server.processes import PrefectServer
from tests.flows.conftest import Desk, environment_of, free_port, processes_with

TASMA = Path(sys.executable).with_name("tasma")

END_LIMIT_S = 60
UNCHANGED = ("prefect.db", "memo_store.toml")
"""What `new_home` copied in, as a server made it."""
# The start of a server takes 10 s, or a minute on a busy machine.
pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Stopped:
    """What was seen of a `tasma up` that was stopped while a run waited for a unit."""

    home: Path
    run_id: str
    exit_code: int
    said: str
    served: set[str]
    sign_in: str
    tenants: set[str]
    deployments: set[str]
    blocks: set[str]
    overview: str


@pytest.fixture(scope="module")
def stopped(new_home):
    above = new_home("up")
    (home := above / "demo-home").mkdir()
    (above / "prefect").rename(home / "prefect")
    port = free_port()
    portal = free_port()
    with environment_of(above, TASMA_PORT=str(port), TASMA_PORTAL_PORT=str(portal)):
        process = subprocess.Popen(
            [TASMA, "--demo", "up", "--simulator-port", str(free_port())],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            # As a script's background job is started: it ignores Ctrl-C unless it says otherwise.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # noqa: PLW1509
        )
    said = said_until_ready(process)
    url = next(line.split()[1] for line in said if line.startswith("Fortnox "))
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - it is on 127.0.0.1
        served = {item["name"] for item in json.load(answer)["tenants"]}
    with urllib.request.urlopen(f"http://127.0.0.1:{portal}/sign-in", timeout=10) as answer:
        sign_in = answer.read().decode()
    file = home / "books.se"
    file.write_bytes(b"#FLAGGA 0\r\n#SIETYP 4\r\n#RAR 0 20240101 20241231\r\n")
    login = {CLIENT_LOGIN: (home / "prefect" / LOGIN_FILE).read_text()}
    server = Desk(PrefectServer(f"http://127.0.0.1:{port}", home / "prefect", login), home)
    blocks = {item["name"] for item in server.ask("/block_types/filter", {})}
    asked = {"artifacts": {"key": {"any_": ["tenants-overview"]}}, "sort": "CREATED_DESC"}
    overview = server.ask("/artifacts/filter", asked)[-1]["id"]
    with Hub(f"sqlite:///{home / 'hub' / 'hub.sqlite'}") as hub:
        tenants = {tenant.id: tenant.name for tenant in hub.tenants}
        tenant = min(tenants)
        hub.leases.acquire(f"{tenant}/2024-01-01_2024-12-31", holder="the test", ttl_s=3600)
    deployments = {item["name"] for item in server.ask("/deployments/filter", {})}
    run_id = server.start("import-file", tenant=tenant, path=str(file))
    server.wait(run_id, lambda run: run["name"] == f"{tenant} 2024")
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=END_LIMIT_S)
    return Stopped(
        home=home,
        run_id=run_id,
        exit_code=process.returncode,
        said="".join([*said, rest]),
        served=served,
        sign_in=sign_in,
        tenants=set(tenants.values()),
        deployments=deployments,
        blocks=blocks,
        overview=overview,
    )


def said_until_ready(process):
    said = []
    while not any("Ctrl-C" in line for line in said):
        line = process.stdout.readline()
        assert line, said
        said.append(line)
    return said


def last_state(stopped):
    """Read the state of the run from the database of the server that has ended."""
    query = """
        select type, message
        from flow_run_state
        where id = (select state_id from flow_run where id = ?)
    """
    with closing(sqlite3.connect(stopped.home / "prefect" / "prefect.db")) as database:
        return database.execute(query, [stopped.run_id]).fetchone()


def test_up_of_the_demo_serves_a_fortnox_with_tenants_connected_to_it(stopped):
    assert "Prefect's UI   http://127.0.0.1:" in stopped.said
    overview = re.search(r"Overview +http://127\S+/v2/artifacts/artifact/(\S+)\n", stopped.said)
    assert overview, "the page itself, not the list of its versions"
    assert overview[1] == stopped.overview
    assert re.search(r"Runs of books +http://127\S+/v2/runs\?tags=books\n", stopped.said)
    assert re.search(r"All pages +http://127\S+/v2/artifacts\n", stopped.said)
    assert "export TASMA_FORTNOX_API_URL=http://127.0.0.1:" in stopped.said
    assert 3 == len(stopped.tenants)
    assert {FREE.company.name} == stopped.served - stopped.tenants, "one to connect"
    assert stopped.tenants < stopped.served
    assert {item.name for item in DEPLOYMENTS} == stopped.deployments


def test_up_of_the_demo_serves_the_portal_with_a_link_to_try(stopped):
    assert 'name="password"' in stopped.sign_in
    assert "Portal         http://127.0.0.1:" in stopped.said
    assert "/invitation/" in stopped.said


def test_up_makes_our_blocks_known_so_that_the_ui_has_a_form_for_them(stopped):
    assert {"Fortnox app", "Fortnox tokens"} <= stopped.blocks


def test_up_says_where_the_password_is_and_writes_it_into_no_pipe(stopped):
    kept = stopped.home / "prefect" / LOGIN_FILE

    assert f"Password       the line in {kept}" in stopped.said
    assert kept.read_text().partition(":")[2] not in stopped.said


def test_everything_that_was_made_is_its_owners_alone(stopped):
    """Home, hub, inbox, Prefect's database and logs; its parent is what pytest made."""
    made = {
        str(path.relative_to(stopped.home)): path.lstat().st_mode & 0o777
        for path in stopped.home.rglob("*")
        if path.name not in UNCHANGED
    }

    assert {"hub/hub.sqlite", "prefect/server.log", "prefect/runs.log"} <= {*made}
    assert {} == {name: oct(mode) for name, mode in made.items() if mode & 0o077}


def test_nothing_was_made_to_report_to_prefects_makers(stopped):
    """Its client gives itself a number, in this folder, before it reports anything."""
    assert not (stopped.home / "prefect" / ".sdk_telemetry").exists()


def test_ctrl_c_ends_everything_and_leaves_no_run_running(stopped):
    """A run that was under way is named crashed, so that it can be run again."""
    assert 0 == stopped.exit_code
    assert "Stopped." in stopped.said
    assert {} == processes_with(stopped.home)
    state, message = last_state(stopped)
    assert ("CRASHED", "interrupted") == (state, message[:11])


def test_demo_that_was_never_loaded_says_so_and_what_loads_it(stopped):
    assert "None of them has books yet." in stopped.said
    assert "`make demo`" in stopped.said
