"""The units for systemd are ones that it takes, and start what is there."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys

import pytest

from blocks.home import PROJECT

UNITS = sorted((PROJECT / "docs" / "examples" / "systemd").glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")


def test_there_is_a_unit_for_all_in_one_and_for_each_part():
    names = ["tasma-portal", "tasma-server", "tasma-worker", "tasma"]

    assert [path.stem for path in UNITS] == names


@pytest.mark.parametrize("path", UNITS, ids=[path.stem for path in UNITS])
def test_what_a_unit_starts_is_there(path):
    (command,) = re.findall(
        r"^ExecStart=/opt/tasma/\.venv/bin/(.+)$", path.read_text(), re.MULTILINE
    )

    if module := re.match(r"python -m (\S+)", command):
        assert importlib.util.find_spec(module[1])
    else:
        assert command == "tasma up"


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not on this machine")
def test_systemd_takes_every_unit(tmp_path):
    """With the interpreter of this run in place of those of /opt/tasma."""
    for path in UNITS:
        text = re.sub(r"/opt/tasma/\.venv/bin/\w+", sys.executable, path.read_text())
        (tmp_path / path.name).write_text(text.replace("/opt/tasma", str(PROJECT)))

    found = subprocess.run(
        [ANALYZE, "verify", "--man=no", "--recursive-errors=no", *tmp_path.glob("*.service")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (found.returncode, found.stderr) == (0, "")
