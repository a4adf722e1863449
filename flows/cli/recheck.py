"""`tasma ledger recheck`: what is published, asked about again by the controls of today."""

from __future__ import annotations

import asyncio

import typer

from flows.cli.app import AsJson, command
from flows.cli.books import published_year
from flows.cli.exits import ExitCode, worst
from flows.cli.opening import (
    AllTenants,
    OneTenant,
    YearOrEvery,
    known_tenant,
    require_one_or_all,
)
from flows.cli.output import next_steps, say, show_json, show_table
from flows.runs.in_turn import Answer, in_turn
from ledger.fiscal_year import short_year
from ledger.outcome import Outcome
from ledger.unit import Unit
from tasks.recheck import published_units, recheck_unit
from tasks.stores import Stores, open_stores


@command(
    "ledger",
    "recheck",
    examples=(
        "tasma ledger recheck --all",
        "tasma ledger recheck acme",
        "tasma ledger recheck acme 2024 --json",
    ),
)
def recheck(
    tenant: OneTenant = "",
    year: YearOrEvery = "",
    *,
    everything: AllTenants = False,
    as_json: AsJson = False,
) -> None:
    """Ask the controls of today about years that are published, such as after an upgrade.

    Nothing is published or taken away. A year that would be held now turns red and stays readable:
    accept it, reject what was found, or load a corrected file.
    """
    require_one_or_all(tenant, everything=everything)
    with open_stores() as stores:
        found = asyncio.run(_ask(stores, _units(stores, tenant, year)))
    if as_json:
        show_json([_as_dict(item) for item in found])
    else:
        _show(found)
    raise typer.Exit(worst(ExitCode(item.outcome.exit_code) for item in found))


def _units(stores: Stores, tenant: str, year: str) -> list[Unit]:
    if tenant:
        known_tenant(stores.hub, tenant)
    return (
        [Unit(tenant, published_year(tenant, year))]
        if year
        else published_units(stores, tenant=tenant)
    )


async def _ask(stores: Stores, units: list[Unit]) -> list[Answer]:
    return [answer async for answer in in_turn(stores, units, recheck_unit)]


def _show(found: list[Answer]) -> None:
    rows = [
        (item.unit.tenant, short_year(item.unit.year.key), item.outcome, item.reason)
        for item in found
    ]
    if rows:
        show_table(("tenant", "fiscal year", "outcome", "why"), rows)
    agreeing = sum(item.outcome is Outcome.AGREES for item in found)
    say(f"{agreeing:,} of {len(found):,} published years agree with the controls of today.")
    next_steps(
        *(
            f"tasma ledger breaks {item.unit.tenant} {short_year(item.unit.year.key)}"
            for item in found
            if item.outcome in {Outcome.HELD, Outcome.WOULD_HOLD}
        )
    )


def _as_dict(item: Answer) -> dict[str, object]:
    return {
        "tenant": item.unit.tenant,
        "fiscal_year": item.unit.year.key,
        "outcome": item.outcome,
        "reason": item.reason,
    }
