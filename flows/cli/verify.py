"""`tasma ledger verify` and `rebuild`: whether published rows are as loaded, and making them so."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode, worst
from flows.cli.opening import (
    AllTenants,
    OneTenant,
    TenantId,
    YearOrEvery,
    known_tenant,
    known_year,
    require_one_or_all,
)
from flows.cli.output import next_steps, remark, say, show_json, show_table
from flows.runs.in_turn import Answer, in_turn
from ledger.fiscal_year import short_year
from ledger.text import number_of
from ledger.unit import Unit
from tasks.rebuild import make_readable, published_units, rebuild_unit
from tasks.repair import repair_tenant
from tasks.stores import Stores, open_stores
from tasks.verify import Verified, verify_unit

NAMED: Final = 10
"""Vouchers that a line names."""


@command(
    "ledger",
    "verify",
    examples=(
        "tasma ledger verify acme",
        "tasma ledger verify acme 2024 --json",
        "tasma ledger verify --all",
    ),
)
def verify(
    tenant: OneTenant = "",
    year: YearOrEvery = "",
    *,
    everything: AllTenants = False,
    as_json: AsJson = False,
) -> None:
    """Compute the digest of what is published anew and compare it with the load record.

    Ends with 0 when every row is as it was loaded, with 1 when something was altered since or
    cannot be read; such a year stays red until it is rebuilt.
    """
    require_one_or_all(tenant, everything=everything)
    with open_stores() as stores:
        units = [unit for each in _tenants(stores, tenant) for unit in _units(stores, each, year)]
        found = [verify_unit(stores, unit) for unit in units]
    if as_json:
        show_json([_as_dict(item) for item in found])
    else:
        for item in found:
            _say_verified(item)
        next_steps(*sorted({f"tasma ledger rebuild {it.unit.tenant}" for it in found if it.damage}))
    if any(item.damage for item in found):
        raise typer.Exit(ExitCode.FAILED)


def _tenants(stores: Stores, tenant: str) -> Iterator[str]:
    if tenant:
        known_tenant(stores.hub, tenant)
        yield tenant
    else:
        yield from (item.id for item in stores.hub.tenants)


def _units(stores: Stores, tenant: str, year: str) -> list[Unit]:
    if year:
        return [Unit(tenant, known_year(stores.hub, tenant, year))]
    return published_units(stores, tenant)


def _as_dict(item: Verified) -> dict[str, Any]:
    found = item.verification
    return {
        "tenant": item.unit.tenant,
        "fiscal_year": item.unit.year.key,
        "intact": not item.damage,
        "damage": item.damage,
        "digest": found.digest if found else "",
        "loaded_digest": found.record.digest if found else "",
        "tables": found.tables if found else (),
        "vouchers": found.vouchers if found else (),
    }


def _say_verified(item: Verified) -> None:
    place = f"{item.unit.tenant} {short_year(item.unit.year.key)}"
    found = item.verification
    if found is not None and not item.damage:
        record = found.record
        say(
            f"{place} is intact: {number_of(record.voucher_count, 'voucher')}, "
            f"{number_of(record.posting_count, 'posting')}, digest {found.digest[:16]} as loaded "
            f"on {record.published_at:%Y-%m-%d %H:%M} UTC."
        )
        return
    named = ", ".join(found.vouchers[:NAMED]) if found else ""
    more = " ..." if found and found.vouchers[NAMED:] else ""
    which = f" (vouchers {named}{more})" if named else ""
    remark(f"Error: {place} is not what was loaded: {item.damage}{which}.")


@command(
    "ledger",
    "rebuild",
    examples=("tasma ledger rebuild acme", "tasma ledger rebuild acme 2024 --json"),
)
def rebuild_years(
    tenant: TenantId,
    year: YearOrEvery = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Put a tenant's published years right from what was received, after damage to its file.

    Rows that are not as they were published are replaced, and `tasma ledger changes` lists them. A
    file that cannot be read at all is kept under another name, and every year is published again.
    """
    with open_stores() as stores:
        known_tenant(stores.hub, tenant)
        kept = make_readable(stores, tenant)
        units = _units(stores, tenant, "" if kept else year)
        found = asyncio.run(_rebuild(stores, units))
        repair_tenant(stores, tenant)
    if as_json:
        show_json([{**_named(item), "damaged_file": kept} for item in found])
    else:
        _show_rebuilt(found, kept)
    raise typer.Exit(worst(ExitCode(item.outcome.exit_code) for item in found))


async def _rebuild(stores: Stores, units: list[Unit]) -> list[Answer]:
    return [answer async for answer in in_turn(stores, units, rebuild_unit)]


def _named(item: Answer) -> dict[str, Any]:
    return {
        "tenant": item.unit.tenant,
        "fiscal_year": item.unit.year.key,
        "outcome": item.outcome,
        "found": item.reason,
    }


def _show_rebuilt(found: list[Answer], kept: str) -> None:
    if kept:
        say(f"The file could not be read; it is kept as {kept}.")
        say(
            "Its load history, control results and changes are in that file alone. Documents and "
            "VAT codes of accounts come back with the next pull."
        )
    if not found:
        say("The hub knows no published year of this tenant.")
        return
    rows = [(short_year(item.unit.year.key), item.outcome, item.reason) for item in found]
    show_table(("fiscal year", "outcome", "what"), rows)
    tenant = found[0].unit.tenant
    next_steps(f"tasma ledger verify {tenant}", f"tasma ledger changes {tenant}")
