"""Loads that are killed at a random moment, a third of them after the swap, and what was left.

``python -m tests.load_kills 1000 --minutes 60`` plays what was not played yet, and prints the row.
Each schedule copies a home with last night's books, takes tonight's in a process that dies by
SIGKILL, and looks: a reader sees the one or the other whole (else torn). Then the file comes once
more, at once, in a process that lives: it publishes or finds it published, and everything of
tonight is there (else lost), in one load (else doubled), with no lease and no unit left behind.
"""

from __future__ import annotations

import random
import shutil
import signal
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Final

from blocks.hub import Tenant
from blocks.steps import STEPS
from flows.cli.local import import_here
from ledger.fiscal_year import FiscalYear
from simulators.books.company import Company
from simulators.books.years import calendar_years
from tasks.stores import Stores
from tests.campaigning import Campaign, Played, main
from tests.faults.children import CHILDREN
from tests.faults.importer import take, take_until
from tests.homes import opened

TENANT: Final = "alv"
YEAR: Final = FiscalYear.parse("2024")
COMPANY: Final = Company(seed=11, years=calendar_years(2024, 2024), vouchers_per_year=60)
TONIGHT: Final = COMPANY.next_night(removed=[("B", 3)], changed=[("L", 2)])

SWAPPED: Final = "publish.swapped"
AFTER: Final = (SWAPPED, "publish.recorded")
BEFORE: Final = tuple(
    step
    for step in STEPS[: STEPS.index(SWAPPED)]
    if not step.startswith(("extract.", "documents.", "report."))
)
"""A step of these begins the wait for the kill; the last one may end it beyond the swap."""

LONGEST_S: Final = 0.02
"""Longest wait after a step: about as long as the way from the swap to the hub's word."""

AT_ONCE: Final = 2
CHILD_LIMIT_S: Final = 600
HEADS: Final = (
    "schedules",
    "killed",
    "after the swap",
    "lived",
    "lost",
    "doubled",
    "torn",
    "wrong",
)


def play(seeds: Iterable[int]) -> Played:
    """Play the schedules of these seeds."""
    found = Played()
    with tempfile.TemporaryDirectory(prefix="load-kills-") as folder:
        start = Path(folder) / "start"
        start.mkdir()
        _load_last_night(start)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for seed, counts in pool.map(lambda seed: (seed, played(start, seed)), seeds):
                wrong = [name for name in HEADS[4:7] if name in counts]
                wrong += [name for name in counts if name not in HEADS]
                found.add(seed, [(name, 1) for name in counts if name in HEADS], wrong)
    return found


def played(start: Path, seed: int) -> list[str]:
    """Play one schedule; return what it counts as, and what was not as it must be."""
    home = start.with_name(f"home-{seed}")
    shutil.copytree(start, home)
    try:
        return [*_schedule(home, seed)]
    finally:
        shutil.rmtree(home)


def _schedule(home: Path, seed: int) -> Iterator[str]:
    drawn = random.Random(seed)  # noqa: S311 - schedules, not secrets
    step = drawn.choice(AFTER if seed % 3 == 0 else BEFORE)
    path = home / "tonight.se"
    path.write_bytes(TONIGHT.sie())
    code = _child(take_until, home, TENANT, path, step, drawn.uniform(0, LONGEST_S))
    yield "killed" if code == -signal.SIGKILL else "lived"
    with opened(home) as stores:
        seen, is_swapped = balances(stores), _load_number(stores) == 2
    if is_swapped and code == -signal.SIGKILL:
        yield "after the swap"
    if seen != truth(TONIGHT if is_swapped else COMPANY):
        yield "torn"
    if (code := _child(take, home, TENANT, path)) != 0:
        yield f"{step}: the file did not go in again at once ({code})"
    with opened(home) as stores:
        yield from _left(stores, step)


def _left(stores: Stores, step: str) -> Iterator[str]:
    """Say what is wrong when the file has come once more."""
    if balances(stores) != truth(TONIGHT) or not stores.warehouse.verify(TENANT, YEAR).is_intact:
        yield "lost"
    if _load_number(stores) != 2:
        yield "doubled"
    unit = stores.hub.units.find(TENANT, YEAR)
    if unit is None or unit.status != "published":
        yield f"{step}: the year is not published, says the hub: {unit}"
    if stores.hub.leases.live() or stores.hub.leases.stale() or stores.hub.abandoned():
        yield f"{step}: something is held still"


def _load_last_night(home: Path) -> None:
    with opened(home) as stores:
        stores.hub.migrate()
        stores.hub.tenants.add(
            Tenant(TENANT, COMPANY.name, organisation_number=COMPANY.organisation_number)
        )
        path = home / "books.se"
        path.write_bytes(COMPANY.sie())
        outcome = import_here(stores, TENANT, path, watch=lambda _step: None).outcome
    if outcome != "published":
        raise RuntimeError(f"last night's books were not published: {outcome}")


def _child(work: object, *arguments: object) -> int | None:
    child = CHILDREN.Process(target=work, args=arguments)
    child.start()
    child.join(CHILD_LIMIT_S)
    if child.is_alive():
        child.kill()
        return None
    return child.exitcode


def balances(stores: Stores, tenant: str = TENANT) -> dict[str, Decimal]:
    """Return the closing balance per account that a reader of the published books sees."""
    rows = [
        *stores.warehouse.published(tenant, "opening_balance").to_pylist(),
        *stores.warehouse.published(tenant, "posting").to_pylist(),
    ]
    sums: dict[str, Decimal] = {}
    for row in rows:
        account = row["account_number"]
        sums[account] = sums.get(account, Decimal(0)) + row["amount"]
    return {account: amount for account, amount in sums.items() if amount}


def truth(company: Company) -> dict[str, Decimal]:
    """Return the same of what an invented company has."""
    return {account: amount for account, amount in company.trial_balance().items() if amount}


def _load_number(stores: Stores) -> int:
    record = stores.warehouse.load_record(TENANT, YEAR)
    return record.load_number if record else 0


CAMPAIGN: Final = Campaign("kills-loads", play, HEADS, per_range=10)

if __name__ == "__main__":
    main(CAMPAIGN, schedules=1_000)
