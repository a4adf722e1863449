"""The server and the deployments on it."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import closing

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock

from flows.server.deployments import DEPLOYMENTS
from flows.server.own_secrets import KEY_FILE, LOGIN_FILE, BlocksUnreadable
from flows.server.processes import prefect_server
from ledger.errors import TerminalError
from tests.flows.conftest import environment_of, free_port, reaching

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
            ["curl", "-sfu", login_of(desk), "-X", "DELETE", desk.server.api_url + path],
            check=False,
            timeout=30,
        )

    assert done[0]["created_by"]["type"] == "SCHEDULE"


def test_a_taken_port_is_refused_with_the_remedy(desk, tmp_path):
    port = int(desk.server.url.rpartition(":")[2])

    with pytest.raises(TerminalError, match="TASMA_PORT"), prefect_server(home=tmp_path, port=port):
        pass


def test_a_start_without_the_key_of_its_blocks_is_refused_until_the_key_is_back(desk, tmp_path):
    """Else all is green, and whatever asks for a block, also to replace it, ends with a 500."""
    block = CustomWebhookNotificationBlock(name="keyed", url="http://127.0.0.1:9/")
    with reaching(desk.server):
        asyncio.run(block.asave("keyed", overwrite=True))
    folder = tmp_path / "prefect"
    folder.mkdir()
    with (
        closing(sqlite3.connect(desk.server.folder / "prefect.db")) as source,
        closing(sqlite3.connect(folder / "prefect.db")) as target,
    ):
        source.backup(target)

    with environment_of(tmp_path):
        with pytest.raises(BlocksUnreadable), prefect_server(home=tmp_path, port=free_port()):
            pass
        shutil.copy(desk.server.folder / KEY_FILE, folder)
        with prefect_server(home=tmp_path, port=free_port()) as server:
            found = server.ask("/block_documents/filter", {})

    assert "keyed" in {item["name"] for item in found}


def login_of(desk):
    return (desk.server.folder / LOGIN_FILE).read_text()


def answer(desk, path, *, body=None, **headers):
    """Ask as somebody who has no password; return the status and the headers."""
    request = urllib.request.Request(desk.server.url + path, data=body, headers=headers)  # noqa: S310 - it is on 127.0.0.1
    try:
        with urllib.request.urlopen(request, timeout=60) as found:  # noqa: S310 - as above
            return found.status, found.headers
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers


def test_the_api_gives_nothing_to_who_has_no_password(desk):
    """Any user of the machine may reach it, and it hands out the secrets of its blocks."""
    asked = json.dumps({"include_secrets": True}).encode()
    json_body = {"Content-Type": "application/json"}
    path = "/api/block_documents/filter"
    wrong = {"Authorization": f"Basic {base64.b64encode(b'tasma:wrong').decode()}"}
    right = {"Authorization": f"Basic {base64.b64encode(login_of(desk).encode()).decode()}"}
    statuses = [
        answer(desk, path, body=asked, **json_body, **more)[0] for more in ({}, wrong, right)
    ]

    assert [401, 401, 200] == statuses
    assert 401 == answer(desk, "/api/deployments/filter", body=b"{}", **json_body)[0]
    assert 200 == answer(desk, "/api/health")[0]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://127.0.0.1:{port}", True),
        ("http://localhost:{port}", True),
        ("http://127.0.0.1:1", False),
        ("https://elsewhere.example", False),
        ("null", False),
    ],
)
def test_no_page_of_another_address_may_ask_the_api(desk, origin, allowed):
    origin = origin.format(port=desk.server.url.rpartition(":")[2])
    asks = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    _, headers = answer(desk, "/api/health", **asks)

    assert (origin if allowed else None) == headers["Access-Control-Allow-Origin"]


@pytest.mark.parametrize("path", ["/v2/deployments", "/dashboard", "/api/health", "/ui-settings"])
def test_pages_come_with_a_policy_that_lets_them_ask_nobody_else(desk, path):
    """The UI calls its makers' analytics from every page, whatever the settings say."""
    status, headers = answer(desk, path, Accept="text/html")
    rules = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))

    assert 200 == status
    assert f"'self' {desk.server.url} data: blob:" == rules["connect-src"]
    assert "'self'" == rules["default-src"]
    assert not [rule for rule in rules.values() if "*" in rule or "https:" in rule]


def test_a_folder_that_a_release_before_left_open_is_closed(desk):
    assert 0o700 == desk.server.folder.stat().st_mode & 0o777


def test_blocks_are_encrypted_with_a_key_that_is_not_in_the_database(desk):
    path = desk.server.folder / "encryption.key"

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == desk.server.environment["PREFECT_SERVER_ENCRYPTION_KEY"]
    assert path.read_bytes() not in (desk.server.folder / "prefect.db").read_bytes()
