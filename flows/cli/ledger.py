"""`tasma ledger`: read what is published, and what keeps a load from being published."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from blocks.warehouse.shared_export import Format
from flows.cli.app import AsJson, command
from flows.cli.books import Rows, ask_first, published_year, warehouse
from flows.cli.opening import TenantId, YearOrLatest, known_tenant, open_hub, require_utf8
from flows.cli.output import next_steps, say, show_csv, show_json, show_table
from flows.cli.switches import is_given
from ledger.fiscal_year import short_year
from ledger.text import number_of

ROWS_EACH: Final = 20
"""Rows that are shown for each of the vouchers that may be, before and after together."""

VOUCHER: Final = (
    "change",
    "voucher",
    "date before",
    "date after",
    "debit before",
    "debit after",
)
CHANGE_ROW: Final = ("load", "change", "voucher", "side", "row", "account", "amount", "text")


@command(
    "ledger",
    "changes",
    examples=(
        "tasma ledger changes acme",
        "tasma ledger changes acme 2024 --limit 500",
        "tasma ledger changes acme 2024 --rows",
    ),
)
def changes(
    tenant: TenantId,
    year: YearOrLatest = "",
    *,
    limit: Annotated[
        int, typer.Option(min=1, max=100_000, help="Most loads and most vouchers shown.")
    ] = 50,
    rows: Annotated[
        bool, typer.Option("--rows", help="Also the rows of each voucher, before and after.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the loads of a year and which vouchers each added, changed or removed.

    A year's first load names no vouchers: all of them are new. Loads of releases that kept nothing
    have no rows before.
    """
    wanted = published_year(tenant, year)
    of_year = partial(ask_first, tenant, fiscal_year=wanted.key)
    loads = of_year("load", limit=limit, what="loads")
    vouchers = of_year("voucher_change", limit=limit, what="changed vouchers")
    found = of_year("change_row", limit=limit * ROWS_EACH, what="rows") if rows else None
    place = f"{tenant} {short_year(wanted.key)}"
    if as_json:
        shown = {"loads": loads.as_dicts(), "vouchers": vouchers.as_dicts()}
        show_json(shown | ({"rows": found.as_dicts()} if found else {}))
        return
    if is_given("--csv"):
        _show_csv(loads, vouchers, found)
        return
    show_table(
        ("load", "published (UTC)", "source", "vouchers", "postings", "+", "changed", "-"),
        [(row[0], row[3], f"{row[4]} {row[5]}", *row[6:11]) for row in loads.rows],
        title=f"{place}: loads that changed something, latest first",
        spare=("postings", "source", "vouchers", "load"),
    )
    for number, back, who, reason in ((row[0], *row[11:]) for row in loads.rows if row[11]):
        say(f"Load {number} brings load {back} back, by {who}: {reason}")
    if vouchers.rows:
        show_table(
            ("load", *VOUCHER),
            [row[: 1 + len(VOUCHER)] for row in vouchers.rows],
            title="Vouchers",
            spare=("load",),
        )
    elif len(loads.rows) > 1:
        say(
            "No later load has changed a voucher. Balances may differ: "
            f"`tasma ledger diff {place}`."
        )
    else:
        say("No later load has changed anything.")
    if found and found.rows:
        show_table(CHANGE_ROW, found.rows, title="Rows before and after", spare=("text", "row"))
    further = f"tasma ledger changes {place} --rows"
    next_steps(*([further] if vouchers.rows and not rows else []), f"tasma ledger report {place}")


def _show_csv(loads: Rows, vouchers: Rows, found: Rows | None) -> None:
    """Print one table: the rows where they are asked for, else each load with its vouchers."""
    if found:
        show_csv(CHANGE_ROW, found.rows)
        return
    changed = defaultdict(list)
    for number, *voucher in vouchers.rows:
        changed[number].append(voucher[: len(VOUCHER)])
    none: list[object] = [None] * len(VOUCHER)
    show_csv(
        ("load", "published (UTC)", "source", *VOUCHER),
        [
            (load[0], load[3], f"{load[4]} {load[5]}", *voucher)
            for load in loads.rows
            for voucher in changed[load[0]] or [none]
        ],
    )


@command(
    "ledger",
    "export",
    examples=(
        "tasma ledger export acme ~/acme-books",
        "tasma ledger export --all ~/books",
        "tasma ledger export --all ~/books --replace",
    ),
)
def export(
    tenant: Annotated[
        str, typer.Argument(metavar="TENANT", help="Whose; not with --all.", show_default=False)
    ] = "",
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="A new or empty folder.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All tenants, by partitions.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="With --all: bring an earlier export up to date.")
    ] = False,
    file_format: Annotated[Format, typer.Option("--format", help="With --all.")] = "parquet",
    as_json: AsJson = False,
) -> None:
    """Write all published tables and views of a tenant as Parquet files.

    With --all one folder has every tenant, by partitions that Spark, Trino, Snowflake, dbt and
    DuckDB read (TABLE/tenant=.../fiscal_year=.../data.parquet). With --replace only years that
    changed since are written anew, which is what a schedule wants.
    """
    if not tenant:
        raise typer.BadParameter("give TENANT and FOLDER, or --all and a folder.")
    require_utf8(folder or Path(tenant))
    if every:
        _export_all(
            folder or Path(tenant), replace=replace, file_format=file_format, as_json=as_json
        )
        return
    if folder is None or replace:
        raise typer.BadParameter("give TENANT and FOLDER, or --all and a folder.")
    with open_hub() as hub:
        known_tenant(hub, tenant)
    folder.parent.mkdir(parents=True, exist_ok=True)
    files = warehouse().export(tenant, folder.absolute())
    if as_json:
        show_json(files)
        return
    size_bytes = sum(path.stat().st_size for path in files)
    say(f"Wrote {len(files)} Parquet files, {number_of(size_bytes, 'byte')}, to {folder}.")
    next_steps(f"open {folder}/voucher.parquet and posting.parquet in any tool that reads Parquet")


def _export_all(folder: Path, *, replace: bool, file_format: Format, as_json: bool) -> None:
    found = warehouse().export_all(folder.absolute(), replace=replace, file_format=file_format)
    if as_json:
        show_json(found)
        return
    counts = {name: len(years) for name, years in vars(found).items()}
    counted = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    say(f"Years of all tenants in {folder}: {counted}.")
    next_steps(f"tasma ledger export --all {folder} --replace (again, such as every night)")
