from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest

from blocks.home import PROJECT
from blocks.steps import KILL_AT, PUSH_STEPS, STEPS, reached
from blocks.systems.registry import SYSTEMS

FOLDERS = ("blocks", "tasks", "flows")
IN_SERVER = PROJECT / "blocks" / "warehouse" / "postgresql"
CALLS = re.compile(r'reached\("([a-z._]+)"')


def test_step_that_is_not_on_the_list_is_refused():
    with pytest.raises(ValueError, match=r"add it there"):
        reached("publish.somewhere")


def test_every_step_of_the_list_is_reached_somewhere_in_the_code():
    """In one place each; those of a publication in both kinds of warehouse."""
    paths = {path for name in FOLDERS for path in (PROJECT / name).rglob("*.py")}
    in_server = {path for path in paths if IN_SERVER in path.parents}
    of_server = [step for path in in_server for step in CALLS.findall(path.read_text())]

    listed = [
        *STEPS,
        *PUSH_STEPS,
        *(point for system in SYSTEMS.values() for point in system.crash_points),
    ]
    rest = [step for path in paths - in_server for step in CALLS.findall(path.read_text())]
    assert sorted(rest) == sorted(listed)
    assert len(of_server) == len({*of_server} & {*listed})


def test_process_dies_at_the_step_it_was_told_to():
    code = "from blocks.steps import reached; reached('land.written'); print('alive', flush=True)"
    for step, status, said in (
        ("land.written", -signal.SIGKILL, ""),
        ("report.made", 0, "alive\n"),
    ):
        child = subprocess.run(
            [sys.executable, "-c", code],
            env={KILL_AT: step},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (child.returncode, child.stdout) == (status, said)
