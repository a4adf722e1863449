"""`tasma warehouse attach`: many tenants' books in one DuckDB client."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.app import command
from flows.cli.books import warehouse
from flows.cli.opening import known_tenant, open_hub
from flows.cli.output import next_steps, say


@command(
    "warehouse",
    "attach",
    examples=(
        "tasma warehouse attach > books.sql",
        "tasma warehouse attach acme beta --output books.sql",
    ),
)
def attach(
    tenants: Annotated[
        list[str] | None, typer.Argument(metavar="TENANT", help="All unless named; 200 most.")
    ] = None,
    *,
    output: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
) -> None:
    """Print a script by which a DuckDB client reads many tenants' books as one.

    `duckdb -init books.sql` has every table and view of docs/tables.md, with the tenant of each
    row. It reads what is published as it is when the client starts; nothing is copied.
    """
    with open_hub() as hub:
        for tenant in tenants or []:
            known_tenant(hub, tenant)
    script = warehouse().attach_script(tenants or None)
    if output is None:
        sys.stdout.write(script)
        return
    output.write_text(script, encoding="utf-8")
    say(f"Wrote {output}.")
    next_steps(f"duckdb -init {output}")
