"""`tasma tenant status`: how each tenant and each of its years stands, and what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final

import typer

from blocks.hub import Connection, Hub, Light, OverviewRow
from blocks.hub.ledger_owners import LedgerOwner, owner_among
from blocks.hub.states import WORKING
from blocks.noted_damage import read_notes
from blocks.published_files import damage_at_first_sight
from blocks.systems.registry import SYSTEMS, systems_with
from flows.cli.app import AsJson, ByExitCode, command
from flows.cli.exits import ExitCode
from flows.cli.opening import known_tenant, open_hub
from flows.cli.output import is_terminal, next_steps, say, show_json, show_table
from ledger.fiscal_year import FiscalYear, short_year
from ledger.onboarding import Stage
from ledger.text import joined
from tasks.ledger_sources import title_of
from tasks.onboarding import stages as stages_of
from tasks.overview import whole_overview


@command(
    "tenant",
    "status",
    examples=("tasma tenant status", "tasma tenant status acme", "tasma tenant status --json"),
)
def status(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Only this tenant.")] = "",
    *,
    exit_code: ByExitCode = False,
    as_json: AsJson = False,
) -> None:
    """Show one row per tenant and year: its light, status, last good load, why, what next.

    Green is loaded, grey has nothing yet, red is held, failed or late. What is wrong with the
    tenant as a whole, such as a source that does not answer or documents that wait for a person,
    is a row of its own: what is published of the years stays as it is. The stage says how far the
    tenant's opening has come; `tasma tenant open TENANT` says what is left of it.
    """
    with open_hub() as hub:
        if tenant:
            known_tenant(hub, tenant)
        rows = _seen(list(whole_overview(hub, tenant=tenant)))
        stages = stages_of(hub, tenant)
        connections = list(hub.connections.every(SYSTEMS))
        owners = _Owners(hub)
    broken = {item.tenant: item for item in connections if item.status != "connected"}
    if as_json:
        show_json([_as_dict(row, broken, stages[row.tenant], owners) for row in rows])
    elif rows:
        ledgers = systems_with("ledger")
        connected = {item.tenant for item in connections if item.system in ledgers}
        _show_status(rows, stages, owners, connected=connected)
    else:
        say("There is no tenant yet.")
        next_steps("tasma import FILE --new-tenant")
    if exit_code and any(row.light is Light.RED for row in rows):
        raise typer.Exit(ExitCode.HELD)


class _Owners:
    """Which system has the ledger of a row's year; of a tenant without a year, of its latest."""

    def __init__(self, hub: Hub) -> None:
        self._rows: dict[str, list[LedgerOwner]] = defaultdict(list)
        for item in hub.ledger_owners.every():
            self._rows[item.tenant].append(item)

    def of(self, row: OverviewRow) -> str:
        rows = self._rows.get(row.tenant, [])
        if not row.fiscal_year:
            return rows[-1].system if rows else ""
        found = owner_among(rows, FiscalYear.parse(row.fiscal_year)) if rows else None
        return found.system if found else ""


def _seen(rows: Sequence[OverviewRow]) -> list[OverviewRow]:
    """Look at the file of each tenant with published years too: one that is gone told nobody."""
    published = {row.tenant for row in rows if row.last_published_at and not row.damage}
    gone = damage_at_first_sight(published)
    in_lake = read_notes()
    return [
        _damaged_in_lake(row, in_lake[row.tenant]) if row.tenant in in_lake else row
        for row in _with_files(rows, gone)
    ]


def _with_files(rows: Sequence[OverviewRow], gone: Mapping[str, str]) -> list[OverviewRow]:
    return [
        _damaged(row, gone[row.tenant])
        if row.tenant in gone and row.last_published_at and not row.damage
        else row
        for row in rows
    ]


def _damaged_in_lake(row: OverviewRow, found: Sequence[str]) -> OverviewRow:
    """Say what the last `tasma lake verify` found; what is published is none of it."""
    more = f" and {len(found) - 1:,} more" if found[1:] else ""
    reason = f"what was received is damaged: {found[0]}{more}; tasma lake verify {row.tenant}"
    return replace(row, light=Light.RED, reason=joined(row.reason, reason))


def _damaged(row: OverviewRow, found: str) -> OverviewRow:
    reason = joined(found, row.reason)
    return replace(row, light=Light.RED, damage=found, reason=reason)


def what_next(row: OverviewRow, *, is_connected: bool) -> str:
    """Return the command that moves a unit on; nothing has to be done for one that is published."""
    if row.damage:
        return f"tasma ledger rebuild {row.tenant}"
    if row.look_with and (row.status in WORKING or not row.fiscal_year):
        return row.look_with
    if not row.fiscal_year and row.light is Light.GREEN:
        return ""
    if is_connected and not row.status:
        return f"tasma ledger pull {row.tenant}"
    place = f"{row.tenant} {short_year(row.fiscal_year)}" if row.fiscal_year else row.tenant
    load = f"tasma import FILE --tenant {row.tenant}"
    if is_connected and row.fiscal_year:
        load = f"tasma ledger pull {row.tenant} --year {short_year(row.fiscal_year)}"
    if row.hold or row.side_loads or row.later:
        return f"tasma ledger breaks {place}"
    return {
        "": load,
        "held": f"tasma ledger breaks {place}",
        "failed": f"tasma events {row.tenant}",
        "published": row.look_with,
        "partial": load if is_connected else f"{load} (a whole year)",
        "evidence": load if is_connected else f"{load} (a whole year)",
        "rejected": load,
    }.get(row.status, "wait for the run")


STATUS_HEADINGS: Final = (
    "light",
    "tenant",
    "fiscal year",
    "status",
    "stage",
    "ledger of",
    "last good load",
    "age",
    "vouchers",
    "postings",
    "why",
    "next",
)

KEYS: Final = {"side_loads": "beside"}
"""Fields of a row whose key under ``--json`` is another."""

STATUS_SPARE: Final = ("postings", "age", "ledger of", "stage", "vouchers", "last good load")
"""Left out on a narrow terminal, the first to go first."""


def _show_status(
    rows: list[OverviewRow],
    stages: dict[str, Stage],
    owners: _Owners,
    *,
    connected: Collection[str],
) -> None:
    """Print a row for each unit; on a terminal the two long columns stand below the table.

    What a tenant's connection lacks stands before what its units say: nothing else helps.
    """
    cells = [
        (
            str(row.light),
            row.tenant,
            short_year(row.fiscal_year) if row.fiscal_year else "-",
            row.status or "-",
            stages[row.tenant].replace("_", " "),
            title_of(owners.of(row)) or "-",
            row.last_published_at,
            row.age,
            row.voucher_count if row.fiscal_year else None,
            row.posting_count if row.fiscal_year else None,
            row.reason,
            _next(row, stages[row.tenant], is_connected=row.tenant in connected),
        )
        for row in rows
    ]
    if not is_terminal():
        show_table(STATUS_HEADINGS, cells)
        return
    show_table(STATUS_HEADINGS[:-2], [row[:-2] for row in cells], spare=STATUS_SPARE)
    for row in cells:
        if row[-2] or row[-1]:
            say(f"{row[1]} {row[2]}".removesuffix(" -") + f": {row[-2] or row[3]}")
            next_steps(*filter(None, [row[-1]]))


def _next(row: OverviewRow, stage: Stage, *, is_connected: bool) -> str:
    if (
        not row.status
        and not row.look_with
        and stage not in {Stage.LIVE, Stage.TRIAL, Stage.DOCUMENTS}
    ):
        return f"tasma tenant open {row.tenant}"
    return what_next(row, is_connected=is_connected)


def _as_dict(
    row: OverviewRow, broken: dict[str, Connection], stage: Stage, owners: _Owners
) -> dict[str, object]:
    connection = broken.get(row.tenant)
    return {
        **{KEYS.get(name, name): value for name, value in vars(row).items()},
        # What is said of the tenant as a whole is of no year: nobody has to know an empty text.
        "scope": "year" if row.fiscal_year else "tenant",
        "fiscal_year": row.fiscal_year or None,
        "stage": stage,
        "ledger_owner": owners.of(row),
        "connection": connection.status if connection else "",
        "connection_reason": connection.reason if connection else "",
    }
