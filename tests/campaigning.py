"""Campaigns that go on where they stopped: what ranges of seeds came to, kept and summed.

A range is a line of ``build/campaigns/NAME.jsonl`` with what it came to and the digest of the code
that it was played with, so that nothing is summed that other code came to.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from blocks.home import PROJECT

FOLDER: Final = PROJECT / "build" / "campaigns"


@dataclass
class Played:
    """What schedules came to. `counts`: by what is counted; `wrong`: by seed, what may not be."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: dict[int, list[str]] = field(default_factory=dict)

    def add(self, seed: int, counts: Iterable[tuple[str, int]], wrong: Sequence[str]) -> None:
        """Count one schedule."""
        self.counts["schedules"] += 1
        self.counts.update(dict(counts))
        if wrong:
            self.wrong[seed] = list(wrong)

    def __add__(self, other: Played) -> Played:
        """Return both together."""
        return Played(self.counts + other.counts, self.wrong | other.wrong)


@dataclass(frozen=True)
class Campaign:
    """`play`: what plays the schedules of some seeds. `heads`: of the table's row, `wrong` last."""

    name: str
    play: Callable[[Iterable[int]], Played]
    heads: tuple[str, ...]
    per_range: int = 50

    def row(self, played: Played) -> str:
        """Return the row of the table that a document has."""
        counts = [played.counts[head] for head in self.heads[:-1]]
        return f"| {' | '.join(f'{count:,}' for count in (*counts, len(played.wrong)))} |"

    @property
    def head(self) -> str:
        """Return the head of the table."""
        return f"| {' | '.join(self.heads)} |"

    def go_on(self, schedules: int, minutes: float, processes: int = 1) -> Iterator[Played]:
        """Play ranges that were not played with this code, and yield the sum after each."""
        code = digest()
        known = self._known(code)
        sum_ = sum((one for at, one in known.items() if at < schedules), start=Played())
        yield sum_
        firsts = [first for first in range(0, schedules, self.per_range) if first not in known]
        ranges = [range(first, min(first + self.per_range, schedules)) for first in firsts]
        play = partial(_in_time, self.play, time.monotonic() + 60 * minutes)
        pool = ProcessPoolExecutor(processes, get_context("spawn")) if processes > 1 else None
        asked = pool.map if pool else map
        with pool or nullcontext():
            for first, played in zip(firsts, asked(play, ranges), strict=True):
                if played is not None:
                    self._keep(code, first, played)
                    yield (sum_ := sum_ + played)

    @property
    def _path(self) -> Path:
        return FOLDER / f"{self.name}.jsonl"

    def _known(self, code: str) -> dict[int, Played]:
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        kept = [json.loads(line) for line in lines]
        return {
            one["first"]: Played(
                Counter(one["counts"]), {int(seed): why for seed, why in one["wrong"].items()}
            )
            for one in kept
            if one["code"] == code
        }

    def _keep(self, code: str, first: int, played: Played) -> None:
        line = {"code": code, "first": first, "counts": played.counts, "wrong": played.wrong}
        FOLDER.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _in_time(
    play: Callable[[Iterable[int]], Played], until: float, seeds: Sequence[int]
) -> Played | None:
    """Play seeds that are begun before `until`, by the clock that all processes share."""
    return play(seeds) if time.monotonic() <= until else None


def digest() -> str:
    """Return a hash of all of the project's sources that this process has loaded."""
    files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    found = hashlib.sha256()
    for path in sorted(files):
        if Path(path).is_relative_to(PROJECT) and ".venv" not in path:
            found.update(Path(path).read_bytes())
    return found.hexdigest()[:16]


def main(campaign: Campaign, *, schedules: int) -> None:
    """Play what is missing, for as long as it may take, and print the sum."""
    options = argparse.ArgumentParser(description=f"The campaign {campaign.name}.")
    options.add_argument("schedules", type=int, nargs="?", default=schedules)
    options.add_argument("--minutes", type=float, default=10.0, help="stop after so long")
    options.add_argument("--processes", type=int, default=1, help="play in so many at a time")
    given = options.parse_args()
    *_, played = campaign.go_on(given.schedules, given.minutes, given.processes)
    left = given.schedules - played.counts["schedules"]
    print(campaign.head, campaign.row(played), sep="\n")  # noqa: T201 - a command
    print(f"{left:,} schedules are left: run it again." if left else "All were played.")  # noqa: T201
    for seed, why in played.wrong.items():
        print(seed, *why, sep="\n  ")  # noqa: T201
