"""A run that listens says of itself whether anything came of it."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.ecom.hearing import Run
from tasks.ecom.settle import Settled
from tasks.feeds import Heard
from tasks.listening import has_changed
from tasks.spotilla.cycle import Cycle
from tasks.spotilla.sweeping import Turn


@pytest.mark.parametrize(
    ("ran", "expected"),
    [
        (Turn(Cycle()), False),
        (Turn(Cycle(linked=1)), True),
        (Turn(Cycle(changed=1)), True),
        (Turn(Cycle(), Heard(new=1)), True),
        (Run(Heard(), Settled()), False),
        (Run(Heard(), Settled(Counter(waits=3))), False),
        (Run(Heard(), Settled(Counter(waits=3, left=1))), True),
        (Run(Heard(), Settled(queued=["closing-2026-01"])), True),
    ],
)
def test_a_run_changed_something_when_it_heard_linked_or_settled_something(ran, expected):
    assert expected == has_changed(ran)
