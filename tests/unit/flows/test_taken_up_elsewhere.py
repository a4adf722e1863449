"""A run that was started again on another machine is not ended by the one that slept."""

from __future__ import annotations

import pytest

from blocks.hub import Hub
from blocks.processes import HOST_NAME
from flows.runs.hooks import goes_on_elsewhere

RUN = "b73853d2"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    monkeypatch.delenv("TASMA_HUB_URL", raising=False)
    (tmp_path / "hub").mkdir()
    with Hub(f"sqlite:///{tmp_path / 'hub' / 'hub.sqlite'}") as hub:
        yield hub.migrate()


@pytest.mark.parametrize(("holder", "expected"), [("host-2", True), ("host-1", False)])
def test_run_goes_on_elsewhere_while_another_machine_holds_a_lease_for_it(
    hub, monkeypatch, holder, expected
):
    monkeypatch.setenv(HOST_NAME, holder)
    hub.leases.acquire("/something", holder="a run", run_id=RUN)
    monkeypatch.setenv(HOST_NAME, "host-1")

    assert expected == goes_on_elsewhere(RUN)
    assert not goes_on_elsewhere("another")
