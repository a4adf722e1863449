"""What ends `tasma up`, and that nothing it started is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from flows.server.processes import PrefectServer, wait_for_end

LIMIT_S = 30

CHILD = """
import sys, time
from pathlib import Path
from flows.server.processes import heed_stops, running

heed_stops()
sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
try:
    with running(sleeper, {}, log=Path(sys.argv[1])) as process:
        print(process.pid, flush=True)
        time.sleep(60)
except KeyboardInterrupt:
    print("Stopped.", flush=True)
"""


def deaf_to(ignored):
    """Be deaf to these signals and to no other: we ourselves may be a background job of a shell."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)


@pytest.fixture
def started(tmp_path):
    """Start a process as `tasma up` is, in a group of its own; it, and the id of its own child."""
    processes = []

    def start(*ignored):
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path / "log")],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: deaf_to(ignored),  # noqa: PLW1509
        )
        processes.append(process)
        return process, int(process.stdout.readline())

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_was_started_ends_however_its_starter_is_stopped(started, how):
    process, child = started()
    os.killpg(process.pid, how)
    said, _ = process.communicate(timeout=LIMIT_S)

    assert ("Stopped.\n", 0) == (said, process.returncode)
    assert not is_there(child)


def test_a_terminal_that_ends_is_told_of_twice_and_stops_once(started):
    """The system tells the group of the foreground, and the shell that ends tells its jobs."""
    process, child = started()
    os.killpg(process.pid, signal.SIGHUP)
    time.sleep(0.01)
    os.killpg(process.pid, signal.SIGHUP)
    said, _ = process.communicate(timeout=LIMIT_S)

    assert ("Stopped.\n", 0) == (said, process.returncode)
    assert not is_there(child)


def test_what_is_to_outlive_its_terminal_does(started):
    """`nohup` has it ignore the terminal's end."""
    process, child = started(signal.SIGHUP)
    os.killpg(process.pid, signal.SIGHUP)
    time.sleep(0.3)

    assert process.poll() is None
    assert is_there(child)
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=LIMIT_S)
    assert not is_there(child)


@pytest.mark.parametrize(
    ("code", "what", "log"),
    [
        (
            "raise SystemExit(3)",
            "What writes portal.log ended by itself, with exit code 3.",
            "portal",
        ),
        ("import time; time.sleep(60)", "does not answer any more.", "server"),
    ],
)
def test_what_ended_by_itself_is_named_with_its_log(tmp_path, code, what, log):
    nobody = PrefectServer("http://127.0.0.1:9", tmp_path, {})
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        if "Exit" in code:
            process.wait(LIMIT_S)
        ended, log_name = wait_for_end(nobody, {"portal.log": process})
        process.kill()

    assert what in ended
    assert f"{log}.log" == log_name
