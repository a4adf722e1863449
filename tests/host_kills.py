"""Two hosts take in a file each at once, one of them is lost, asleep or cut off: what is left.

``python -m tests.host_kills 1000 --minutes 60`` plays what was not played yet, and prints the row.
Hub and books are in PostgreSQL, the lake is shared. In each schedule the host that has this
evening's books of a tenant dies by SIGKILL or sleeps for longer than its lease at a random moment,
or the server ends all connections; another host has tonight's and goes on. No load replaces one
that was given its lease later (else overtaken). The file of tonight comes once more, and within
seconds everything of it is there (else lost), in one load that is the last (else doubled), with
nothing held (else stuck).
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from blocks.hub import Tenant
from blocks.steps import STEPS
from flows.demo.hosts.parts import postgresql
from tasks.stores import Stores
from tests.campaigning import Campaign, Played, main
from tests.faults.children import CHILDREN
from tests.faults.host import LIMIT_S, TTL_S, Fate, Places, meet, opened, take, take_in
from tests.load_kills import COMPANY, TONIGHT, YEAR, balances, truth

EVENING: Final = COMPANY.next_night(removed=[], changed=[("L", 3)])

ELSEWHERE: Final = ("extract.", "documents.", "report.")
OF_FILES: Final = {"publish.copied", "publish.closed", "publish.swapped"}
FATAL: Final = tuple(
    step for step in STEPS if not step.startswith(ELSEWHERE) and step not in OF_FILES
)
"""Steps after which a host may meet its fate."""

FATES: Final = ("killed", "slept", "cut")
LONGEST_S: Final = 0.05
"""Longest wait after a step, and between the starts of the two hosts."""

RUN_S: Final = 1.0
"""About as long as a host works."""

ATTEMPTS: Final = 3
"""How often a schedule is played at most, until a host meets its fate before it has ended."""

HEADS: Final = ("schedules", *FATES, "missed", "overtaken", "lost", "doubled", "stuck", "wrong")

CUT: Final = (
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid()"
    " and backend_type = 'client backend'"
)


class Server:
    """A PostgreSQL server with a hub and books, and a folder that hosts share."""

    def __init__(self, hub: str, books: str, folder: Path) -> None:
        self.hub, self.books, self.folder = hub, books, folder
        with opened(self.of("nobody")) as stores:
            stores.hub.migrate()

    def of(self, host: str) -> Places:
        """Return where a host keeps things."""
        return Places(self.hub, self.books, self.folder / "lake", self.folder / host)

    def cut(self) -> None:
        """End all connections of hosts, as a server that is started again does."""
        import psycopg  # noqa: PLC0415 - only who has a server has it

        for url in (self.hub, self.books):
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute(CUT)


def play(seeds: Iterable[int]) -> Played:
    """Play the schedules of these seeds, on a server of their own."""
    with tempfile.TemporaryDirectory(prefix="host-kills-") as name:
        folder = Path(name)
        with postgresql() as databases:
            return played(
                Server(databases.url("hub"), databases.url("books"), folder / "shared"), seeds
            )


def played(server: Server, seeds: Iterable[int]) -> Played:
    """Play schedules, each with a tenant of its own."""
    found = Played()
    for seed in seeds:
        counts = _met(server, seed)
        wrong = [name for name in counts if name not in {*FATES, "missed"}]
        found.add(seed, [(name, 1) for name in counts if name in HEADS], wrong)
    return found


def _met(server: Server, seed: int) -> list[str]:
    """Play a schedule, and again where all went well because a host ended before its fate."""
    for attempt in range(ATTEMPTS):
        counts = list(_schedule(server, seed, attempt))
        if counts != ["missed"]:
            break
    return counts


def _schedule(server: Server, seed: int, attempt: int) -> Iterator[str]:
    drawn = random.Random(seed)  # noqa: S311 - schedules, not secrets
    tenant, here = f"t-{seed}-{attempt}-{os.getpid()}", server.of("host-3")
    server.folder.mkdir(parents=True, exist_ok=True)
    files = [server.folder / f"{tenant}-{number}.se" for number in range(3)]
    for path, books in zip(files, (COMPANY, EVENING, TONIGHT), strict=True):
        path.write_bytes(books.sie())
    with opened(here) as stores:
        stores.hub.tenants.add(Tenant(tenant, COMPANY.name))
    if problem := take_in(here, tenant, files[0]):
        raise RuntimeError(f"last night's books were not published: {problem}")
    yield from _tonight(server, tenant, files[1:], drawn.choice(FATES), drawn)
    with opened(here) as stores:
        if not _are_in_turn(stores, tenant):
            yield "overtaken"
    if problem := take_in(here, tenant, files[2]):
        yield "stuck"
        yield problem
    with opened(here) as stores:
        yield from _left(stores, tenant)


def _tonight(
    server: Server, tenant: str, files: list[Path], fate: str, drawn: random.Random
) -> Iterator[str]:
    """Let each host take in its file, and one meet its fate; yield that if it did.

    A host that has ended before has missed it.
    """
    sent = signal.SIGSTOP if fate == "slept" else signal.SIGKILL
    step = "" if fate == "cut" else drawn.choice(FATAL)
    met = Fate(step, drawn.uniform(0, LONGEST_S), sent)
    first = _started(meet, "host-1", server, tenant, files[0], met)
    time.sleep(drawn.uniform(0, LONGEST_S))
    second = _started(take, "host-2", server, tenant, files[1])
    if fate == "cut":
        time.sleep(drawn.uniform(0, RUN_S))
        server.cut()
    has_slept = fate == "slept" and _wake_later(first)
    for host, may in ((first, {0, -signal.SIGKILL}), (second, {0})):
        host.join(2 * LIMIT_S)
        if host.exitcode not in may:
            host.kill()
            yield "stuck"
            yield f"{fate} at {step}: a host ended with {host.exitcode}"
    is_met = {"killed": first.exitcode != 0, "slept": has_slept, "cut": True}
    yield fate if is_met[fate] else "missed"


def _started(work: Any, name: str, server: Server, *about: object) -> Any:
    child = CHILDREN.Process(target=work, args=(name, server.of(name), *about))
    child.start()
    return child


def _wake_later(host: Any) -> bool:
    """Wait until a host sleeps; let it go on when its lease has run out. Say if it came to it."""
    has_slept = False
    with suppress(FileNotFoundError, ProcessLookupError):  # it ended while it was looked at
        stat = Path(f"/proc/{host.pid}/stat")
        while host.is_alive() and not has_slept:
            time.sleep(0.02)
            has_slept = stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T"
    if has_slept:
        time.sleep(TTL_S * 1.5)
        os.kill(host.pid, signal.SIGCONT)
    return has_slept


def _left(stores: Stores, tenant: str) -> Iterator[str]:
    """Say what is wrong when both hosts have ended and the file has come once more."""
    is_whole = stores.warehouse.verify(tenant, YEAR).is_intact
    if balances(stores, tenant) != truth(TONIGHT) or not is_whole:
        yield "lost"
    came = [load["landed_sha256"] for load in _loads(stores, tenant)]
    if any(one == after for one, after in pairwise(came)):
        yield "doubled"
    unit = stores.hub.units.find(tenant, YEAR)
    if unit is None or unit.status != "published":
        yield f"the year is not published, says the hub: {unit}"
    held = [lease for lease in stores.hub.leases.live() if lease.tenant == tenant]
    if held:
        yield "stuck"


def _loads(stores: Stores, tenant: str) -> list[dict[str, Any]]:
    """Return what was published of the year, in that order."""
    loads = stores.warehouse.published(tenant, "load").to_pylist()
    return sorted(loads, key=lambda load: load["load_number"])


def _are_in_turn(stores: Stores, tenant: str) -> bool:
    """Return whether each load was given its lease after the one that it replaced."""
    tokens = [load["token"] for load in _loads(stores, tenant)]
    return tokens == sorted(tokens)


CAMPAIGN: Final = Campaign("kills-hosts", play, HEADS, per_range=25)

if __name__ == "__main__":
    main(CAMPAIGN, schedules=1_000)
