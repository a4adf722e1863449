"""What `make hosts` prints leads on: to the pages, to commands, and to a night with a lost host."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
from types import SimpleNamespace

import pytest

from flows.demo.hosts import up
from flows.demo.hosts.hosts import Host, Hosts
from flows.server.own_secrets import CLIENT_LOGIN


@pytest.fixture
def found(tmp_path, monkeypatch):
    """An installation of two hosts, of which no process runs."""
    monkeypatch.setattr(up, "overview_of", lambda _server: "/v2/artifacts/artifact/1")
    servers = [
        SimpleNamespace(
            url=f"http://127.0.0.1:{port}",
            api_url=f"http://127.0.0.1:{port}/api",
            environment={CLIENT_LOGIN: "tasma:x"},
        )
        for port in (4200, 4201)
    ]
    hosts = [
        Host(f"host-{n}", tmp_path / f"host-{n}", {}, SimpleNamespace(pid=1000 + n)) for n in (1, 2)
    ]
    return Hosts(tmp_path, SimpleNamespace(), servers, hosts=hosts)


def test_each_command_that_is_printed_is_there(found):
    lines = [*up.where(found), *up.another_night(found)]
    commands = [shlex.split(line)[0] for line in lines if line.startswith("  ")]

    assert ["set", "tasma", "tasma", "tasma", "prefect"] == list(map(os.path.basename, commands))
    assert [] == [one for one in commands if one != "set" and not shutil.which(one)]


def test_another_night_loses_the_first_host_by_its_process_group(found):
    assert any("; kill -9 -- -1001" in line for line in up.another_night(found))
    assert any("-p zone=Europe/Helsinki" in line for line in up.another_night(found))


def test_a_stop_says_that_it_takes_a_while_and_a_second_one_does_not_break_it_off():
    told, before = [], signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt), up._stopped_once(told.append):
            raise KeyboardInterrupt
        assert signal.SIG_IGN is signal.getsignal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)

    assert "may take half a minute" in told[0]
