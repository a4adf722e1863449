"""`tasma doctor`: whether this machine has what the work needs, and where things lie."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

import typer

from blocks.hub import Lease, OverviewRow, Tenant, UnitStatus, lost_hubs
from blocks.hub.claims import Double
from blocks.noted_damage import Notes, read_notes
from blocks.published_files import damage_at_first_sight, published_in, published_tenants
from blocks.settings import settings
from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import open_hub
from flows.cli.output import next_steps, remark, say, show_json, show_table
from flows.cli.server_seen import prefect_server
from ledger.errors import TasmaError
from ledger.fiscal_year import short_year
from ledger.text import number_of
from tasks.overview import whole_overview

MIN_FREE_BYTES: Final = 2 << 30
"""Free space below which the disk is called short: a publish copies the tenant's file first."""

NAMED: Final = 10
"""Tenants that a finding names."""

COMMANDS: Final = 3
"""Tenants of which a finding names a command each; the status lists those of more."""

OWNERS: Final = "the matter of whoever owns the bucket"
MOVING: Final = "tasma lake move, then move that folder away"

PACKAGES: Final = ("tasma", "prefect", "duckdb", "pyarrow", "SQLAlchemy", "fastapi")

PEOPLE: Final = "people"

UNDATED: Final = (
    "Of what date these books are stood in the lost hub alone: until the next load of a year an "
    "older file replaces it and is not held for that. Load the newest file of each year first."
)
"""What whoever adopts books has to know."""

Finding = tuple[str, str, str]
"""What was looked at, ``green``, ``grey`` or ``red``, and what was seen."""


@command("doctor", examples=("tasma doctor", "tasma doctor --free", "tasma doctor --json"))
def doctor(
    *,
    free: Annotated[
        bool, typer.Option("--free", help="First free and mend what dead processes left.")
    ] = False,
    adopt: Annotated[
        bool,
        typer.Option(
            "--adopt",
            help="First add tenants that only the warehouse knows, to a new hub if need be.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look at settings, folders, disk, hub and server; end with 1 if something must be mended.

    Grey is something that is not there and need not be, or what waits for a person. With --free,
    leases whose process is gone are freed, and years that it left in the middle are brought in line
    with the warehouse. With --adopt, a damaged hub is mended where all of its rows can be read, and
    else begun anew, as one that is gone; then tenants with published books that the hub does not
    know are added to it. Without a backup, that is what can be had of it.
    """
    if adopt:
        _adopt()
    if free:
        _free()
    findings = [
        *_folders(),
        *_lake(),
        _disk(),
        *_hub(),
        *_controls(),
        prefect_server(),
        *_versions(),
    ]
    if as_json:
        names = ("what", "light", "seen")
        show_json([dict(zip(names, finding, strict=True)) for finding in findings])
    else:
        show_table(("light", "what", "seen"), [(item[1], item[0], item[2]) for item in findings])
    if any(light == "red" for _, light, _ in findings):
        raise typer.Exit(ExitCode.FAILED)
    if not as_json:
        waits = any(what == PEOPLE and light == "grey" for what, light, _ in findings)
        say(
            "Nothing of this machine must be mended; what waits for people stands above."
            if waits
            else "Nothing must be mended."
        )
        next_steps("tasma tenant status")


def _folders() -> Iterator[Finding]:
    chosen = settings()
    yield "folder home", *_folder(chosen.home)
    for name in ("lake", "warehouse", "inbox"):
        folder: Path = getattr(chosen, name)
        yield f"folder {name}", *_private(folder)
    for name in ("hub", "prefect"):
        if (chosen.home / name).exists():
            yield f"folder {name}", *_private(chosen.home / name)


def _private(folder: Path) -> tuple[str, str]:
    """Look at a folder that holds books or secrets; releases before let everybody read it."""
    if folder.is_dir() and folder.stat().st_mode & stat.S_IRWXO:
        return "red", f"{folder} is open to every user of this machine: chmod -R o= {folder}"
    return _folder(folder)


def _folder(folder: Path) -> tuple[str, str]:
    if not folder.exists():
        return "grey", f"{folder} (made when it is needed)"
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return "red", f"{folder} cannot be written; correct its rights or set another"
    return "green", str(folder)


def _lake() -> Iterator[Finding]:
    """Ask a bucket whether it answers; name what a folder still has that nobody looks at."""
    chosen = settings()
    if not chosen.lake_url:
        return
    from blocks.lake import lake_of  # noqa: PLC0415 - few have one

    try:
        lake = lake_of(chosen)
        lake.require_answer()
    except TasmaError as problem:
        yield "lake", "red", str(problem)
        return
    yield "lake", "green", f"{lake.landing_place} answers; its versions and copies are {OWNERS}"
    left = chosen.lake / "landing"
    if any(left.glob("*/*/*")):
        yield "lake left behind", "red", f"{left} is not looked at any more: {MOVING}"


def _disk() -> Finding:
    home = settings().home.absolute()
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    light = "red" if free < MIN_FREE_BYTES else "green"
    return "disk", light, f"{free / (1 << 30):,.1f} GiB free at {place}"


def _hub() -> Iterator[Finding]:
    try:
        with open_hub() as hub:
            hub.database.storage.require_whole()
            rows = list(whole_overview(hub))
            busy = hub.leases.live()
            stale = hub.leases.stale()
            left = hub.abandoned()
            doubles = hub.tenants.doubles()
            nightless = [tenant for tenant in hub.tenants if not tenant.has_night]
    except (TasmaError, OSError) as problem:
        yield "hub", "red", str(problem)
        return
    yield from _books(rows)
    if noted := read_notes():
        yield _in_lake(noted)
    tenants = len({row.tenant for row in rows})
    where = hub.database.storage.address
    yield "hub", "green", f"{where}: {number_of(tenants, 'tenant')}"
    yield "people", *_people(rows)
    if kept := [row for row in rows if row.kept]:
        yield _kept(kept)
    if lost := lost_hubs(hub):
        yield _lost(lost)
    if nightless:
        yield _nights(nightless)
    if doubles:
        yield _doubles(doubles)
    if stale or left:
        yield _left(stale, left)
    running = ", ".join(f"{lease.resource} by {lease.holder}" for lease in busy)
    yield "runs", "green" if running else "grey", running or "nothing is being loaded"


def _controls() -> Iterator[Finding]:
    """Read the operator's own controls: while one cannot be read, no load is judged."""
    chosen = settings()
    if not chosen.controls.is_dir() and "controls" not in chosen.model_fields_set:
        return
    from blocks.controls.own import ALL, own_controls  # noqa: PLC0415 - few have any

    try:
        found = own_controls(ALL)
    except TasmaError as problem:
        yield "own controls", "red", str(problem)
        return
    if ill := [control for control in found if control.problem]:
        named = "; ".join(f"{control.name} {control.problem}" for control in ill[:NAMED])
        yield "own controls", "red", named
    else:
        yield "own controls", "green", f"{chosen.controls} can be read"


def _people(rows: Sequence[OverviewRow]) -> tuple[str, str]:
    """Say what of the books waits for somebody: that is no fault of the machine."""
    documents = [row for row in rows if row.waiting_documents]
    counts = {
        "red year": sum(row.light == "red" for row in rows if row.fiscal_year),
        "side load": sum(len(row.side_loads) for row in rows),
        "document": sum(row.waiting_documents for row in documents),
    }
    parts = [number_of(count, what) for what, count in counts.items() if count]
    if not parts:
        return "green", "nothing of the books waits for a person"
    named = [] if documents[COMMANDS:] else [row.documents_with for row in documents]
    commands = ["tasma tenant status", *dict.fromkeys(named)]
    quoted = ", ".join(f"`{command}`" for command in commands)
    return "grey", f"{', '.join(parts)} for a person to look at: {quoted}"


def _books(rows: Sequence[OverviewRow]) -> Iterator[Finding]:
    """Look at all that is published: what is gone has told nobody."""
    published = sorted({row.tenant for row in rows if row.last_published_at})
    try:
        damaged = list(damage_at_first_sight(published))
        unknown = sorted(set(published_tenants()) - {row.tenant for row in rows})
    except TasmaError as problem:
        yield "books", "red", str(problem)
        return
    damaged += sorted({row.tenant for row in rows if row.damage} - set(damaged))
    if damaged:
        named = ", ".join(damaged[:NAMED]) + (" ..." if damaged[NAMED:] else "")
        yield "books", "red", f"damaged: {named}; tasma ledger rebuild {damaged[0]}"
    else:
        where = published_in()
        of = number_of(len(published), "tenant")
        yield "books", "green", f"those of {of} are there, in {where}"
    if unknown:
        yield _unknown(unknown)


def _unknown(unknown: Sequence[str]) -> Finding:
    """Name tenants with published books of whom the hub knows nothing, as an older copy of it."""
    named = ", ".join(unknown[:NAMED]) + (" ..." if unknown[NAMED:] else "")
    remedy = "tasma doctor --adopt, or tasma tenant erase where its erasing was stopped"
    return "books of nobody", "red", f"the hub does not know {named}: {remedy}"


def _lost(lost: Sequence[Path]) -> Finding:
    """Name the hubs in whose place `--adopt` began another."""
    seen = (
        f"the hub was begun anew; kept with what could not be read: {', '.join(map(str, lost))}. "
        "Move it away once it was looked at"
    )
    return "hub set aside", "red", seen


def _in_lake(noted: Notes) -> Finding:
    """Say what the last `tasma lake verify` found damaged."""
    first = next(iter(noted))
    count = sum(map(len, noted.values()))
    return "lake", "red", f"{count:,} damaged, first {noted[first][0]}: tasma lake verify {first}"


def _adopt() -> None:
    """Make tenants known to the hub of whom only the warehouse knows."""
    from tasks.adopting import adopt  # noqa: PLC0415 - only this needs DuckDB

    adopted = adopt()
    for tenant in adopted:
        number = tenant.organisation_number or "unknown"
        remark(f"Adopted {tenant.id}, organisation number {number}, with its published years.")
    if adopted:
        remark(UNDATED)


def _free() -> None:
    """Free the leases of processes that are gone, and mend what they left in the middle."""
    from tasks.repair import remove_leftovers, repair_statuses  # noqa: PLC0415 - only this needs DuckDB

    with open_hub() as hub:
        freed = hub.leases.free_stale()
    for lease in freed:
        remark(f"Freed {lease.resource}, which {lease.holder} held: its process is gone.")
    if removed := remove_leftovers():
        remark(
            f"Removed {number_of(removed, 'file or folder', 'files and folders')} that dead "
            "processes or the erased left."
        )
    for unit in repair_statuses():
        remark(f"{unit.tenant} {unit.fiscal_year} is now {unit.status}: {unit.reason or 'well'}.")


def _doubles(doubles: Sequence[Double]) -> Finding:
    """Name tenants that are one company, as an earlier release let them be."""
    named = [f"{item.tenant} ({item.what} {item.company}, as {item.holder})" for item in doubles]
    remedy = "erase one, or: tasma tenant correct TENANT --same-number-as OTHER"
    return "one company twice", "red", f"{', '.join(named)}: {remedy}"


def _kept(rows: Sequence[OverviewRow]) -> Finding:
    """Name the years that no load replaces; that is meant, and easily forgotten."""
    named = [f"{row.tenant} {short_year(row.fiscal_year)} is {row.kept}" for row in rows[:NAMED]]
    more = f"; and {len(rows) - NAMED:,} more: tasma tenant status" if rows[NAMED:] else ""
    return "kept years", "grey", f"{'; '.join(named)}{more}"


def _left(stale: Sequence[Lease], left: Sequence[UnitStatus]) -> Finding:
    """Name what dead processes left: leases that nobody holds, years in the middle of a load."""
    named = [f"{lease.resource} by {lease.holder}, whose process is gone" for lease in stale]
    named += [f"{unit.tenant} {unit.fiscal_year} says {unit.status}" for unit in left]
    return "left behind", "red", f"{'; '.join(named)}: tasma doctor --free"


def _nights(nightless: Sequence[Tenant]) -> Finding:
    """Say who is in no night: red for those whose nights are on."""
    listed = ", ".join(f"{tenant.id} ({tenant.time_zone})" for tenant in nightless)
    light = "red" if any(tenant.has_schedule for tenant in nightless) else "grey"
    why = f"none is scheduled for {listed}: tasma tenant correct TENANT --time-zone ZONE"
    return "nights", light, why


def _versions() -> Iterator[Finding]:
    for name in PACKAGES:
        yield name, "green", version(name)
