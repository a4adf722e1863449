"""`tasma sftp`: what is agreed, whether it works, and that a test writes nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from blocks.hub import Hub, Tenant
from blocks.settings import settings
from flows.cli import sftp
from simulators.sftp import SftpSimulator
from tests.command_line import invoke
from tests.sftp_place import LOGIN, PASSWORD, account


@pytest.fixture
def acme(home):
    with Hub(settings().hub_url) as hub:
        hub.migrate().tenants.add(Tenant("acme", "Acme AB"))
    return "acme"


@pytest.fixture
def agreed(acme):
    found = invoke("sftp", "set", acme, "--block", "sftp-account/acme", "--folder", "/")
    assert 0 == found.exit_code, found.output
    return acme


@pytest.fixture
def server(tmp_path, monkeypatch):
    with SftpSimulator(tmp_path / "sftp", {LOGIN: PASSWORD}) as server:
        (server.folder(LOGIN) / "books.se").write_bytes(b"1\n")
        server.account = account(server)
        monkeypatch.setattr(sftp, "_account", lambda _block: server.account)
        yield server


def test_what_is_agreed_is_kept_and_what_is_not_named_stays(agreed):
    invoke("sftp", "set", agreed, "--minutes", "20", "--pattern", "acme-*.se")
    invoke("sftp", "set", agreed, "--done-suffix", ".done")
    (found,) = json.loads(invoke("sftp", "status", agreed, "--json").stdout)["pickups"]

    assert (20, "acme-*.se", ".done", "/") == (
        found["poll_minutes"],
        found["file_pattern"],
        found["done_suffix"],
        found["folder"],
    )
    assert "every 20 minutes" not in invoke("sftp", "set", agreed, "--stop").output
    assert "No pickup was agreed" in invoke("sftp", "status", agreed).output


def test_what_comes_next_names_the_tenant_that_has_a_problem(agreed):
    calm = invoke("sftp", "status").output
    with Hub(settings().hub_url) as hub:
        hub.tenants.add(Tenant("calm", "Calm AB"))
        hub.pickups.agree(replace(hub.pickups.get(agreed), tenant="calm"), who="anna")
        hub.pickups.ended(agreed, problem="no answer")

    shown = invoke("sftp", "status").output

    assert "Next:" not in calm
    assert f"Next: tasma sftp test {agreed}" in shown
    assert "sftp test calm" not in shown
    assert "sftp test TENANT" not in shown


@pytest.mark.requirement("R-FIN-20b")
@pytest.mark.parametrize("minutes", ["0", "21", "0.5"])
def test_an_interval_that_is_not_offered_is_refused(agreed, minutes):
    refused = invoke("sftp", "set", agreed, "--minutes", minutes)

    assert 2 == refused.exit_code
    found = json.loads(invoke("sftp", "status", agreed, "--json").stdout)
    assert 5 == found["pickups"][0]["poll_minutes"]


def test_a_test_shows_the_fingerprint_and_writes_nothing(agreed, server):
    server.faults.is_read_only = True
    found = json.loads(invoke("sftp", "test", agreed, "--json").stdout)

    assert found["pinned"]
    assert found["fingerprint"].startswith("SHA256:")
    assert ["books.se"] == found["files"]
    assert ["books.se"] == [path.name for path in server.folder(LOGIN).iterdir()]
    assert 0 == server.faults.reads


def test_a_test_names_the_files_that_a_poll_would_put_aside(agreed, server):
    (server.folder(LOGIN) / "notes.md").write_bytes(b"1\n")

    shown = invoke("sftp", "test", agreed)

    assert "2 files wait in /" in shown.output
    assert "A poll puts aside what is not named as agreed" in shown.output
    assert shown.output.count("notes.md") == 2
    assert ["notes.md"] == json.loads(invoke("sftp", "test", agreed, "--json").stdout)[
        "names_not_agreed"
    ]


def test_a_server_that_is_not_pinned_is_shown_no_login(agreed, server):
    server.account = account(server, host_keys="", password="wrong")  # noqa: S106 - a fake
    found = invoke("sftp", "test", agreed)

    assert 1 == found.exit_code
    assert server.host_key in found.output, "the line to pin"
    assert "does not accept the login" not in found.output


def test_a_server_that_shows_another_key_than_the_pinned_one_is_named_with_both(agreed, server):
    pinned = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKQFeWF1gli/sNNHxpGCcO03Hpk06ekRpKJQBVfv4pNO"
    server.account = account(server, host_keys=pinned)
    found = invoke("sftp", "test", agreed)

    assert 1 == found.exit_code
    assert "none of those pinned (SHA256:QZx6YsJx2kg+" in found.output
    assert "somebody is in between" in found.output
    assert server.host_key in found.output, "the line to pin"
