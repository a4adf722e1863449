"""One command over a hub of many tenants, in this process, its modules imported before."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.scale_hub import YEARS, build_hub
from tests.command_line import invoke

HUB: Final = Path("hub") / "hub.sqlite"


def command(home: str, tenants: int, command: list[str]) -> Callable[[], dict[str, Any]]:
    """Build the hub if it is not there yet, then time the command over it."""
    place = Path(home)
    if not (place / HUB).exists():
        build_hub(place / HUB, tenants)
        (place / HUB).parent.chmod(0o750)
    # Imports and the statements that SQLAlchemy compiles once belong to no tenant.
    _run(_small(place.parent), command)

    def work() -> dict[str, Any]:
        output = _run(place, command)
        return {"tenants": tenants, "is_whole": _is_whole(command, output, tenants)}

    return work


def _small(folder: Path) -> Path:
    small = folder / "hub-of-few"
    if not (small / HUB).exists():
        build_hub(small / HUB, 3)
        (small / HUB).parent.chmod(0o750)
    return small


def _run(home: Path, words: list[str]) -> str:
    os.environ["TASMA_HOME"] = str(home)
    return str(invoke(*words).stdout)


def _is_whole(words: list[str], output: str, tenants: int) -> bool:
    """Return whether a command spoke of every tenant."""
    rows = {
        ("tenant", "status"): len(YEARS) * tenants + 1,
        ("tenant", "list"): tenants + 1,
        ("lake", "prune"): 1,
    }
    if words == ["doctor"]:
        return f"{tenants:,} tenants" in output
    return len(output.splitlines()) == rows[words[0], words[1]]
