"""The server and the deployments on it."""

from __future__ import annotations

import subprocess
import time

import pytest

from flows.deployments import DEPLOYMENTS
from flows.server import prefect_server
from ledger.errors import TerminalError

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
