"""Sweeps that are killed at random: every file is taken in once, and its last version is published.

A short turn of the campaign here; whole ones under ``make campaign``, or piece by piece by
``python -m tests.sftp_campaign``.
"""

from __future__ import annotations

import os

import pytest

from tests.homes import opened_new
from tests.sftp_turns import KILLS, TENANTS, TURNS, Turn

IS_CAMPAIGN = bool(os.environ.get("TASMA_CAMPAIGN"))
SEEDS = range(TURNS if IS_CAMPAIGN else 1)
KILLED = KILLS if IS_CAMPAIGN else 8
TURN_LIMIT_S = 600
"""Of one on a busy machine; on an idle one it takes a quarter of a minute."""


@pytest.mark.timeout(TURN_LIMIT_S)
@pytest.mark.requirement("R-FIN-22b")
@pytest.mark.parametrize("seed", SEEDS)
def test_sweeps_killed_at_random_lose_nothing_and_take_nothing_twice(
    seed, tmp_path, empty_hub, tmp_path_factory, monkeypatch
):
    monkeypatch.setenv("TASMA_INBOX", str(tmp_path / "inbox"))
    with opened_new(tmp_path, empty_hub):
        pass
    found = Turn(tmp_path, tmp_path_factory.mktemp("sftp"), seed, KILLED).play()

    left = found.half_done
    assert left["taken"] + left["landed"] + left["ended"] > 0, "some kills came in the middle"
    assert (0, 0, []) == (found.lost, found.doubled, found.wrong)
    assert found.files > len(TENANTS), "customers went on"
