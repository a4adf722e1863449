"""What most commands begin with: the hub, a known tenant, a fiscal year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from blocks.hub import Hub, Tenant, opened
from blocks.settings import settings
from flows.cli.output import remark
from flows.cli.switches import given_home
from ledger.fiscal_year import FiscalYear, short_year

TenantId = Annotated[str, typer.Argument(metavar="TENANT", help="Id of the tenant, such as acme.")]
YearText = Annotated[
    str, typer.Argument(metavar="YEAR", help="Such as 2024, or 2024-07-01_2025-06-30.")
]
KnownYear = Annotated[
    str,
    typer.Argument(
        metavar="YEAR",
        help="Such as 2024, also for the broken year that ends in 2024; or 2024-07-01_2025-06-30.",
    ),
]
OneTenant = Annotated[str, typer.Argument(metavar="TENANT", help="Whose years.")]
AllTenants = Annotated[bool, typer.Option("--all", help="The years of all tenants.")]
YearOrEvery = Annotated[
    str, typer.Argument(metavar="YEAR", help="Such as 2024; every year unless given.")
]
YearOrLatest = Annotated[
    str,
    typer.Argument(
        metavar="YEAR",
        help="Such as 2024, also for the broken year that ends in 2024; the latest unless given.",
    ),
]


@contextmanager
def open_hub() -> Iterator[Hub]:
    """Open the hub of the settings, with its schema up to date."""
    if given_home() and not (home := settings().home).exists():
        remark(f"There was no home at {home} yet: an empty one is made.")
    with Hub(settings().hub_url) as hub:
        yield opened(hub)


def known_tenant(hub: Hub, tenant: str) -> Tenant:
    """Return the tenant, or say that the command named none that exists."""
    if found := hub.tenants.find(tenant):
        return found
    raise typer.BadParameter(
        f"there is no tenant {tenant!r}. `tasma tenant list` shows those there are, "
        f"`tasma tenant add {tenant} --name ...` makes one."
    )


def require_utf8(folder: Path) -> None:
    """Refuse a folder whose name is no UTF-8, which is all that the databases take."""
    try:
        str(folder.absolute()).encode()
    except UnicodeEncodeError:
        raise typer.BadParameter(
            f"the name of {folder} is no UTF-8, so no database writes there: give another folder."
        ) from None


def require_one_or_all(tenant: str, *, everything: bool) -> None:
    """Refuse a command that names neither one tenant nor all of them, or both."""
    if bool(tenant) == everything:
        raise typer.BadParameter("name a tenant, or give --all.")


def parse_year(text: str) -> FiscalYear:
    """Read a fiscal year as a person writes it."""
    try:
        return FiscalYear.parse(text)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None


def parse_day(text: str) -> dt.date:
    """Read a day as a person writes it."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day: expected 2024-12-31.") from None


def known_year(hub: Hub, tenant: str, text: str) -> FiscalYear:
    """Return the year of a unit that the tenant has: the one named, or the latest.

    A calendar year such as ``2024`` also finds the one broken year that ends in it; which one that
    is, is said on standard error.
    """
    years = [unit.year for unit in hub.units.of_tenant(tenant)]
    if not years:
        raise typer.BadParameter(
            f"nothing of {tenant} has been loaded yet: `tasma import FILE --tenant {tenant}`."
        )
    if not text:
        return max(years, key=lambda year: year.end_date)
    wanted = parse_year(text)
    ending = [year for year in years if len(text) == 4 and year.end_date.year == int(text)]
    if wanted in years or len(ending) == 1:
        return say_which(text, wanted if wanted in years else ending[0])
    has = ", ".join(short_year(year.key) for year in years)
    raise typer.BadParameter(f"{tenant} has no year {text}; it has {has}.")


def say_which(text: str, year: FiscalYear) -> FiscalYear:
    """Return the year that a person named; where a calendar year is a broken one, say which."""
    if year.key not in (text, parse_year(text).key):
        remark(f"{text} is taken for the fiscal year {year.key}, which ends in it.")
    return year
