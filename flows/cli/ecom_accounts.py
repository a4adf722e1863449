"""`tasma ecom accounts`: Ecom's chart joined to Procountor's, as a table in CSV."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.files import there
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from flows.cli.routes import Who
from flows.doors.on_server import server_chosen
from ledger.text import number_of
from tasks.ecom import accounts
from tasks.ecom.route import EcomRoute

MAX_FILE_BYTES: Final = 5_000_000


@command("ecom", "accounts", "export", examples=("tasma ecom accounts export acme",))
def export(tenant: TenantId) -> None:
    """Print the account table as CSV: Ecom's account and rate, and where it goes.

    Keep it with > tilit.csv, edit it, and give it back by import.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        text = accounts.export_csv(EcomRoute.of(hub, tenant))
    sys.stdout.write(text)


@command(
    "ecom",
    "accounts",
    "import",
    examples=("tasma ecom accounts import acme tilit.csv --who anna",),
)
def take(
    tenant: TenantId,
    file: Annotated[Path, typer.Argument(help="CSV with the columns that export prints.")],
    *,
    who: Who,
) -> None:
    """Replace the account table by a file; nothing is changed when a line cannot be taken."""
    text = _text(there(file))
    with open_hub() as hub:
        known_tenant(hub, tenant)
        route = EcomRoute.of(hub, tenant)
        found = accounts.import_csv(route, text, file_name=file.name, who=who)
        count = len(EcomRoute.of(hub, tenant).table)
    say(
        f"{number_of(count, 'row')}, {len(found):,} of them to be looked at.", *map(str, found[:50])
    )
    next_steps(f"tasma ecom accounts check {tenant}")


@command(
    "ecom",
    "accounts",
    "check",
    examples=("tasma ecom accounts check acme", "tasma ecom accounts check acme --ask"),
)
def check(
    tenant: TenantId,
    *,
    ask: Annotated[
        bool, typer.Option("--ask", help="Against Procountor's chart and VAT statuses as well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Hold the table against Ecom's chart, and Procountor's; ends with 3 when a row is wrong."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        route = EcomRoute.of(hub, tenant)
        there = _asked(route) if ask else accounts.NOT_ASKED
        found = accounts.check(route, route.table.values(), there)
    if as_json:
        show_json({"tenant": tenant, "findings": [str(one) for one in found]})
    else:
        rate = [("-" if one.vat_rate is None else one.vat_rate) for one in found]
        rows = [(one.account, r, one.reason) for one, r in zip(found, rate, strict=True)]
        show_table(("account", "rate", "what is wrong"), rows)
    if found:
        raise typer.Exit(ExitCode.HELD)


@command("ecom", "accounts", "suggest", examples=("tasma ecom accounts suggest acme",))
def suggest(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """Suggest rows that the table lacks, by equal numbers and names, and list VAT statuses.

    Nothing is saved: write what is right into the CSV, and import it.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        route = EcomRoute.of(hub, tenant)
        there = _asked(route)
        found = accounts.suggested(route, there)
    offered = [(one.code, one.name) for one in accounts.statuses(there)]
    if as_json:
        rows = [{**vars(one.row), "why": one.why} for one in found]
        show_json({"tenant": tenant, "rows": rows, "vat_statuses": dict(offered)})
        return
    heads = ("account", "rate", "Procountor account", "VAT status", "by equal")
    lines = [
        (s.row.account, s.row.vat_rate, s.row.target_account, s.row.vat_status, s.why or "-")
        for s in found
    ]
    show_table(heads, lines)
    show_table(("VAT status", "name in Procountor"), offered)
    next_steps(f"tasma ecom accounts export {tenant} > tilit.csv")


def _asked(route: EcomRoute) -> accounts.There:
    with server_chosen():
        return asyncio.run(accounts.ask_there(route))


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise typer.BadParameter(f"{file.name} is larger than {MAX_FILE_BYTES:,} bytes.")
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise typer.BadParameter(
            f"{file.name} cannot be read as UTF-8 text ({type(problem).__name__})."
        ) from None
