"""The units for systemd are ones that it takes, and start what is there, shut in alike."""

from __future__ import annotations

import getpass
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from blocks.home import PROJECT

FOLDER = PROJECT / "docs" / "examples" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")
EXPOSED_AT_MOST = 20
"""Of 100, by `systemd-analyze security`; a unit that says nothing has 96."""

SHOWN = ("HOME", "TASMA_HOME", "PATH", "PYTHONPYCACHEPREFIX", "DO_NOT_TRACK", "OWN", "HASHED")


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


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    """Write the units with the interpreter of this run in place of those of /opt/tasma."""
    folder = tmp_path_factory.mktemp("units")
    for path in UNITS:
        text = re.sub(r"/opt/tasma/\.venv/bin/\w+", sys.executable, path.read_text())
        (folder / path.name).write_text(text.replace("/opt/tasma", str(PROJECT)))
    return sorted(folder.glob("*.service"))


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not on this machine")
def test_systemd_takes_every_unit(placed):
    found = subprocess.run(
        [ANALYZE, "verify", "--man=no", "--recursive-errors=no", *placed],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not on this machine")
def test_units_leave_little_of_the_machine_open(placed):
    """A machine whose systemd is older knows other settings, and counts otherwise."""
    found = subprocess.run(
        [ANALYZE, "security", "--offline=true", f"--threshold={EXPOSED_AT_MOST}", *placed],
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout + found.stderr


def variables_of(path):
    """Return what a unit's lines of `Environment` set."""
    lines = re.findall(r"^Environment=(.+)$", path.read_text(), re.MULTILINE)
    return dict(word.split("=", 1) for line in lines for word in line.split())


@pytest.mark.parametrize("name", ["tasma", "tasma-server"])
def test_prefects_pages_are_not_written_into_the_checkout(name):
    """It is root's: without a folder of its own the server says so once, and has no UI."""
    variables = variables_of(FOLDER / f"{name}.service")

    assert variables["PREFECT_SERVER_UI_STATIC_DIRECTORY"] == "/var/cache/tasma/ui"


def asked_by_another(folder, *arguments):
    """Return what the command line hands on to its own user, asked in a folder by somebody else."""
    text = (FOLDER / "tasma").read_text()
    for switch in ("/usr/sbin/runuser -u tasma --", "sudo -u tasma --"):
        text = text.replace(f"exec {switch}", r"exec printf '%s\n'")
    handed = subprocess.run(
        ["/bin/sh", "-c", text.replace("!= tasma ]", "!= nobody-else ]"), "tasma", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return handed.stdout.splitlines()[1:]


def test_file_of_ones_own_home_is_named_by_its_whole_path(tmp_path):
    """The user of the units cannot enter it, and would look for the file at the root."""
    (tmp_path / "nordbygg").mkdir()
    for name in ("a book.se", "acme", "nordbygg/b.se"):
        (tmp_path / name).touch()
    arguments = ["import", "a book.se", "nordbygg/b.se", "gone.se", "acme", "-", "--text", "x.y"]

    handed = asked_by_another(tmp_path, *arguments)

    whole = {name: str(tmp_path / name) for name in ("a book.se", "nordbygg/b.se")}
    assert [whole.get(argument, argument) for argument in arguments] == handed
    piped = ["import", "-", "--name", "a book.se"]
    assert piped == asked_by_another(tmp_path, *piped)


def ended(unit, *, main, url):
    """Run what a unit waits with, as systemd would; return its code."""
    (line,) = re.findall(r"^ExecStartPost=(.+)$", unit.read_text(), re.MULTILINE)
    command = [word.replace("$$", "$") for word in shlex.split(line)]
    variables = {"PREFECT_API_URL": url, "MAINPID": str(main)}
    return subprocess.run(command, env=variables, check=False, timeout=20).returncode


def test_start_of_a_server_that_has_ended_fails_at_once(placed):
    """It would wait for the answer for five minutes, and say nothing."""
    (unit,) = [path for path in placed if path.stem == "tasma-server"]
    over = subprocess.Popen(["/bin/true"])
    over.wait()

    assert 1 == ended(unit, main=over.pid, url="http://127.0.0.1:9")


def test_start_of_a_server_is_over_once_it_answers(placed):
    (unit,) = [path for path in placed if path.stem == "tasma-server"]
    with HTTPServer(("127.0.0.1", 0), Well) as server:
        Thread(target=server.serve_forever).start()
        code = ended(unit, main=os.getpid(), url=f"http://127.0.0.1:{server.server_port}/api")
        server.shutdown()

    assert 0 == code


class Well(BaseHTTPRequestHandler):
    """Says that all is well."""

    def do_GET(self):
        self.send_response(200 if self.path == "/api/health" else 404)
        self.end_headers()


def test_command_line_has_the_environment_of_the_units(tmp_path):
    """As the program that people and cron start; a value in single quotes is what it says.

    A file that its user cannot come to is named, with what helps.
    """
    installed, told = tmp_path / "opt", tmp_path / "tasma.env"
    (installed / "flows").mkdir(parents=True)
    shutil.copy(PROJECT / "flows" / "prefect.env", installed / "flows")
    told.write_text("OWN='a$b&c'\nHASHED=a#b\n")
    program = installed / ".venv" / "bin" / "tasma"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@"; umask; /usr/bin/env\n')
    program.chmod(0o755)
    text = (FOLDER / "tasma").read_text()
    text = text.replace("!= tasma ]", f"!= {getpass.getuser()} ]")
    text = text.replace("/opt/tasma", str(installed)).replace("/etc/tasma/tasma.env", str(told))

    found = subprocess.run(
        ["/bin/sh", "-c", text, "tasma", "tenant", "a b", "/gone/b.se"],
        capture_output=True,
        text=True,
        check=True,
    )

    arguments, umask, *lines = found.stdout.splitlines()
    variables = dict(line.partition("=")[::2] for line in lines)
    unit = variables_of(FOLDER / "tasma-worker.service")
    placed = {name: value.replace("/opt/tasma", str(installed)) for name, value in unit.items()}
    read = {"DO_NOT_TRACK": "1", "OWN": "a$b&c", "HASHED": "a#b"}
    assert (arguments, umask) == ("tenant a b /gone/b.se", "0077")
    assert "User tasma cannot enter /gone; a file of yours: tasma import -" in found.stderr
    assert {name: variables[name] for name in SHOWN} == placed | read
