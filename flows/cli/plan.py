"""`tasma ledger plan`: what a file would change, per account and voucher, without changing it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from blocks.warehouse.records import ChangePlan
from flows.cli.app import AsJson, command
from flows.cli.exits import worst
from flows.cli.files import ledger_files
from flows.cli.imported import as_dict, code, show_one
from flows.cli.importing import ForTenant
from flows.cli.local import import_here
from flows.cli.opening import known_tenant
from flows.cli.output import say, show_json, show_table
from flows.cli.progress import progress
from flows.cli.result import LoadResult
from tasks.stores import open_stores


@command("ledger", "plan", examples=("tasma ledger plan acme-2024.se --tenant acme",))
def plan(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A SIE file.")],
    *,
    tenant: ForTenant,
    limit: Annotated[
        int, typer.Option(min=1, max=1_000, help="Most accounts and most vouchers shown.")
    ] = 50,
    as_json: AsJson = False,
) -> None:
    """Show what loading a file would change, and whether it would be held; publish nothing.

    Ends as the import would: 0 published, 3 held, 4 nothing to publish.
    """
    if file.is_dir():
        raise typer.BadParameter(f"{file} is a folder; name one file of it.")
    (path,) = ledger_files([file])

    with open_stores() as stores, progress(1) as watch:
        known_tenant(stores.hub, tenant)
        found = import_here(stores, tenant, path, dry_run=True, watch=watch(path.name))
    if as_json:
        plans = [{**as_dict(load), "plan": _as_dict(load)} for load in found.loads]
        show_json(plans if found.parts else plans[0])
    else:
        for load in found.loads:
            if load.plan:
                _show(load.plan, limit=limit)
            show_one(load)
    raise typer.Exit(worst(code(load) for load in found.loads))


def _show(changes: ChangePlan, *, limit: int) -> None:
    if changes.accounts:
        show_table(
            (
                "account",
                "opening before",
                "opening after",
                "movement before",
                "movement after",
                "difference",
            ),
            [
                (
                    item.account_number,
                    item.opening_before,
                    item.opening_after,
                    item.movement_before,
                    item.movement_after,
                    item.difference,
                )
                for item in changes.accounts[:limit]
            ],
            title="Accounts whose balance would change",
        )
        _and_more(changes.account_count or 0, limit)
    if changes.vouchers:
        show_table(
            ("change", "voucher", "date before", "date after", "debit before", "debit after"),
            [
                (
                    item.change,
                    item.voucher_key,
                    item.date_before,
                    item.date_after,
                    item.debit_before,
                    item.debit_after,
                )
                for item in changes.vouchers[:limit]
            ],
            title="Vouchers that would change",
        )
        _and_more(changes.added + changes.changed + changes.removed, limit)


def _and_more(count: int, shown: int) -> None:
    if count > shown:
        say(f"... and {count - shown:,} more.")


def _as_dict(found: LoadResult) -> Any:
    if found.plan is None:
        return None
    changes = found.plan
    return {
        "added": changes.added,
        "changed": changes.changed,
        "removed": changes.removed,
        "first_load": changes.first_load,
        "accounts": changes.accounts,
        "account_count": changes.account_count,
        "vouchers": changes.vouchers,
    }
