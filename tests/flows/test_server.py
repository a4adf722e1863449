"""The server that `make up` starts, and how it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from blocks.hub import Hub, Tenant
from blocks.settings import PROJECT
from flows.deployments import DEPLOYMENTS
from flows.server import PrefectServer, prefect_server
from ledger.errors import TerminalError
from tests.flows.conftest import Desk, environment_of, free_port

SCHEDULE_S = 5
SCHEDULE_LIMIT_S = 200


def test_every_deployment_is_registered_and_ready(desk):
    found = {item["name"]: item for item in desk.ask("/deployments/filter", {})}

    assert {item.name for item in DEPLOYMENTS} == found.keys()
    assert all(item["enforce_parameter_schema"] for item in found.values())


def test_a_schedule_makes_runs_and_they_run(desk):
    """Newer libraries let the scheduler fail in silence, so this asks a real one."""
    deployment = desk.deployment("overview")["id"]
    schedule = [{"schedule": {"interval": SCHEDULE_S}, "active": True}]
    made = desk.ask(f"/deployments/{deployment}/schedules", schedule)
    by_schedule = {
        "deployments": {"id": {"any_": [deployment]}},
        "flow_runs": {
            "tags": {"all_": ["auto-scheduled"]},
            "state": {"type": {"any_": ["COMPLETED"]}},
        },
    }
    try:
        deadline = time.monotonic() + SCHEDULE_LIMIT_S
        while not (done := desk.ask("/flow_runs/filter", by_schedule)):
            assert time.monotonic() < deadline, "no scheduled run was made and run"
            time.sleep(1)
    finally:
        path = f"/deployments/{deployment}/schedules/{made[0]['id']}"
        subprocess.run(
            ["curl", "-sfX", "DELETE", desk.server.api_url + path], check=False, timeout=30
        )

    assert done[0]["created_by"]["type"] == "SCHEDULE"


def test_a_taken_port_is_refused_with_the_remedy(desk, tmp_path):
    port = int(desk.server.url.rpartition(":")[2])

    with pytest.raises(TerminalError, match="TASMA_PORT"), prefect_server(home=tmp_path, port=port):
        pass


def test_blocks_are_encrypted_with_a_key_that_is_not_in_the_database(desk):
    path = desk.server.folder / "encryption.key"

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == desk.server.environment["PREFECT_SERVER_ENCRYPTION_KEY"]
    assert path.read_bytes() not in (desk.server.folder / "prefect.db").read_bytes()


@pytest.fixture
def stopped(tmp_path):
    """Stop `tasma up` by Ctrl-C while a run waits for a unit that somebody else holds."""
    port = free_port()
    company_file = tmp_path / "books.se"
    company_file.write_bytes(b"#FLAGGA 0\r\n#SIETYP 4\r\n#RAR 0 20240101 20241231\r\n")
    with environment_of(tmp_path, TASMA_PORT=str(port)):
        hub = Hub(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}").migrate()
        hub.tenants.add(Tenant("acme", "Acme AB"))
        hub.leases.acquire("acme/2024-01-01_2024-12-31", holder="the test", ttl_s=3600)
        command = "import sys; from flows.server import up; sys.exit(up())"
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", command],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            # As a script's background job is started: it ignores Ctrl-C unless it says otherwise.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # noqa: PLW1509
        )
        said = []
        while not any("Ctrl-C" in line for line in said):
            line = process.stdout.readline()
            assert line, said
            said.append(line)
        server = PrefectServer(f"http://127.0.0.1:{port}", tmp_path / "prefect", {})
        desk = Desk(server, tmp_path)
        run_id = desk.start("import-file", tenant="acme", path=str(company_file))
        desk.wait(run_id, lambda run: run["name"] == "acme 2024")
        process.send_signal(signal.SIGINT)
        said.append(process.stdout.read())
        yield tmp_path, port, run_id, process, "".join(said)
        hub.close()


@pytest.mark.timeout(
    600
)  # three starts of a server; each takes 10 s, or a minute on a busy machine
def test_ctrl_c_ends_everything_and_leaves_no_run_running(stopped):
    """A run that was under way is named crashed, so that it can be run again."""
    home, port, run_id, process, said = stopped

    assert process.wait(60) == 0
    assert "Stopped." in said
    assert processes_with(str(home)) == []
    with prefect_server(home=home, port=port) as server:
        desk = Desk(server, home)
        state = desk.ask(f"/flow_runs/{run_id}")["state"]
        names = {item["name"] for item in desk.ask("/deployments/filter", {})}
        assert (state["type"], state["message"][:11]) == ("CRASHED", "interrupted")
        assert names == {item.name for item in DEPLOYMENTS}


def processes_with(home):
    """Return the processes whose environment names this home."""
    found = []
    for folder in os.scandir("/proc"):
        try:
            environment = Path(folder.path, "environ").read_bytes()
        except OSError:  # not a process, or gone
            continue
        if f"TASMA_HOME={home}".encode() in environment and folder.name != str(os.getpid()):
            found.append(folder.name)
    return found
