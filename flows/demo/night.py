"""The demo's tenants of systems: first transfer, approval, a change in the books, one night."""

from __future__ import annotations

import datetime as dt
from typing import Final

from blocks.warehouse import Warehouse
from flows.demo import finnish, runs
from flows.demo.ledgers import BROKEN, CHANGES, CHANGING, HIDING, change_books
from flows.demo.outcome import changed_vouchers
from flows.server.processes import PrefectServer
from simulators.fortnox import FortnoxSimulator
from tasks.approve import approve
from tasks.stores import open_stores

IN_THE_NIGHT: Final = (CHANGING.slug, *(item.slug for item in finnish.FINNISH))
"""Tenants whose transfer is approved and whose books change."""

OUTCOMES: Final = {
    **dict.fromkeys(IN_THE_NIGHT, "Published"),
    BROKEN.slug: "Published",
    HIDING.slug: "Held",
}
"""How each tenant's pull must end."""


def start_pulls(server: PrefectServer) -> list[str]:
    """Ask for a pull of each tenant's open years, as its form does; return the runs' ids."""
    return [runs.start(server, runs.PULL, tenant=slug) for slug in OUTCOMES]


def start_night(server: PrefectServer, simulator: FortnoxSimulator, there: finnish.There) -> str:
    """Approve a transfer from each system, change the books, and let the zone's night begin."""
    with open_stores() as stores:
        for slug in IN_THE_NIGHT:
            approve(stores, slug, approved_by="the demo", note="equals the simulator's books")
    change_books(simulator)
    there.change()
    return runs.start(server, runs.NIGHTLY, zone=CHANGING.time_zone)


def complaints_of_pulls(pulls: list[runs.Run]) -> list[str]:
    """Say which pull ended otherwise than it must."""
    return [
        f"pull of {slug}: expected {expected}, got {run.state}: {run.message}"
        for (slug, expected), run in zip(OUTCOMES.items(), pulls, strict=True)
        if run.state != expected
    ]


def complaints_of_night(
    night: runs.Run, started: list[runs.Run], warehouse: Warehouse
) -> list[str]:
    """Say what of the night is not as it must be: the runs of the zone, and their change lists."""
    ended = sorted((run.name.partition(" ")[0], run.state) for run in started)
    expected_runs = sorted((slug, "Published") for slug in IN_THE_NIGHT)
    (_, year), *_ = CHANGING.years
    changes = changed_vouchers(warehouse, CHANGING.slug, year.key)
    with open_stores() as stores:
        rows = stores.hub.nights.of_night(stores.hub.nights.latest() or dt.date.min)
    return [
        f"the night: expected {what} {expected}, got {actual}"
        for what, expected, actual in (
            ("to end as", "Done", night.state),
            ("the runs", expected_runs, ended),
            (
                "its rows",
                dict.fromkeys(sorted(IN_THE_NIGHT), "published"),
                {row.tenant: row.outcome for row in rows},
            ),
            ("the change list", CHANGES, changes),
            *(
                (f"the change list of {item.slug}", finnish.CHANGES, _counted(warehouse, item.slug))
                for item in finnish.FINNISH
            ),
        )
        if expected != actual
    ]


def _counted(warehouse: Warehouse, slug: str) -> dict[str, int]:
    """Count the vouchers of a change list by what became of them."""
    changes = changed_vouchers(warehouse, slug, finnish.YEAR.key)
    return {change: len(vouchers) for change, vouchers in changes.items()}
