"""`tasma tenant`: whose books are moved, and how each stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations
from typing import Annotated, Final

import typer

from blocks.hub import Connection, Hub, OverviewRow, Tenant
from blocks.hub.connection_states import look_with
from blocks.systems.registry import SYSTEMS
from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub, parse_year
from flows.cli.output import is_terminal, next_steps, remark, say, show_json, show_table
from ledger.fiscal_year import FiscalYear, short_year
from ledger.onboarding import Stage
from ledger.organisation import OrganisationNumber
from tasks.onboarding import deliver_form, stages

CURRENCIES: Final = {"SE": "SEK", "FI": "EUR"}
TIME_ZONES: Final = {"SE": "Europe/Stockholm", "FI": "Europe/Helsinki"}


@command(
    "tenant",
    "add",
    examples=(
        'tasma tenant add acme --name "Acme AB" --org-number 556000-1234',
        'tasma tenant add acme --name "Acme AB" --org-number 5560001234 --years 2023,2024',
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
) -> None:
    """Add a tenant: one company whose books are kept apart from all others.

    Its onboarding form is written for the customer to fill in; until it has come back and all that
    it needs is there, nothing is loaded. A trial has no form, and no nights.
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
                currency=currency or CURRENCIES.get(country, "EUR"),
                time_zone=time_zone or TIME_ZONES.get(country, "Europe/Stockholm"),
                years_from_source=not found,
            )
        )
        for year in found:
            hub.years.define(tenant, year)
        form = None if trial else deliver_form(hub, tenant)
        if trial:
            hub.openings.begin(tenant, is_trial=True)
    number = f", {added.organisation_number}" if added.organisation_number else ""
    say(f"Added {tenant}: {added.name}{number}, {added.currency}.")
    say(f"Fiscal years: {', '.join(map(str, found)) or 'as the published files bring them'}.")
    if form is None:
        next_steps(f"tasma import FILE --tenant {tenant}", f"or: tasma connect fortnox {tenant}")
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
) -> None:
    """Correct a tenant's organisation number, by which files are held, or its time zone.

    What is held keeps its findings; import the file again to have it judged anew.
    """
    given = {"organisation_number": org_number, "time_zone": time_zone}
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise typer.BadParameter("give --org-number or --time-zone.")
    if org_number is not None:
        changes["organisation_number"] = _typed_number(org_number)
    with open_hub() as hub:
        old = vars(known_tenant(hub, tenant))
        hub.tenants.update(tenant, **changes)
    for name, value in changes.items():
        what = name.replace("_", " ")
        say(f"The {what} of {tenant} is {value or 'none'}; it was {old[name] or 'none'}.")
    retry = f"tasma import FILE --tenant {tenant}"
    next_steps(f"tasma tenant status {tenant}", *((retry,) if org_number is not None else ()))


def _typed_number(text: str) -> str:
    """Return a number as the hub keeps it; what is none is left for the hub to refuse."""
    number = OrganisationNumber.parse(text)
    if number is None:
        return text.replace("-", "").replace(" ", "")
    if number.remark:
        remark(f"Kept as given, though {number.remark}.")
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


@command(
    "tenant",
    "status",
    examples=("tasma tenant status", "tasma tenant status acme", "tasma tenant status --json"),
)
def status(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Only this tenant.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Show one row per tenant and year: its light, status, last good load, why, what next.

    Green is loaded, grey has nothing yet, red is held, failed or late. The stage says how far the
    tenant's opening has come; `tasma tenant open` says what is left of it.
    """
    with open_hub() as hub:
        if tenant:
            known_tenant(hub, tenant)
        rows = list(_overview(hub, tenant))
        stages = _stages(hub, tenant)
        connections = list(hub.connections.every(SYSTEMS))
    broken = {item.tenant: item for item in connections if item.status != "connected"}
    if as_json:
        show_json([_as_dict(row, broken, stages[row.tenant]) for row in rows])
    elif rows:
        connected = {item.tenant for item in connections}
        _show_status(rows, broken, stages, connected=connected)
    else:
        say("There is no tenant yet.")
        next_steps("tasma import FILE --new-tenant")


def what_next(row: OverviewRow, *, is_connected: bool) -> str:
    """Return the command that moves a unit on; nothing has to be done for one that is published."""
    if is_connected and not row.status:
        return f"tasma ledger pull {row.tenant}"
    place = f"{row.tenant} {short_year(row.fiscal_year)}" if row.fiscal_year else row.tenant
    load = f"tasma import FILE --tenant {row.tenant}"
    if row.hold or row.side_loads or row.later:
        return f"tasma ledger breaks {place}"
    return {
        "": load,
        "held": f"tasma ledger breaks {place}",
        "failed": f"tasma events {row.tenant}",
        "published": "",
        "partial": f"{load} (a whole year)",
        "evidence": f"{load} (a whole year)",
        "rejected": load,
    }.get(row.status, "wait for the run")


STATUS_HEADINGS: Final = (
    "light",
    "tenant",
    "fiscal year",
    "status",
    "stage",
    "last good load",
    "age",
    "vouchers",
    "postings",
    "why",
    "next",
)

KEYS: Final = {"side_loads": "beside"}
"""Fields of a row whose key under ``--json`` is another."""

STATUS_SPARE: Final = ("postings", "age", "stage", "vouchers", "last good load")
"""Left out on a narrow terminal, the first to go first."""


def _show_status(
    rows: list[OverviewRow],
    broken: dict[str, Connection],
    stages: dict[str, Stage],
    *,
    connected: Collection[str],
) -> None:
    """Print a row for each unit; on a terminal the two long columns stand below the table.

    What a tenant's connection lacks comes before what its units say: nothing else helps.
    """
    cells = [
        (
            str(row.light),
            row.tenant,
            short_year(row.fiscal_year) if row.fiscal_year else "-",
            row.status or "-",
            stages[row.tenant].replace("_", " "),
            row.last_published_at,
            row.age,
            row.voucher_count,
            row.posting_count,
            _why(row, broken),
            _next(row, broken, stages[row.tenant], is_connected=row.tenant in connected),
        )
        for row in rows
    ]
    if not is_terminal():
        show_table(STATUS_HEADINGS, cells)
        return
    show_table(STATUS_HEADINGS[:-2], [row[:-2] for row in cells], spare=STATUS_SPARE)
    for row in cells:
        if row[-2] or row[-1]:
            say(f"{row[1]} {row[2]}: {row[-2] or row[3]}")
            next_steps(*filter(None, [row[-1]]))


def _next(
    row: OverviewRow, broken: dict[str, Connection], stage: Stage, *, is_connected: bool
) -> str:
    if row.tenant in broken:
        return look_with(broken[row.tenant].status, row.tenant)
    if not row.status and stage not in {Stage.LIVE, Stage.TRIAL}:
        return f"tasma tenant open {row.tenant}"
    return what_next(row, is_connected=is_connected)


def _why(row: OverviewRow, broken: dict[str, Connection]) -> str:
    if row.tenant not in broken:
        return row.reason
    connection = broken[row.tenant]
    return f"{connection.status.replace('_', ' ')}: {connection.reason}"


def _as_dict(row: OverviewRow, broken: dict[str, Connection], stage: Stage) -> dict[str, object]:
    connection = broken.get(row.tenant)
    return {
        **{KEYS.get(name, name): value for name, value in vars(row).items()},
        "stage": stage,
        "connection": connection.status if connection else "",
        "connection_reason": connection.reason if connection else "",
    }


def _stages(hub: Hub, tenant: str) -> dict[str, Stage]:
    """Return the stage of each tenant; it is derived only for openings under way."""
    settled = hub.openings.settled(tenant)
    if all(settled.values()):
        return {name: stage for name, stage in settled.items() if stage}
    return stages(hub, tenant)


def _overview(hub: Hub, tenant: str) -> Iterator[OverviewRow]:
    after = ""
    while page := hub.overview(tenant=tenant, after=after):
        yield from page
        if tenant:
            return
        after = page[-1].tenant


def _parse_years(text: str) -> list[FiscalYear]:
    """Read the years of ``--years``; none may share a day with another."""
    found = sorted({parse_year(part.strip()) for part in text.split(",") if part.strip()})
    for one, other in combinations(found, 2):
        if one.overlaps(other):
            raise typer.BadParameter(f"{one} and {other} share days; a day has one year.")
    return found
