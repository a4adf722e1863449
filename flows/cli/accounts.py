"""`tasma accounts`: the account map of a tenant, exported and set, and what lacks a place."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from blocks.statement_lines import lines_of
from flows.cli.app import AsJson, command
from flows.cli.books import published_year, year_of
from flows.cli.exits import ExitCode
from flows.cli.files import there
from flows.cli.opening import TenantId, YearOrLatest, known_tenant, open_hub
from flows.cli.output import next_steps, remark, say, show_json, show_table
from ledger.account_map import ALWAYS, AccountMap, Coverage, Place, Suggestion, read_map, write_map
from ledger.text import number_of
from tasks.account_map import account_map, covered, set_account_map
from tasks.chart import import_chart as take
from tasks.ledger_sources import load_command
from tasks.stores import open_stores

MAX_MAP_BYTES = 4 << 20
"""Largest file of a map; 10,000 places take less than one."""


@command("accounts", "export", examples=("tasma accounts export acme",))
def export(tenant: TenantId) -> None:
    """Print the tenant's own places as CSV, as `tasma accounts set` reads them."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = account_map(hub, tenant)
    sys.stdout.write(write_map(found.places))


@command(
    "accounts",
    "set",
    examples=("tasma accounts set acme", "tasma accounts set acme acme-map.csv --scheme PMA"),
)
def set_map(
    tenant: TenantId,
    file: Annotated[
        Path | None,
        typer.Argument(help="Places as CSV; without, the tenant has the scheme's alone."),
    ] = None,
    *,
    scheme: Annotated[
        str, typer.Option(help="Scheme of statements: BAS or PMA; by country unless given.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Set a tenant's account map, as a whole: the scheme of statements and its own places.

    From then on an account with a balance and no place holds a load. Published statements read by
    the new map at once. All rows of the file are right, or nothing is set.
    """
    with open_stores() as stores:
        known_tenant(stores.hub, tenant)
        before = account_map(stores.hub, tenant)
        chart = scheme or before.chart
        places, problems = _read(file, chart) if file else ((), ())
        if problems:
            for problem in problems:
                remark(f"{file}: {problem}")
            remark("Nothing was set.")
            raise typer.Exit(ExitCode.FAILED)
        is_shown = set_account_map(stores, tenant, chart, places, who=getpass.getuser())
        has_books = any(unit.last_published_at for unit in stores.hub.units.of_tenant(tenant))
        is_opened = stores.hub.openings.find(tenant) is not None
        further = f"tasma tenant open {tenant}" if is_opened else load_command(stores.hub, tenant)
    if as_json:
        show_json({"tenant": tenant, "scheme": chart, "places": len(places)})
        return
    say(f"{tenant}: scheme {chart}, {number_of(len(places), 'place')} of its own.")
    if is_shown:
        say("The published statements read by it now.")
    next_steps(f"tasma accounts check {tenant}" if has_books else further)


@command("accounts", "import", examples=("tasma accounts import acme books.se",))
def import_chart(
    tenant: TenantId,
    file: Annotated[Path, typer.Argument(help="A ledger file, such as SIE, with a chart in it.")],
) -> None:
    """Give a tenant its ledger accounts before its first file: those of a file's chart.

    They replace those that it was given before. Nothing else of the file is taken.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        count = take(hub, tenant, there(file), who=getpass.getuser())
    say(f"{tenant} has {number_of(count, 'ledger account')}.")
    next_steps(f"tasma accounts set {tenant}", f"tasma tenant open {tenant}")


@command(
    "accounts", "check", examples=("tasma accounts check acme", "tasma accounts check acme 2024")
)
def check(tenant: TenantId, year: YearOrLatest = "", *, as_json: AsJson = False) -> None:
    """Show how much of a year has a place, and suggest places for what has none.

    Of what is published of it, and of the accounts that hold a load as they have no place.

    Suggestions are by number and by name. They are never taken by themselves. Ends with 1 when an
    account with a balance has no place.
    """
    with open_stores() as stores:
        wanted = year_of(tenant, year)
        if stores.hub.holds.find(tenant, wanted) is None:
            wanted = published_year(tenant, year)
        found = account_map(stores.hub, tenant)
        coverage, suggestions = covered(stores, tenant, wanted)
    if as_json:
        show_json(_as_dict(found, coverage, suggestions))
    else:
        _show(tenant, coverage, suggestions)
    if any(coverage.unmapped.values()):
        raise typer.Exit(ExitCode.FAILED)


def _show(tenant: str, coverage: Coverage, suggestions: tuple[Suggestion, ...]) -> None:
    say(
        f"{coverage.accounts - len(coverage.unmapped):,} of {coverage.accounts:,} accounts have a "
        f"place, {coverage.percent} % of the balances; {len(coverage.by_default):,} by default."
    )
    if not coverage.unmapped:
        next_steps(f"tasma ledger report {tenant} --statement balance-sheet")
        return
    by_account = {item.account_number: item for item in reversed(suggestions)}
    rows = [
        (
            number,
            f"{balance:,.2f}",
            by_account[number].line if number in by_account else "",
            by_account[number].why if number in by_account else "",
        )
        for number, balance in coverage.unmapped.items()
    ]
    show_table(("account", "balance", "suggested line", "because it is"), rows)
    next_steps(f"tasma accounts export {tenant} > map.csv", f"tasma accounts set {tenant} map.csv")


def _read(file: Path, chart: str) -> tuple[tuple[Place, ...], tuple[str, ...]]:
    try:
        if file.stat().st_size > MAX_MAP_BYTES:
            return (), (f"larger than {number_of(MAX_MAP_BYTES, 'byte')}, so no account map",)
        text = file.read_text(encoding="utf-8-sig")
    except OSError as problem:
        return (), (f"cannot be read ({problem.strerror})",)
    except UnicodeDecodeError:
        return (), ("is not in UTF-8; save it as CSV UTF-8",)
    return read_map(text, lines_of(chart))


def _as_dict(
    found: AccountMap, coverage: Coverage, suggestions: tuple[Suggestion, ...]
) -> dict[str, object]:
    return {
        "scheme": found.chart,
        "places": [
            vars(place) | {"valid_from": "" if place.valid_from == ALWAYS else place.valid_from}
            for place in found.places
        ],
        "accounts": coverage.accounts,
        "by_default": coverage.by_default,
        "unmapped": {number: str(amount) for number, amount in coverage.unmapped.items()},
        "percent": str(coverage.percent),
        "suggestions": [vars(item) for item in suggestions],
    }
