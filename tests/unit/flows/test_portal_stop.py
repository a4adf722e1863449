"""What is left when the portal is told to stop."""

from __future__ import annotations

import runpy
import signal
from contextlib import contextmanager

import pytest

import flows.portal.door
import tasks.hosts


@pytest.fixture
def handler_restored():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("handler_restored")
def test_portal_that_is_told_to_stop_leaves_the_list_of_hosts(monkeypatch):
    seen = []

    @contextmanager
    def joined():
        try:
            yield
        finally:
            seen.append("left")

    # uvicorn ends itself by the signal that it got, when all is answered.
    monkeypatch.setattr(flows.portal.door, "serve", lambda: signal.raise_signal(signal.SIGTERM))
    monkeypatch.setattr(tasks.hosts, "joined", joined)

    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("flows.portal", run_name="__main__")

    assert (["left"], None) == (seen, stopped.value.code)
