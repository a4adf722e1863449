"""A file whose every text is hostile, by the real server: what UI and logs show of its run."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from flows.import_file import import_file
from tests.flows.conftest import ASK_AGAIN_S, RUN_LIMIT_S
from tests.hostile_text import CLIPBOARD, HOSTILE, acting, live
from tests.small_sie import small_sie


@pytest.fixture
def run(desk, book):
    """Return the run of a file that is held, being unbalanced and of another company."""
    path = Path(book.file()).with_name(f"{CLIPBOARD}\u202eb\n# [red]oks.se")
    path.write_bytes(small_sie((HOSTILE, 100, 99), name=HOSTILE))
    return desk.run("import-file", tenant=book.tenant, path=str(path))


def own_lines(desk, run):
    """Return the lines of the UI's log about the file, which come after its end."""
    of_run = {"logs": {"flow_run_id": {"any_": [run["id"]]}}}
    deadline = time.monotonic() + RUN_LIMIT_S
    found = []
    while not found and time.monotonic() < deadline:
        time.sleep(ASK_AGAIN_S)
        messages = [line["message"] for line in desk.ask("/logs/filter", of_run)]
        found = [message for message in messages if message.startswith("Fetched")]
    return found


def test_run_its_pages_and_its_log_lines_let_no_text_act(desk, run):
    of_run = {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}}
    artifacts = desk.ask("/artifacts/filter", of_run)
    log = (desk.server.folder / "runs.log").read_text(encoding="utf-8").splitlines()
    lines = [line for line in log if run["id"] in line]
    ours = own_lines(desk, run)

    assert "Held" == run["state"]["name"]
    assert not acting(run["name"] + "".join(run["tags"]) + run["state"]["message"])
    assert "\n" not in run["state"]["message"]
    assert artifacts
    for artifact in artifacts:
        assert [] == live(artifact["data"]) + live(artifact["description"])
    assert any(r"\x1b]52;c;" in line["message"] for line in map(json.loads, lines))
    assert [] == [line for line in lines if acting(line)]
    assert ours
    assert [] == [message for message in ours if acting(message) or "\n" in message]


def test_failed_run_quotes_a_path_that_stays_text(desk, book):
    state = desk.do(import_file, tenant=book.tenant, path=f"/nowhere/{CLIPBOARD}\n# Held.se")

    assert state.is_failed()
    assert not acting(state.message)
    assert "\n" not in state.message
