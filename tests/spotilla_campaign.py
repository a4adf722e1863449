"""The figures of the campaign between Spotilla and Procountor, as decision 0035 has them.

``python -m tests.spotilla_campaign 10000 --minutes 10`` plays what was not played yet, and prints
the row; a test plays the first few, and more of them under ``make campaign``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from blocks.hub import Hub
from tests.campaigning import Campaign, Played, main
from tests.spotilla_world import played as play_one

FEW, MORE, ALL = 6, 200, 10_000
HEADS = (
    "schedules",
    "faults",
    "deaths",
    "customers",
    "products",
    "invoices",
    "held",
    "wrong",
)


def play(seeds):
    """Play the schedules of these seeds."""
    found = Played()
    with (
        tempfile.TemporaryDirectory() as folder,
        Hub(f"sqlite:///{Path(folder) / 'hub.sqlite'}") as hub,
    ):
        hub.migrate()
        for seed in seeds:
            with pytest.MonkeyPatch.context() as patch:
                counts, wrong = play_one(patch, hub, seed)
            found.add(seed, counts.items(), wrong)
    return found


CAMPAIGN = Campaign("spotilla", play, HEADS, per_range=10)

if __name__ == "__main__":
    main(CAMPAIGN, schedules=ALL)
