"""`tasma tenant sync`: every integration of a tenant, now, each a row of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode, worst
from flows.cli.imported import code
from flows.cli.local import pull_here
from flows.cli.logged import logged_once
from flows.cli.opening import TenantId, known_tenant
from flows.cli.output import next_steps, say, show_json, show_table
from flows.cli.progress import progress
from flows.cli.sftp import SWEEP
from flows.doors.on_server import NoServer, start_run
from ledger.errors import TasmaError
from ledger.fiscal_year import FiscalYear, short_year
from ledger.outcome import Outcome
from ledger.text import joined, number_of
from tasks.integrations import Integration, integrations
from tasks.source_years import wanted_years
from tasks.stores import Stores, open_stores

HEADINGS: Final = ("integration", "state", "last worked (UTC)", "outcome", "what")


@dataclass(frozen=True)
class Synced:
    """What became of one integration."""

    integration: Integration
    outcome: str
    message: str
    exit_code: ExitCode = ExitCode.DONE


@command(
    "tenant",
    "sync",
    examples=(
        "tasma tenant sync acme",
        "tasma tenant sync acme --list",
        "tasma tenant sync acme --json",
    ),
)
def sync(
    tenant: TenantId,
    *,
    only_list: bool = typer.Option(False, "--list", help="Only list them; fetch nothing."),
    as_json: AsJson = False,
) -> None:
    """Synchronise all integrations that a tenant's books come by, one row for each.

    Of a connected system every open year is fetched, as `tasma ledger pull` does, here and now;
    the pickup of files is polled by a run on Prefect's server. What is in the way of one stops no
    other. What waits to be sent to other systems is left to `tasma push run`.
    """
    with open_stores() as stores:
        known_tenant(stores.hub, tenant)
        found = integrations(stores.hub, tenant)
        done = [Synced(item, "", item.reason) for item in found]
        if not only_list:
            done = [_synced(stores, item) for item in found]
            now = {item.name: item for item in integrations(stores.hub, tenant)}
            done = [Synced(now[it.integration.name], *_end(it)) for it in done]
    _show(done, as_json=as_json)
    if not only_list:
        next_steps(*(() if as_json else (f"tasma tenant status {tenant}",)))
    raise typer.Exit(worst(item.exit_code for item in done))


def _end(done: Synced) -> tuple[str, str, ExitCode]:
    return done.outcome, done.message, done.exit_code


def _synced(stores: Stores, integration: Integration) -> Synced:
    """Synchronise one; what fails is told in its row, so that the others go on."""
    try:
        how = _polled if integration.is_pickup else _pulled
        return how(stores, integration)
    except TasmaError as problem:
        failed = ExitCode.BUSY if isinstance(problem, NoServer) else ExitCode.FAILED
        return Synced(integration, failed.name.lower(), str(problem), failed)


def _pulled(stores: Stores, integration: Integration) -> Synced:
    tenant = integration.tenant
    years = [item.year for item in wanted_years(stores, tenant, ())]
    with progress(len(years)) as watch, logged_once():
        found = [
            pull_here(
                stores,
                tenant,
                year,
                system=integration.name,
                watch=watch(f"{integration.name} {short_year(year.key)}"),
            )
            for year in years
        ]
    outcomes = [f"{_year(item.year)} {item.outcome}" for item in found]
    reasons = dict.fromkeys(
        item.message for item in found if code(item) or item.outcome is Outcome.KEPT
    )
    message = joined(", ".join(outcomes) or "no fiscal year is open", *reasons)
    exit_code = worst(code(item) for item in found)
    return Synced(integration, exit_code.name.lower().replace("_", " "), message, exit_code)


def _polled(_stores: Stores, integration: Integration) -> Synced:
    tenant = integration.tenant
    started = start_run(SWEEP, {"tenant": tenant}, name=f"sftp {tenant}", tags=[f"tenant:{tenant}"])
    return Synced(integration, "started", f"its run: {started.url}")


def _year(year: FiscalYear | None) -> str:
    return short_year(year.key) if year else "-"


def _show(done: list[Synced], *, as_json: bool) -> None:
    if as_json:
        show_json(
            [
                {
                    **vars(item.integration),
                    "outcome": item.outcome,
                    "message": item.message,
                    "exit_code": int(item.exit_code),
                }
                for item in done
            ]
        )
        return
    rows = [
        (
            item.integration.title,
            item.integration.state,
            item.integration.proved_at or "-",
            item.outcome or "-",
            " ".join(item.message.split()),
        )
        for item in done
    ]
    show_table(HEADINGS, rows, spare=("last worked (UTC)",))
    say(f"{number_of(len(done), 'integration')}.")
