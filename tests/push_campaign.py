"""The figures of the campaign against pushing, as decision 0020 has them.

``python -m tests.push_campaign`` plays all its schedules and prints the line; a test plays the
first few, and the whole of it under ``make campaign``, and holds the document against them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.push.items import HoldCode, Phase
from tests.push_world import World

FEW, ALL = 400, 10_000
HEADS: Final = ("schedules", "documents", "done", "held", "waiting", "alarms", "wrong")


@dataclass(frozen=True)
class Figures:
    """What became of the documents. `waiting`: for one that is held. `alarms`: of the held, those
    that are there twice, by a commit later than the target promises. `wrong`: schedules in which
    anything else came twice, was lost, or was left; by seed."""

    ends: Counter[str]
    wrong: dict[int, list[str]]

    def line(self, schedules: int) -> str:
        """Return the row of the table."""
        documents = sum(self.ends[phase] for phase in Phase)
        counted = (schedules, documents, self.ends[Phase.DONE], self.ends[Phase.HELD])
        counted += (self.ends[Phase.READY],)
        counts = (*counted, self.ends["alarms"], len(self.wrong))
        return f"| {' | '.join(f'{count:,}' for count in counts)} |"


def play(seeds: Iterable[int]) -> Figures:
    """Play the schedules of these seeds."""
    ends: Counter[str] = Counter()
    wrong = {}
    for seed in seeds:
        world = World(seed).play()
        if faults := world.faults():
            wrong[seed] = faults
        for item in world.hub.items.values():
            ends[item.phase] += 1
            ends["alarms"] += item.hold is not None and item.hold.code is HoldCode.SEVERAL
    return Figures(ends, wrong)


if __name__ == "__main__":
    for schedules in (FEW, ALL):
        print(play(range(schedules)).line(schedules))  # noqa: T201 - a command
