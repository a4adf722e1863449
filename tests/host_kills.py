"""Two hosts take in the same file at once, one of them is lost, asleep or cut off: what is left.

``python -m tests.host_kills 1000 --minutes 60`` plays what was not played yet, and prints the row.
Hub and books are in PostgreSQL, the lake is shared. In each schedule one host dies by SIGKILL or
sleeps for longer than its lease at a random moment, or the server ends all connections; the other
host goes on. Within seconds everything of tonight is there (else lost), in one load (else doubled),
with nothing held (else stuck).
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from blocks.hub import Tenant
from blocks.steps import STEPS
from flows.demo.hosts.parts import postgresql
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from tasks.stores import Stores
from tests.campaigning import Campaign, Played, main
from tests.faults.children import CHILDREN
from tests.faults.host import LIMIT_S, TTL_S, Fate, Places, opened, take, take_in

YEAR: Final = FiscalYear.parse("2024")
COMPANY: Final = Company(seed=11, years=calendar_years(2024, 2024), vouchers_per_year=60)
TONIGHT: Final = COMPANY.next_night(removed=[("B", 3)], changed=[("L", 2)])

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

HEADS: Final = ("schedules", *FATES, "lost", "doubled", "stuck", "wrong")

CUT: Final = (
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid()"
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
        counts = list(_schedule(server, seed))
        wrong = [name for name in counts if name not in FATES]
        found.add(seed, [(name, 1) for name in counts if name in HEADS], wrong)
    return found


def _schedule(server: Server, seed: int) -> Iterator[str]:
    drawn = random.Random(seed)  # noqa: S311 - schedules, not secrets
    tenant, here = f"t-{seed}-{os.getpid()}", server.of("host-3")
    last_night, path = server.folder / f"{tenant}.se", server.folder / f"{tenant}-2.se"
    server.folder.mkdir(parents=True, exist_ok=True)
    last_night.write_bytes(COMPANY.sie())
    path.write_bytes(TONIGHT.sie())
    with opened(here) as stores:
        stores.hub.tenants.add(Tenant(tenant, COMPANY.name))
    if problem := take_in(here, tenant, last_night):
        raise RuntimeError(f"last night's books were not published: {problem}")
    fate = drawn.choice(FATES)
    yield fate
    yield from _tonight(server, tenant, path, fate, drawn)
    if problem := take_in(here, tenant, path):
        yield "stuck"
        yield problem
    with opened(here) as stores:
        yield from _left(stores, tenant)


def _tonight(
    server: Server, tenant: str, path: Path, fate: str, drawn: random.Random
) -> Iterator[str]:
    """Let both hosts take in tonight's file, and one meet its fate; say which did not end well."""
    sent = signal.SIGSTOP if fate == "slept" else signal.SIGKILL
    step = "" if fate == "cut" else drawn.choice(FATAL)
    met = Fate(step, drawn.uniform(0, LONGEST_S), sent)
    first = _started("host-1", server, tenant, path, met)
    time.sleep(drawn.uniform(0, LONGEST_S))
    second = _started("host-2", server, tenant, path, Fate())
    if fate == "cut":
        time.sleep(drawn.uniform(0, RUN_S))
        server.cut()
    if fate == "slept":
        _wake_later(first)
    for host, may in ((first, {0, -signal.SIGKILL}), (second, {0})):
        host.join(2 * LIMIT_S)
        if host.exitcode not in may:
            host.kill()
            yield "stuck"
            yield f"{fate} at {step}: a host ended with {host.exitcode}"


def _started(name: str, server: Server, tenant: str, path: Path, fate: Fate) -> Any:
    child = CHILDREN.Process(target=take, args=(name, server.of(name), tenant, path, fate))
    child.start()
    return child


def _wake_later(host: Any) -> None:
    """Wait until a host sleeps, if it comes to it; let it go on when its lease has run out."""
    stat = Path(f"/proc/{host.pid}/stat")
    while host.is_alive() and stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "T":
        time.sleep(0.02)
    if host.is_alive():
        time.sleep(TTL_S * 1.5)
        os.kill(host.pid, signal.SIGCONT)


def _left(stores: Stores, tenant: str) -> Iterator[str]:
    """Say what is wrong when both hosts have ended and the file has come once more."""
    is_whole = stores.warehouse.verify(tenant, YEAR).is_intact
    if _balances(stores, tenant) != _truth(TONIGHT) or not is_whole:
        yield "lost"
    record = stores.warehouse.load_record(tenant, YEAR)
    if record is None or record.load_number != 2:
        yield "doubled"
    unit = stores.hub.units.find(tenant, YEAR)
    if unit is None or unit.status != "published":
        yield f"the year is not published, says the hub: {unit}"
    held = [lease for lease in stores.hub.leases.live() if lease.tenant == tenant]
    if held:
        yield "stuck"


def _balances(stores: Stores, tenant: str) -> dict[str, Decimal]:
    rows = [
        *stores.warehouse.published(tenant, "opening_balance").to_pylist(),
        *stores.warehouse.published(tenant, "posting").to_pylist(),
    ]
    sums: dict[str, Decimal] = {}
    for row in rows:
        account = row["account_number"]
        sums[account] = sums.get(account, Decimal(0)) + row["amount"]
    return {account: amount for account, amount in sums.items() if amount}


def _truth(company: Company) -> dict[str, Decimal]:
    return {account: amount for account, amount in company.trial_balance().items() if amount}


CAMPAIGN: Final = Campaign("kills-hosts", play, HEADS, per_range=25)

if __name__ == "__main__":
    main(CAMPAIGN, schedules=1_000)
