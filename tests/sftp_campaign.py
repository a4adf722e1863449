"""The campaign of killed sweeps, turn by turn, and the sum of its figures.

``python -m tests.sftp_campaign 0 40`` plays these turns, as far as the file of figures does not
have them yet, and prints the sum of all that it has: so a thousand kills can be played in pieces.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

from blocks.hub import Hub
from tests.faults.children import CHILDREN, IMPORTED
from tests.sftp_turns import KILLS, Figures, Turn


def main() -> None:
    """Play turns, keep the figures of each, and print the sum."""
    asked = _arguments()
    # A child runs the module that was started once more, and would make its imports anew.
    CHILDREN.set_forkserver_preload([*IMPORTED, "tests.sftp_turns"])
    asked.figures.parent.mkdir(parents=True, exist_ok=True)
    known = _known(asked.figures)
    deadline = time.monotonic() + asked.seconds
    for seed in range(asked.first, asked.last):
        if seed in known or time.monotonic() > deadline:
            continue
        with tempfile.TemporaryDirectory() as folder:
            known[seed] = _played(Path(folder), seed, kills=asked.kills)
        with asked.figures.open("a") as out:
            out.write(f"{json.dumps({'seed': seed, **vars(known[seed])})}\n")
    print(f"{len(known)} turns: {sum(known.values(), Figures())}")  # noqa: T201 - the answer


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sftp_campaign", description=__doc__)
    parser.add_argument("first", type=int, help="first turn")
    parser.add_argument("last", type=int, help="first turn that is not played any more")
    parser.add_argument("--seconds", type=float, default=600, help="begin no turn after so many")
    parser.add_argument("--kills", type=int, default=KILLS, help="of a turn")
    parser.add_argument("--figures", type=Path, default=Path("build/sftp-campaign.jsonl"))
    return parser.parse_args()


def _known(path: Path) -> dict[int, Figures]:
    if not path.exists():
        return {}
    found = {}
    for line in path.read_text().splitlines():
        row = json.loads(line)
        seed, states = row.pop("seed"), Counter(row.pop("half_done"))
        found[seed] = Figures(**row, half_done=states)
    return found


def _played(folder: Path, seed: int, *, kills: int) -> Figures:
    home, served = folder / "home", folder / "served"
    for each in (home, served):
        each.mkdir()
    os.environ["TASMA_INBOX"] = str(home / "inbox")
    with Hub(f"sqlite:///{home / 'hub.sqlite'}") as hub:
        hub.migrate()
    return Turn(home, served, seed, kills).play()


if __name__ == "__main__":
    main()
