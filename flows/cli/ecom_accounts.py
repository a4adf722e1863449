"""`tasma ecom accounts`: Ecom's chart joined to Procountor's, as a table in CSV."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from flows.cli.routes import Who
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
    with open_hub() as hub:
        known_tenant(hub, tenant)
        route = EcomRoute.of(hub, tenant)
        text = _text(file)
        found = accounts.import_csv(route, text, file_name=file.name, who=who)
        count = len(EcomRoute.of(hub, tenant).table)
    say(f"{count:,} rows, {len(found):,} of them to be looked at.", *map(str, found[:50]))
    next_steps(f"tasma ecom accounts check {tenant}")


@command("ecom", "accounts", "check", examples=("tasma ecom accounts check acme",))
def check(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """Hold the table against Ecom's chart; ends with 3 when a row is wrong."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        route = EcomRoute.of(hub, tenant)
        found = accounts.check(route, route.table.values())
    if as_json:
        show_json({"tenant": tenant, "findings": [str(one) for one in found]})
    else:
        rate = [("-" if one.vat_rate is None else one.vat_rate) for one in found]
        rows = [(one.account, r, one.reason) for one, r in zip(found, rate, strict=True)]
        show_table(("account", "rate", "what is wrong"), rows)
    if found:
        raise typer.Exit(ExitCode.HELD)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise typer.BadParameter(f"{file.name} is larger than {MAX_FILE_BYTES:,} bytes.")
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise typer.BadParameter(
            f"{file.name} cannot be read as UTF-8 text ({type(problem).__name__})."
        ) from None
