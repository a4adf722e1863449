"""The figures of the campaign against pushing into Procountor, as decision 0033 has them.

``python -m tests.procountor_campaign 2000`` plays so many schedules and prints the line.
"""

from __future__ import annotations

import sys
from collections import Counter

from ledger.push.items import Phase
from tests.procountor_world import Schedule

PART = "100.00"


def schedule(seed, **settings):
    """Return a schedule before it is played; every third payment is a part of what is open."""
    return Schedule(seed, amount=PART if seed % 3 == 0 else None, **settings)


def line(schedules):
    """Play schedules and return the row of the table: how documents ended, and what was wrong."""
    ends, wrong, calls = Counter(), 0, 0
    for seed in range(schedules):
        played = schedule(seed).play()
        wrong += bool(list(played.wrong()))
        calls += len(played.world.calls)
        ends.update(one.phase for one in played.items.values())
        ends["faults"] += played.world.faults.count
    waiting = ends[Phase.READY] + ends[Phase.SENDING] + ends[Phase.IN_DOUBT]
    counted = (schedules, calls, ends["faults"], ends[Phase.DONE], ends[Phase.HELD], waiting, wrong)
    return f"| {' | '.join(f'{count:,}' for count in counted)} |"


if __name__ == "__main__":
    print(line(int(sys.argv[1])))  # noqa: T201 - a command
