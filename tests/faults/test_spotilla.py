"""Random half hours between Spotilla and Procountor, over HTTP (see `tests.spotilla_schedule`).

`TASMA_SPOTILLA_SEEDS` says how many schedules are played; a few in each run of the tests.
"""

from __future__ import annotations

import os
import shutil

import pytest

from tests.spotilla_house import opened_house
from tests.spotilla_schedule import Schedule

SEEDS = int(os.environ.get("TASMA_SPOTILLA_SEEDS", "2"))
PEACE = 4
"""Half hours without faults in the end."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_is_there_twice_and_nothing_is_lost(seed, tmp_path, empty_hub, monkeypatch):
    shutil.copy(empty_hub, tmp_path)
    with opened_house(monkeypatch, tmp_path / "hub.sqlite") as house:
        house.switch_on()
        schedule = Schedule(house, seed)
        schedule.disturb()
        for _ in range(PEACE):
            schedule.rest()

        assert [] == schedule.wrong()
