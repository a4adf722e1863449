"""A machine that starts under a name which another one has."""

from __future__ import annotations

import datetime as dt
import shutil
import time

import pytest

from blocks.hub import Hub
from blocks.hub import hosts as table
from blocks.hub.hosts import NameTaken, Places
from tasks import hosts

SHARED = Places(lake="folder 1", warehouse="database books", inbox="folder 2")


@pytest.fixture
def beat(empty_hub, tmp_path, monkeypatch):
    """Say of the host `a` that it is there, as another start of a machine."""
    url = f"sqlite:///{shutil.copy(empty_hub, tmp_path / 'hub.sqlite')}"
    monkeypatch.setenv("TASMA_HOST_NAME", "a")
    monkeypatch.setenv("TASMA_HUB_URL", url)
    with Hub(url) as hub:
        yield lambda: hub.hosts.join(
            "a", SHARED, release="1.0", clock=hub.database.now, boot="another"
        )


def test_second_machine_of_a_name_is_refused_once_the_first_is_heard_of(beat, monkeypatch):
    beat()
    monkeypatch.setattr(hosts.time, "sleep", lambda _s: beat())

    with pytest.raises(NameTaken, match=r"called a too.*TASMA_HOST_NAME"):
        hosts.require_own_name()


def test_machine_that_rose_again_waits_until_its_earlier_self_was_silent_long_enough(
    beat, monkeypatch
):
    monkeypatch.setattr(table, "SILENT_FOR", dt.timedelta(seconds=0.2))
    began = time.monotonic()
    beat()  # it is heard of while this lasts, which a busy machine may take long for

    hosts.require_own_name(look_every_s=0.05)

    assert time.monotonic() - began >= 0.2
