"""Twenty people look at pages of a portal, and fifty send files to it at the same time."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.portal_home import BIG, USERS, build, sessions, stores_of
from tests.benchmarks.portal_process import Browser, Served, serving
from tests.benchmarks.scale_hub import tenant_id

PAUSE_S: Final = 1.0
"""How long somebody reads on average before the next page; seconds."""

SENDERS: Final = 50
P95: Final = 0.95


def pages(
    home: str, tenants: int, vouchers: int, module: str, rounds: int
) -> Callable[[], dict[str, Any]]:
    """Have twenty people look at pages: cold all at once, then warm as people read.

    `rounds`: how often each goes through the pages once they are warm.
    """
    place = Path(home)
    unit = build(place, tenants=tenants, vouchers=vouchers)
    with stores_of(place) as stores:
        tokens = sessions(stores)

    def work() -> dict[str, Any]:
        with serving(place, module) as served:
            looked = _Looked(served, tokens, unit.year.key, tenants)
            facts = looked.at("cold", rounds=1, pause_s=0.0)
            facts |= looked.at("warm", rounds=rounds, pause_s=PAUSE_S)
            return {**facts, "cpu_s": served.cpu_s, "portal_mib": round(served.peak_mib)}

    return work


class _Looked:
    """Twenty people, each with a connection and an order of pages of their own."""

    def __init__(self, served: Served, tokens: Sequence[str], year: str, tenants: int) -> None:
        self._served, self._tokens, self._year, self._tenants = served, tokens, year, tenants

    def at(self, name: str, *, rounds: int, pause_s: float) -> dict[str, float]:
        """Return the 95th percentile of each kind of page, in ms."""
        with ThreadPoolExecutor(USERS) as people:
            asked = [people.submit(self._look, number, rounds, pause_s) for number in range(USERS)]
            taken = [each for one in asked for each in one.result()]
        kinds = {kind for kind, _ in taken}
        return {
            f"{kind}_{name}_ms": round(1_000 * _p95(took for key, took in taken if key == kind), 1)
            for kind in sorted(kinds)
        }

    def _look(self, number: int, rounds: int, pause_s: float) -> list[tuple[str, float]]:
        chance, browser = random.Random(number), self._served.browser(self._tokens[number])  # noqa: S311 - an order of pages
        taken = []
        for _ in range(rounds):
            wanted = self._pages(chance)
            chance.shuffle(wanted)
            for kind, path in wanted:
                time.sleep(chance.uniform(0, 2 * pause_s))
                status, took = browser.get(path)
                assert status == 200, (status, path)
                taken.append((kind, took))
        return taken

    def _pages(self, chance: random.Random) -> list[tuple[str, str]]:
        other = f"/companies/{tenant_id(chance.randrange(1, self._tenants))}"
        ours, year = f"/companies/{BIG}", f"year={self._year}"
        status = ["/companies", ours, other, f"{other}/lights", f"{other}/opening"]
        beside = [f"{ours}/comparison?{year}", f"{ours}/books?{year}", f"{other}/holds"]
        return [
            *(("status", path) for path in status),
            *(("reconciliation", path) for path in beside),
        ]


def uploads(home: str, tenants: int, megabytes: int, module: str) -> Callable[[], dict[str, Any]]:
    """Have fifty people send a file each at once, to a company each."""
    place = Path(home)
    build(place, tenants=tenants, vouchers=SENDERS)
    file = place.parent / f"upload-{megabytes}"
    file.write_bytes(random.Random(megabytes).randbytes(1_000_000) * megabytes)  # noqa: S311 - bytes
    with stores_of(place) as stores:
        token = sessions(stores)[0]

    def work() -> dict[str, Any]:
        with serving(place, module) as served, ThreadPoolExecutor(SENDERS) as people:
            served.browser(token).get("/companies")
            served.forget_peak()
            before, begun_s = served.peak_mib, served.cpu_s
            sent = list(
                people.map(
                    lambda number: _send(served.browser(token), number, file), range(SENDERS)
                )
            )
            facts = {"peak_mib_of_process": round(served.peak_mib), "before_mib": round(before)}
            taken = [path.stat().st_size for path in (place / "uploads").glob("*/*/*")]
            cpu_s = served.cpu_s - begun_s
        shutil.rmtree(place / "uploads")
        assert sent == [True] * SENDERS
        assert taken == [file.stat().st_size] * SENDERS
        return {**facts, "bytes": sum(taken), "cpu_s": cpu_s}

    return work


def _send(browser: Browser, number: int, file: Path) -> bool:
    path = f"/companies/{tenant_id(number)}/files?name=file.csv&what=statement"
    status, _ = browser.send(path, file)
    return status in {200, 303}


def _p95(seconds: Iterable[float]) -> float:
    ordered = sorted(seconds)
    return ordered[int(P95 * (len(ordered) - 1))]
