"""`tasma ledger diff`: what differs between the books after one load of a year and another."""

from __future__ import annotations

from typing import Annotated

import typer

from blocks.warehouse.history import AsOf
from flows.cli.app import AsJson, command
from flows.cli.books import as_rows, published_year, warehouse
from flows.cli.opening import KnownYear, TenantId
from flows.cli.output import next_steps, say, show_json, show_table
from ledger.fiscal_year import FiscalYear, short_year

One = Annotated[
    int | None,
    typer.Argument(metavar="LOAD", min=1, help="Number of a load; the one before unless given."),
]
Other = Annotated[
    int | None,
    typer.Argument(metavar="LOAD", min=1, help="Number of another; the last load unless given."),
]


@command(
    "ledger",
    "diff",
    examples=(
        "tasma ledger diff acme 2024",
        "tasma ledger diff acme 2024 1 3",
        "tasma ledger diff acme 2024 2 5 --json",
    ),
)
def diff(
    tenant: TenantId,
    year: KnownYear,
    one: One = None,
    other: Other = None,
    *,
    limit: Annotated[
        int, typer.Option(min=1, max=100_000, help="Most vouchers and accounts shown.")
    ] = 50,
    as_json: AsJson = False,
) -> None:
    """Show which vouchers and accounts differ between the books after two loads of a year.

    Without numbers: what the last load changed. `tasma ledger changes` lists the loads by number.
    Both sides are rebuilt, and proven by the digests of then. An account is shown with its balance
    at the year's end, debit positive.
    """
    wanted = published_year(tenant, year)
    one, other = _loads(tenant, wanted, one, other)
    sides = (AsOf(wanted, one), AsOf(wanted, other))
    found = map(as_rows, warehouse().difference(tenant, *sides, limit=limit + 1))
    vouchers = next(found).first(limit, "vouchers")
    accounts = next(found).first(limit, "accounts")
    if as_json:
        show_json({"vouchers": vouchers.as_dicts(), "accounts": accounts.as_dicts()})
        return
    if not vouchers.rows and not accounts.rows:
        say(f"{tenant} {short_year(wanted.key)} was the same after load {one} and load {other}.")
        return
    show_table(
        ("change", "voucher", "date before", "date after", "debit before", "debit after"),
        vouchers.rows,
        title=f"{tenant} {short_year(wanted.key)}: from load {one} to load {other}",
        nothing="No voucher differs.",
    )
    show_table(
        ("account", "closing before", "closing after", "difference"),
        accounts.rows,
        title="Accounts",
        nothing="No account's balance differs.",
    )
    if vouchers.rows:
        next_steps(f"tasma ledger changes {tenant} {short_year(wanted.key)} --rows")
    else:
        next_steps(f"tasma ledger report {tenant} {short_year(wanted.key)}")


def _loads(tenant: str, year: FiscalYear, one: int | None, other: int | None) -> tuple[int, int]:
    """Return the loads to compare: those that were given, else the last one and that before it."""
    record = warehouse().load_record(tenant, year)
    last = other or (record.load_number if record else 1)
    if one is None and last == 1:
        raise typer.BadParameter(
            f"{tenant} {short_year(year.key)} has one load so far, and none to compare it with."
        )
    return one or last - 1, last
