"""Runs as forks of a host: to whoever started one, it is the process that was started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

from flows.server.fork_server import ADDRESS, COMMAND

WAIT_S = 30.0

OWNER = """
import os, sys
from pathlib import Path
from flows.server.fork_server import host
host.code_state = lambda: Path(sys.argv[1]).read_text()
with host.fork_host():
    print(os.environ["TASMA_WARM_HOST"], flush=True)
    sys.stdin.read()
"""
"""Has a host until its input ends; a file stands for our code."""


@contextmanager
def hosted(folder):
    code = folder / "code"
    code.write_text("as imported")
    command = [sys.executable, "-c", OWNER, str(code)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        owner.address = owner.stdout.readline().strip()
        owner.code = code
        owner.host = only_child(owner.pid)
        try:
            yield owner
        finally:
            owner.stdin.close()


@pytest.fixture(scope="module")
def owner(tmp_path_factory):
    with hosted(tmp_path_factory.mktemp("warm")) as owner:
        yield owner


@pytest.fixture
def silence():
    """Give the address of an API that takes connections and never answers: runs wait for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/api"


def started(owner, *, api="", run_id=None):
    environment = os.environ | {
        ADDRESS: owner.address,
        "PREFECT_API_URL": api,
        "PREFECT__FLOW_RUN_ID": run_id or str(uuid.uuid4()),
    }
    return subprocess.Popen([*COMMAND], env=environment, stderr=subprocess.PIPE, text=True)


def children(process):
    return [
        int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def only_child(process):
    (child,) = children(process)
    return child


def fork_of(owner):
    wait_until(lambda: children(owner.host))
    return only_child(owner.host)


def wait_until(condition):
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def lives(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_run_speaks_and_ends_through_the_process_that_was_started(owner):
    run = started(owner, run_id="no-id")
    _, said = run.communicate(timeout=WAIT_S)

    assert 1 == run.returncode
    assert "Invalid flow run id" in said
    assert "starting cold" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda each: each.name)
def test_signal_to_the_started_process_ends_the_fork(owner, silence, number):
    run = started(owner, api=silence)
    fork = fork_of(owner)
    run.send_signal(number)

    assert -number == run.wait(WAIT_S)
    wait_until(lambda: not lives(fork))


def test_started_process_ends_as_its_fork_was_ended(owner, silence):
    run = started(owner, api=silence)
    os.kill(fork_of(owner), signal.SIGKILL)

    assert -signal.SIGKILL == run.wait(WAIT_S)


def test_several_runs_end_each_for_itself(owner, silence):
    runs = [started(owner, api=silence) for _ in range(3)]
    wait_until(lambda: len(children(owner.host)) == 3)
    runs[1].kill()

    wait_until(lambda: len(children(owner.host)) == 2)
    assert [None, -signal.SIGKILL, None] == [runs[0].poll(), runs[1].wait(), runs[2].poll()]
    for run in runs:
        run.kill()
    wait_until(lambda: not children(owner.host))


def test_changed_code_is_run_from_cold(owner):
    owner.code.write_text("written since")
    run = started(owner, run_id="no-id")
    _, said = run.communicate(timeout=WAIT_S)
    owner.code.write_text("as imported")

    assert "code changed" in said
    assert "Invalid flow run id" in said


def test_run_without_a_host_starts_from_cold(owner, monkeypatch):
    monkeypatch.setattr(owner, "address", "tasma-nobody-is-here")
    run = started(owner, run_id="no-id")
    _, said = run.communicate(timeout=WAIT_S)

    assert "starting cold" in said
    assert "Invalid flow run id" in said


def test_half_a_request_is_dropped_and_the_next_is_served(owner):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as torn:
        torn.connect("\0" + owner.address)
        torn.sendall(b"\x00\x00\x10\x00{")
    run = started(owner, run_id="no-id")
    _, said = run.communicate(timeout=WAIT_S)

    assert "Invalid flow run id" in said
    assert "starting cold" not in said


def test_runs_die_with_their_host_and_are_told_apart_from_a_clean_end(tmp_path, silence):
    with hosted(tmp_path) as owner:
        run = started(owner, api=silence)
        fork = fork_of(owner)
        os.kill(owner.host, signal.SIGKILL)
        _, said = run.communicate(timeout=WAIT_S)

    assert 1 == run.returncode
    assert "has died" in said
    wait_until(lambda: not lives(fork))


def test_host_ends_after_its_owner_and_its_last_run(tmp_path, silence):
    with hosted(tmp_path) as owner:
        run = started(owner, api=silence)
        fork = fork_of(owner)
    assert lives(owner.host)
    assert lives(fork)
    run.kill()

    wait_until(lambda: not lives(fork) and not lives(owner.host))
