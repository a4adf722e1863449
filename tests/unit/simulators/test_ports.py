"""Simulators that are started by hand, each at a port of its own."""

from __future__ import annotations

import socket
import sys
from importlib import import_module
from pathlib import Path

import pytest

import simulators

FOLDER = Path(simulators.__file__).parent
STARTED = sorted(
    str(path.relative_to(FOLDER.parent).with_suffix("")).replace("/", ".")
    for path in FOLDER.rglob("*.py")
    if '__name__ == "__main__"' in path.read_text("utf-8")
)


def test_no_two_simulators_begin_at_one_port():
    ports = {name: import_module(name).PORT for name in STARTED}

    assert len(STARTED) == len(set(ports.values())), ports


@pytest.mark.parametrize("name", STARTED)
def test_simulator_whose_port_is_taken_ends_with_one_sentence(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(sys, "argv", [name, "--port", str(port)])
        with pytest.raises(SystemExit, match=rf"^Port {port} is taken, .* with --port\.$"):
            import_module(name).main()
