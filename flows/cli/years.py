"""`tasma tenant year`: which fiscal years a tenant has."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from blocks.hub import Hub
from flows.cli.app import AsJson, command
from flows.cli.opening import (
    KnownYear,
    TenantId,
    YearText,
    known_tenant,
    open_hub,
    parse_day,
    parse_year,
    say_which,
)
from flows.cli.output import next_steps, say, show_json, show_table
from ledger.fiscal_year import FiscalYear, short_year
from tasks.ledger_sources import (
    YearSource,
    documents_in_words,
    is_pulled,
    load_command,
    year_sources,
)


@command(
    "tenant",
    "year",
    "add",
    examples=(
        "tasma tenant year add acme 2024",
        "tasma tenant year add acme 2024-07-01_2025-06-30",
    ),
)
def add(tenant: TenantId, year: YearText) -> None:
    """Define a fiscal year, or take a retired one into use again."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = hub.years.define(tenant, parse_year(year))
        load = load_command(hub, tenant, found.year)
    say(f"{tenant} has the fiscal year {found.year}.")
    next_steps(load)


@command(
    "tenant",
    "year",
    "list",
    examples=("tasma tenant year list acme", "tasma tenant year list acme --json"),
)
def list_years(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """List the fiscal years: the ledger's source, the documents, and whether to fetch or to sync.

    A year of a system is to be fetched until that has succeeded once, for its ledger or only its
    documents; from then on it is synced. Of a tenant whose books come in files alone, a year is to
    be imported until it is published, and to be decided on while it is held.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = year_sources(hub, tenant)
        is_fetched = is_pulled(hub, tenant)
        has_pickup = hub.pickups.find(tenant) is not None
    action = _fetch_or_sync if is_fetched else _import_or_decide
    if as_json:
        show_json([{**_as_dict(item), "action": action(item)} for item in found])
    elif found:
        headings = (
            "year", "defined by", "locked until", "ledger from", "documents", "next action",
        )  # fmt: skip
        rows = [
            (
                item.year,
                _defined_by(item),
                _locked_until(item) or "-",
                item.source,
                documents_in_words(item.documents) or "-",
                action(item) or "-",
            )
            for item in found
        ]
        show_table(headings, rows, spare=("defined by", "locked until", "documents"))
        steps = [_next(tenant, item, action(item), has_pickup=has_pickup) for item in found]
        next_steps(*dict.fromkeys(filter(None, steps)))
    else:
        say(f"{tenant} has no fiscal year yet.")
        next_steps(f"tasma tenant year add {tenant} 2024", f"tasma import FILE --tenant {tenant}")


def _fetch_or_sync(item: YearSource) -> str:
    return item.action


def _import_or_decide(item: YearSource) -> str:
    if item.is_held:
        return "decide"
    return "" if item.is_published else "import"


def _next(tenant: str, item: YearSource, action: str, *, has_pickup: bool) -> str:
    year = short_year(item.year.key)
    files = f"tasma sftp poll {tenant}" if has_pickup else f"tasma import FILE --tenant {tenant}"
    return {
        "fetch": f"tasma ledger pull {tenant} --year {year}  (fetch)",
        "import": files,
        "decide": f"tasma ledger breaks {tenant} {year}",
    }.get(action, "")


def _as_dict(item: YearSource) -> dict[str, object]:
    return {
        "fiscal_year": item.year.key,
        "start_date": item.year.start_date,
        "end_date": item.year.end_date,
        "is_defined": item.defined is not None,
        "locked_until": _locked_until(item),
        "source": item.source,
        "documents": item.documents.document_count if item.documents else 0,
        "documents_without_voucher": item.documents.without_voucher if item.documents else 0,
        "documents_fetched_at": item.documents.fetched_at if item.documents else None,
        "documents_reason": item.documents.reason if item.documents else "",
    }


def _defined_by(item: YearSource) -> str:
    if item.defined is None:
        return "-"
    return "a file" if item.defined.is_from_source else "hand"


def _locked_until(item: YearSource) -> dt.date | None:
    return item.defined.locked_until if item.defined else None


@command(
    "tenant",
    "year",
    "lock",
    examples=(
        "tasma tenant year lock acme 2024 --until 2024-09-30",
        "tasma tenant year lock acme 2024 --open",
    ),
)
def lock(
    tenant: TenantId,
    year: KnownYear,
    *,
    until: Annotated[str, typer.Option(help="Last locked day; the whole year unless given.")] = "",
    reopen: Annotated[bool, typer.Option("--open", help="Open all of the year again.")] = False,
) -> None:
    """Lock a year up to a day: a load that would change a locked day is held."""
    if until and reopen:
        raise typer.BadParameter("give --until or --open, not both.")
    with open_hub() as hub:
        known_tenant(hub, tenant)
        defined = defined_year(hub, tenant, year)
        day = None if reopen else parse_day(until) if until else defined.end_date
        hub.years.lock_until(tenant, defined, day=day)
    say(f"{tenant} {defined} is {f'locked until {day}' if day else 'open'}.")


@command(
    "tenant", "year", "retire", examples=("tasma tenant year retire acme 2024-01-01_2024-12-31",)
)
def retire(tenant: TenantId, year: KnownYear) -> None:
    """Take a year out of use, so that its days may belong to a year with other dates.

    What was published of it stays readable; a load of it is held.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        retired = defined_year(hub, tenant, year)
        hub.years.retire(tenant, retired)
    say(f"{tenant} {retired} is retired; what was published of it stays readable.")
    reuse = f"tasma tenant year add {tenant} {short_year(retired.key)}   (takes it into use again)"
    next_steps(f"tasma tenant year add {tenant} YEAR", reuse)


def defined_year(hub: Hub, tenant: str, text: str) -> FiscalYear:
    """Return the year in use that a person named, a broken one also by the year it ends in."""
    parse_year(text)
    return say_which(text, hub.years.meant(tenant, text))
