"""An extract of small parts, landed in a folder or in a bucket."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from blocks.lake import ExtractPart, Lake, Landed, lake_of
from blocks.settings import Settings
from ledger.source import Part
from tests.benchmarks.clock import Clock
from tests.benchmarks.lake import NEW, PARTS

OF = ("acme", "procountor")


def land(home: str, url: str = "") -> Callable[[], dict[str, Any]]:
    """Land all of them, and read them as a stage does."""
    lake = _lake(home, url)
    parts = [_part(number) for number in range(PARTS)]

    def work() -> dict[str, Any]:
        clock = Clock()
        with clock.phase("land"):
            landed = _landed(lake, parts)
        with clock.phase("read"):
            count = sum(1 for part in lake.open_parts(landed) if part.read())
        return clock.facts | {"parts": count}

    return work


def again(home: str, url: str = "") -> Callable[[], dict[str, Any]]:
    """Look which of them can be used again, and land an extract that has three new ones."""
    lake = _lake(home, url)
    known = lake.parts_of(_landed(lake, [_part(number) for number in range(PARTS)]))

    def work() -> dict[str, Any]:
        clock = Clock()
        with clock.phase("usable"):
            usable = lake.usable(*OF, known)
        new = [_part(PARTS + number) for number in range(NEW)]
        with clock.phase("land"):
            landed = _landed(lake, [*usable[NEW:], *new])
        return clock.facts | {"parts": len(lake.parts_of(landed))}

    return work


def _lake(home: str, url: str) -> Lake:
    return lake_of(Settings(home=Path(home), lake=Path(home) / "lake", lake_url=url))


def _landed(lake: Lake, parts: Iterable[Part | ExtractPart]) -> Landed:
    return lake.land_extract(*OF, parts, file_name="year", format_name="procountor")


def _part(number: int) -> Part:
    rows = [{"account": f"{1000 + row}", "amount": f"{number * row}.00"} for row in range(8)]
    content = json.dumps({"id": number, "rows": rows}).encode()
    return Part(f"receipt:{number}", content.strip)
