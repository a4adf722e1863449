"""``python -m tests.kills outbox|dbos [first [last]]`` plays schedules, and keeps what they gave.

Seeds ``first`` up to and without ``last``, all by default; what is kept already is not played
again, so that it may be stopped and resumed. It ends with the rows of decision 0020's table, as far
as they were played (``table`` prints them alone). DBOS comes with ``requirements-bench.txt``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Final

from blocks.hub import Hub
from tests.kills.outcome import keep, lines, read_played
from tests.kills.play import Engine, play
from tests.kills.schedule import ALL

ENGINES: Final = {"outbox": "tests.kills.ours", "dbos": "tests.kills.durable"}


def main(engine: Engine, first: int, last: int) -> None:
    """Play schedules, keep what came of them, and say what was not as it must be."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.sqlite"
        with Hub(f"sqlite:///{path}") as hub:
            hub.migrate()
        began = time.monotonic()
        there = {one.seed for one in read_played() if one.by == engine.NAME}
        missing = [seed for seed in range(first, last) if seed not in there]
        for one in play(engine, missing, path):
            keep([one])
            if one.why:
                print(one.seed, *one.why, sep="\n  ", flush=True)  # noqa: T201 - a command
    took = time.monotonic() - began
    print(f"{len(missing)} schedules in {took:.0f} s")  # noqa: T201 - as above


if __name__ == "__main__":
    name, *range_ = sys.argv[1:] or ["table"]
    if name != "table":
        main(import_module(ENGINES[name]), *(map(int, range_ + [0, ALL][len(range_) :])))
    print(*lines(read_played()), sep="\n")  # noqa: T201 - as above
