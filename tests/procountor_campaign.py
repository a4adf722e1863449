"""The figures of the campaign against pushing into Procountor, as decision 0033 has them.

``python -m tests.procountor_campaign 10000 --minutes 10`` plays what was not played yet, and prints
the row; a test plays the first few, and those of the decision under ``make campaign``.
"""

from __future__ import annotations

from ledger.push.items import Phase
from tests.campaigning import Campaign, Played, main
from tests.procountor_world import Schedule

FEW, RECORDED = 60, 10_000
"""So many a test plays, and of so many the decision has the figures."""
PART = "100.00"
HEADS = ("schedules", "calls", "faults", "documents", "done", "held", "waiting", "wrong")
ENDS = {Phase.DONE: "done", Phase.HELD: "held"}


def schedule(seed, **settings):
    """Return a schedule before it is played.

    Every third payment is a part of what is open; in every second a product, a journal, a sale and
    its payment go too.
    """
    amount = PART if seed % 3 == 0 else None
    return Schedule(seed, **{"amount": amount, "is_whole": seed % 2 == 1, **settings})


def play(seeds):
    """Play the schedules of these seeds."""
    played = Played()
    for seed in seeds:
        one = schedule(seed).play()
        ends = [ENDS.get(item.phase, "waiting") for item in one.items.values()]
        counts = {name: ends.count(name) for name in ("done", "held", "waiting")}
        counts |= {"calls": len(one.world.calls), "faults": one.world.faults.count}
        played.add(seed, {**counts, "documents": len(ends)}.items(), list(one.wrong()))
    return played


CAMPAIGN = Campaign("procountor", play, HEADS)

if __name__ == "__main__":
    main(CAMPAIGN, schedules=RECORDED)
