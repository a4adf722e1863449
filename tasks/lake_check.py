"""Check the lake: what was received, and the stages that loads speak of, byte by byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blocks.hub import Load
from blocks.noted_damage import write_notes
from blocks.staging import StageUnusable, read_staged
from ledger.errors import TerminalError
from tasks.pruning import spoken_of
from tasks.stage import staged_from_landing
from tasks.stores import Stores


@dataclass(frozen=True)
class Found:
    """Something of the lake that is not what was written.

    `command`: what mends it; empty for a stage that was written anew from what was received.
    """

    tenant: str
    address: str
    finding: str
    command: str


def check_lake(stores: Stores, tenants: list[str]) -> list[Found]:
    """Read all that was received of some tenants, and write damaged stages anew.

    What is damaged still is noted until the next look (`blocks.noted_damage`).
    """
    found = {tenant: [*_landings(stores, tenant), *_stages(stores, tenant)] for tenant in tenants}
    write_notes(
        {
            tenant: [f"{item.address} {item.finding}" for item in items if item.command]
            for tenant, items in found.items()
        }
    )
    return [item for items in found.values() for item in items]


def _landings(stores: Stores, tenant: str) -> Iterator[Found]:
    expected = {(load.source, load.landed_sha256) for load in spoken_of(stores, tenant)}
    fetched = {item.system for item in stores.hub.connections.all_of(tenant)}
    found = dict(stores.lake.damaged(tenant, expected))
    for address in stores.lake.gone(tenant, stores.hub.loads.received(tenant)):
        found.setdefault(address, "is gone")
    for address, finding in found.items():
        source = address.split("/")[2]
        by_file = f"tasma import FILE --tenant {tenant}"
        mending = f"tasma ledger pull {tenant}" if source in fetched else by_file
        yield Found(tenant, address, finding, mending)


def _stages(stores: Stores, tenant: str) -> Iterator[Found]:
    for load in spoken_of(stores, tenant):
        if not load.stage_folder or not stores.lake.has(load.stage_folder):
            continue  # pruned: it is written anew when it is needed
        try:
            read_staged(stores.lake, load.stage_folder).check_files()
        except StageUnusable as problem:
            yield _staged_anew(stores, load, problem.finding)


def _staged_anew(stores: Stores, load: Load, finding: str) -> Found:
    try:
        staged_from_landing(stores, load)
    except TerminalError as problem:
        mending = f"tasma import FILE --tenant {load.tenant}"
        return Found(load.tenant, load.stage_folder, f"{finding}, and {problem}", mending)
    return Found(load.tenant, load.stage_folder, finding, "")
