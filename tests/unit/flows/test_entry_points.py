"""What every process of ours begins with: nothing is reported, and what it makes is its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from blocks.home import PROJECT
from flows.server.environment import ENVIRONMENT_FILE, read_environment_file

CI_VARIABLES = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "BUILD_NUMBER", "TF_BUILD")
"""Where one of them is set, Prefect reports nothing by itself."""

LOOK = """
import json, os, sys
before = "prefect" in sys.modules
import {module}
umask = os.umask(0); os.umask(umask)
from prefect._internal.analytics import is_telemetry_enabled
from prefect._internal.analytics.service import AnalyticsService
from prefect.settings import get_current_settings
print(json.dumps([before, umask, is_telemetry_enabled(),
    AnalyticsService._instance is not None, get_current_settings().server.analytics_enabled]))
"""


def seen_in(module, home):
    """Import a module in a process whose environment asks for reports, and say what is on."""
    environment = {name: value for name, value in os.environ.items() if name not in CI_VARIABLES}
    for name in [name for name in environment if name.startswith(("PREFECT_", "TASMA_"))]:
        del environment[name]
    asked = {
        "DO_NOT_TRACK": "0",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "true",
        "PREFECT_HOME": str(home),
        "TASMA_HOME": str(home),
    }
    done = subprocess.run(
        [sys.executable, "-c", LOOK.format(module=module)],
        env=environment | asked,
        umask=0o022,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.share(3)
@pytest.mark.parametrize(
    "module",
    [
        "flows.cli",
        "flows.server.deployments",
        "flows.server.prefect_server",
        "tasks.steps",
        "blocks.systems.fortnox.block",
    ],
)
def test_nothing_is_reported_and_nothing_is_made_for_others_eyes(module, tmp_path):
    """Whatever the environment says: Prefect begins to report when it is imported."""
    before, umask, *is_reporting = seen_in(module, tmp_path)

    assert not before
    assert 0o077 == umask
    assert [False, False, False] == is_reporting
    assert not (tmp_path / ".sdk_telemetry").exists()


def test_every_package_of_ours_begins_there():
    """A module is never imported before its package, so no entry point can go round it."""
    for package in ("tasks", "flows"):
        text = (PROJECT / package / "__init__.py").read_text(encoding="utf-8")
        imports = [line for line in text.splitlines() if line.startswith(("import ", "from "))]
        assert "import blocks  # noqa: F401 - what every process of ours begins with" in imports
        assert not [line for line in imports if "prefect" in line]


def test_the_tests_report_nothing_either():
    from prefect._internal.analytics.service import AnalyticsService  # noqa: PLC0415 - not ours

    assert "1" == os.environ["DO_NOT_TRACK"]
    assert AnalyticsService._instance is None


def test_processes_of_prefect_alone_report_nothing():
    """A plain worker imports Prefect first; what it is started with says it."""
    said = read_environment_file(ENVIRONMENT_FILE)
    pool = yaml.safe_load((PROJECT / "prefect.yaml").read_text())["definitions"]["pool"]

    for variables in (said, pool["job_variables"]["env"]):
        assert "1" == variables["DO_NOT_TRACK"]
        assert "false" == variables["PREFECT_SERVER_ANALYTICS_ENABLED"]


def test_what_is_made_in_a_home_is_its_owners_alone(tmp_path):
    """Hub, lake, warehouse and staging of an import, by the command line as it is started."""
    from simulators.books.company import Company  # noqa: PLC0415 - for this test alone
    from simulators.books.years import calendar_years  # noqa: PLC0415 - as above

    books = tmp_path / "books.se"
    books.write_bytes(Company(1, calendar_years(2024, 2024), 20).sie())
    home = tmp_path / "home"
    tasma = Path(sys.executable).with_name("tasma")
    subprocess.run(
        [tasma, "import", books, "--new-tenant"],
        env={**os.environ, "TASMA_HOME": str(home)},
        umask=0o022,
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    made = {str(path.relative_to(home)): path.lstat().st_mode & 0o777 for path in home.rglob("*")}

    assert {"hub", "lake", "warehouse"} <= {*made}
    assert {0o700, 0o600} == {home.stat().st_mode & 0o777, *made.values()}
