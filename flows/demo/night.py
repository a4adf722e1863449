"""The demo's Fortnox tenants: first transfer, approval, a change in the books, and one night."""

from __future__ import annotations

from blocks.warehouse.warehouse import Warehouse
from flows.demo import runs
from flows.demo.ledgers import BROKEN, CHANGES, CHANGING, HIDING, change_books
from flows.demo.outcome import changed_vouchers
from flows.server.processes import PrefectServer
from simulators.fortnox import FortnoxSimulator
from tasks.approve import approve
from tasks.stores import open_stores

OUTCOMES = {CHANGING.slug: "Published", BROKEN.slug: "Published", HIDING.slug: "Held"}
"""How each tenant's pull must end."""


def start_pulls(server: PrefectServer) -> list[str]:
    """Ask for a pull of each tenant's open years, as its form does; return the runs' ids."""
    return [runs.start(server, runs.PULL, tenant=slug) for slug in OUTCOMES]


def start_night(server: PrefectServer, simulator: FortnoxSimulator) -> str:
    """Approve one tenant's transfer, change its books, and let the night of its zone begin."""
    with open_stores() as stores:
        approve(stores, CHANGING.slug, approved_by="the demo", note="equals the simulator's books")
    change_books(simulator)
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
    """Say what of the night is not as it must be: one run of its zone, and its change list."""
    ended = [(run.name.partition(" ")[0], run.state) for run in started]
    (_, year), *_ = CHANGING.years
    changes = changed_vouchers(warehouse, CHANGING.slug, year.key)
    return [
        f"the night: expected {what} {expected}, got {actual}"
        for what, expected, actual in (
            ("to end as", "Completed", night.state),
            ("the runs", [(CHANGING.slug, "Published")], ended),
            ("the change list", CHANGES, changes),
        )
        if expected != actual
    ]
