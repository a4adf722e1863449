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
OTHER_FORMS = (
    PROJECT / "blocks" / "warehouse" / "postgresql",
    PROJECT / "blocks" / "lake" / "places" / "bucket",
)
CALLS = re.compile(r'reached\("([a-z._]+)"')


def test_step_that_is_not_on_the_list_is_refused():
    with pytest.raises(ValueError, match=r"add it there"):
        reached("publish.somewhere")


def test_every_step_of_the_list_is_reached_somewhere_in_the_code():
    """In one place each; those of a publication or a landing in both forms of their store."""
    paths = {path for name in FOLDERS for path in (PROJECT / name).rglob("*.py")}
    others = {path for path in paths if not {*OTHER_FORMS}.isdisjoint(path.parents)}
    of_others = [step for path in others for step in CALLS.findall(path.read_text())]

    listed = [
        *STEPS,
        *PUSH_STEPS,
        *(point for system in SYSTEMS.values() for point in system.crash_points),
    ]
    rest = [step for path in paths - others for step in CALLS.findall(path.read_text())]
    assert sorted(rest) == sorted(listed)
    # A move of books commits what a publication does, in a place of its own.
    twice = ["publish.rows_inserted", "publish.committed"]
    assert len(of_others) - len(twice) == len({*of_others} & {*listed})


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
