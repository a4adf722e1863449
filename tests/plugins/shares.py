"""pytest plugin: of a large matrix of cases every day a share is tried, and by a campaign all.

``@pytest.mark.share(3)`` keeps each third case of a parametrized test, always the same ones, so
that a run can be repeated; ``share(0)`` keeps none. `TASMA_CAMPAIGN=1` (`make campaign`) tries all.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.examples import CAMPAIGN


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "share(each): every day each so many-th case is tried, 0 for none"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only the campaign tries."""
    if os.environ.get(CAMPAIGN):
        return
    seen: Counter[str] = Counter()
    kept, left = [], []
    for item in items:
        marker = item.get_closest_marker("share")
        place = f"{item.nodeid.partition('[')[0]}"
        is_kept = marker is None or (marker.args[0] and seen[place] % marker.args[0] == 0)
        seen[place] += marker is not None
        (kept if is_kept else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept
