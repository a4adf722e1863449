"""`tasma tenant`: whose books are moved."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated

import typer

from blocks.hub import Tenant
from blocks.systems.registry import SYSTEMS, systems_with
from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub, parse_year
from flows.cli.output import next_steps, remark, say, show_json, show_table
from ledger.fiscal_year import FiscalYear, short_year
from ledger.organisation import OrganisationNumber
from tasks.applying import currency_of, time_zone_of
from tasks.onboarding import deliver_form


@command(
    "tenant",
    "add",
    examples=(
        'tasma tenant add acme --name "Acme AB" --org-number 556000-1234',
        "tasma tenant add acme --name Acme --org-number 5560001234 --years 2023,2024",
    ),
)
def add(
    tenant: TenantId,
    *,
    name: Annotated[str, typer.Option(help="The company's name.")],
    org_number: Annotated[
        str, typer.Option(help="Its organisation number; a file of another one is held.")
    ] = "",
    country: Annotated[
        str, typer.Option(help="SE or FI: says which statements its books are read by.")
    ] = "SE",
    currency: Annotated[str, typer.Option(help="Of its books; by country unless given.")] = "",
    time_zone: Annotated[
        str, typer.Option(help="Of its days and nights; by country unless given.")
    ] = "",
    defined: Annotated[
        str,
        typer.Option(
            "--years",
            help="Its fiscal years, comma between: only these are loaded.",
        ),
    ] = "",
    years_from_source: Annotated[
        bool,
        typer.Option(
            "--years-from-source",
            help="Years come with the files that are published; so it is unless --years is given.",
        ),
    ] = False,
    trial: Annotated[
        bool, typer.Option("--trial", help="No onboarding form: no gate holds what is loaded.")
    ] = False,
    same_number_as: Annotated[
        str,
        typer.Option(metavar="TENANT", help="It is another set of books of this tenant's company."),
    ] = "",
) -> None:
    """Add a tenant: one company whose books are kept apart from all others.

    Its onboarding form is written for the customer to fill in; until it has come back and all that
    it needs is there, nothing is loaded. A trial has no form, and no nights. An organisation number
    is one tenant's, unless another is said to share it.
    """
    if defined and years_from_source:
        raise typer.BadParameter("give --years or --years-from-source, not both.")
    found = _parse_years(defined)
    with open_hub() as hub:
        added = hub.tenants.add(
            Tenant(
                id=tenant,
                name=name,
                organisation_number=_typed_number(org_number),
                country=country,
                currency=currency or currency_of(country),
                time_zone=time_zone or time_zone_of(country),
                years_from_source=not found,
                same_number_as=same_number_as,
            )
        )
        for year in found:
            hub.years.define(tenant, year)
        form = None if trial else deliver_form(hub, tenant)
        if trial:
            hub.openings.begin(tenant, is_trial=True)
    number = f", {added.organisation_number}" if added.organisation_number else ""
    say(f"Added {tenant}: {added.name}{number}, {added.currency}.")
    years = ", ".join(short_year(year.key) for year in found)
    say(f"Fiscal years: {years or 'as the published files bring them'}.")
    if form is None:
        offered = [name for name in systems_with("ledger") if country in SYSTEMS[name].countries]
        connecting = [f"or: tasma connect {name} {tenant}" for name in offered]
        next_steps(f"tasma import FILE --tenant {tenant}", *connecting)
        return
    say(f"Its onboarding form is {form}. Let the customer fill it in.")
    next_steps(f"tasma tenant open {tenant} {form}")


@command(
    "tenant",
    "correct",
    examples=(
        "tasma tenant correct acme --org-number 556000-1234",
        "tasma tenant correct acme --time-zone Europe/Helsinki",
    ),
)
def correct(
    tenant: TenantId,
    *,
    org_number: Annotated[
        str | None, typer.Option(help="Its organisation number, as it really is.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Europe/Stockholm or Europe/Helsinki: those have nights.")
    ] = None,
    same_number_as: Annotated[
        str | None,
        typer.Option(metavar="TENANT", help="Whose company it is another set of books of."),
    ] = None,
) -> None:
    """Correct a tenant's organisation number, by which files are held, or its time zone.

    What is held keeps its findings; import the file again to have it judged anew.
    """
    given = {
        "organisation_number": org_number,
        "time_zone": time_zone,
        "same_number_as": same_number_as,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise typer.BadParameter("give --org-number, --time-zone or --same-number-as.")
    if org_number is not None:
        changes["organisation_number"] = _typed_number(org_number)
    with open_hub() as hub:
        old = vars(known_tenant(hub, tenant))
        hub.tenants.update(tenant, **changes)
    for name, value in changes.items():
        what = name.replace("_", " ")
        if name == "same_number_as":
            say(f"{tenant} shares the number of {value}.")
            continue
        say(f"The {what} of {tenant} is {value or 'none'}; it was {old[name] or 'none'}.")
    retry = f"tasma import FILE --tenant {tenant}"
    next_steps(f"tasma tenant status {tenant}", *((retry,) if org_number is not None else ()))


def _typed_number(text: str) -> str:
    """Return a number as the hub keeps it; what is none is left as typed, for the hub to refuse."""
    number = OrganisationNumber.parse(text)
    if number is None:
        if text.strip():
            remark(f"{text} has not the form of a Swedish or Finnish organisation number.")
        return text.strip()
    if number.remark:
        remark(f"Note: {number.remark}.")
    return number.digits


@command("tenant", "list", examples=("tasma tenant list", "tasma tenant list --json"))
def list_tenants(*, as_json: AsJson = False) -> None:
    """List all tenants."""
    with open_hub() as hub:
        found = list(hub.tenants)
    if as_json:
        show_json(found)
    elif found:
        headings = ("tenant", "name", "org. number", "currency", "years from", "added (UTC)")
        rows = [
            (
                item.id,
                item.name,
                item.organisation_number or "-",
                item.currency,
                "files" if item.years_from_source else "hand",
                item.created_at,
            )
            for item in found
        ]
        show_table(headings, rows, spare=("added (UTC)", "years from", "currency"))
    else:
        say("There is no tenant yet.")
        next_steps(
            "tasma tenant add acme --name 'Acme AB' --org-number 556000-1234",
            "tasma import FILE --new-tenant",
        )


def _parse_years(text: str) -> list[FiscalYear]:
    """Read the years of ``--years``; none may share a day with another."""
    found = sorted({parse_year(part.strip()) for part in text.split(",") if part.strip()})
    for one, other in combinations(found, 2):
        if one.overlaps(other):
            raise typer.BadParameter(f"{one} and {other} share days; a day has one year.")
    return found
