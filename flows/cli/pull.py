"""`tasma ledger pull`: a tenant's ledger from its accounting system, here or on the server."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from blocks.systems.registry import SYSTEMS, systems_with
from flows.cli.app import AsJson, command
from flows.cli.exits import worst
from flows.cli.imported import code
from flows.cli.local import pull_here
from flows.cli.logged import logged_once
from flows.cli.opening import TenantId, known_tenant
from flows.cli.output import next_steps, say, show_json
from flows.cli.progress import progress
from flows.cli.pulled import as_dict, show_many, show_one
from flows.cli.systems import source_years
from flows.cli.years import defined_year
from flows.doors.on_server import WITHOUT, start_run
from ledger.fiscal_year import FiscalYear, short_year
from ledger.readers import FORMATS
from tasks.source_years import NoYears, Which, wanted_years
from tasks.stores import Stores, open_stores

OverwriteUploaded = Annotated[
    bool | None,
    typer.Option(
        "--overwrite-uploaded/--keep-uploaded",
        help="What becomes of a year whose ledger came from an uploaded SIE file; asked on a "
        "terminal, kept anywhere else.",
        show_default=False,
    ),
]
Define = Annotated[
    bool,
    typer.Option(
        "--define", help="Define a named year that the source has and nobody has defined here."
    ),
]
OnServer = Annotated[
    bool, typer.Option("--on-server", help="Start a run on Prefect's server instead.")
]


@command(
    "ledger",
    "pull",
    examples=(
        "tasma ledger pull acme",
        "tasma ledger pull acme --year 2024 --year 2025 --dry-run",
        "tasma ledger pull acme --year 2023 --define",
        "tasma ledger pull acme --two-latest --overwrite-uploaded",
        "tasma ledger pull acme --on-server",
    ),
)
def pull(
    tenant: TenantId,
    *,
    year: Annotated[
        list[str] | None,
        typer.Option(metavar="YEAR", help="Exactly this year; may be given again."),
    ] = None,
    two_latest: Annotated[
        bool, typer.Option("--two-latest", help="The two latest years that exist here.")
    ] = False,
    documents_only: Annotated[
        bool, typer.Option("--documents-only", help="Leave the ledger as it is.")
    ] = False,
    overwrite_uploaded: OverwriteUploaded = None,
    define: Define = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change; publish nothing.")
    ] = False,
    on_server: OnServer = False,
    as_json: AsJson = False,
) -> None:
    """Fetch a tenant's ledger from its system, check it, and publish what nothing holds.

    All years that are open here, unless others are named; one that nobody has defined here is
    refused and creates nothing. A year is replaced as a whole; fetching it again changes nothing.
    One that fails or is held stops no other. Documents come too, if the connection has the right
    to them. No server is needed.
    """
    if year and two_latest:
        raise typer.BadParameter("give --year or --two-latest, not both.")
    with open_stores() as stores:
        known_tenant(stores.hub, tenant)
        stores.hub.connections.of_tenant(tenant, systems_with("ledger"))
        years = _wanted(stores, tenant, year or [], two_latest=two_latest)
        answer = False if documents_only else overwrite_uploaded
        answers = {each: overwrite(stores, tenant, each, answer) for each in years}
        wishes = {"leaves_ledger": documents_only, "dry_run": dry_run, "defines": define}
        if on_server:
            _start(tenant, answers, **wishes, as_json=as_json)
            return
        _pull_all(stores, tenant, answers, **wishes, as_json=as_json)


def overwrite(stores: Stores, tenant: str, year: FiscalYear, answer: bool | None) -> bool:  # noqa: FBT001 - yes, no, or ask
    """Return whether an uploaded ledger of the year is to be replaced; asks where it can.

    Source:
        R-SEN-34: the user chooses; unattended runs keep it.
    """
    if answer is not None:
        return answer
    unit = stores.hub.units.find(tenant, year)
    if unit is None or unit.ledger_source not in FORMATS or not is_attended():
        return False
    find = stores.hub.connections.find
    connected = [name for name in systems_with("ledger") if find(tenant, name)]
    titles = " or ".join(SYSTEMS[name].title for name in connected)
    question = f"The ledger of {tenant} {short_year(year.key)} came from an uploaded SIE file. "
    question += f"Overwrite it with {titles}'s?"
    return typer.confirm(question, default=False, err=True)


def is_attended() -> bool:
    """Return whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _wanted(
    stores: Stores, tenant: str, named: Sequence[str], *, two_latest: bool
) -> list[FiscalYear]:
    which: Which = "two latest years" if two_latest else "open years"
    years = [defined_year(stores.hub, tenant, text).key for text in named]
    try:
        found = wanted_years(stores, tenant, (), named=years, which=which)
    except NoYears:
        raise NoYears(tenant, source_years=source_years(stores.hub, tenant)) from None
    return [item.year for item in found]


def _pull_all(
    stores: Stores,
    tenant: str,
    answers: dict[FiscalYear, bool],
    *,
    leaves_ledger: bool,
    dry_run: bool,
    defines: bool,
    as_json: bool,
) -> None:
    with progress(len(answers)) as watch, logged_once():
        found = [
            pull_here(
                stores,
                tenant,
                year,
                leaves_ledger=leaves_ledger,
                overwrites=overwrites,
                dry_run=dry_run,
                defines=defines,
                watch=watch(short_year(year.key)),
            )
            for year, overwrites in answers.items()
        ]
    if as_json:
        show_json([as_dict(item) for item in found])
    elif len(found) == 1:
        show_one(found[0])
    elif found:
        show_many(found)
    else:
        say(f"No fiscal year of {tenant} is open: nothing was fetched.")
        next_steps(f"tasma tenant year list {tenant}")
    raise typer.Exit(worst(code(item) for item in found))


def _start(
    tenant: str,
    answers: dict[FiscalYear, bool],
    *,
    leaves_ledger: bool,
    dry_run: bool,
    defines: bool,
    as_json: bool,
) -> None:
    """Start a run for the years; those to overwrite and those to keep are a run each."""
    links = []
    for uploaded in ("keep", "overwrite"):
        years = [year for year, answer in answers.items() if answer == (uploaded == "overwrite")]
        if not years:
            continue
        named = [short_year(year.key) for year in years]
        asked = {
            "tenant": tenant,
            "years": named,
            "ledger": "leave" if leaves_ledger else "fetch",
            "uploaded": uploaded,
            "undefined": "define" if defines else "refuse",
            "dry_run": dry_run,
        }
        run = start_run(
            "pull/pull",
            asked,
            name=f"{tenant} pull",
            tags=[f"tenant:{tenant}"],
            remedy=WITHOUT,
        )
        links.append({"years": named, "run": str(run.run_id), "url": run.url})
        if not as_json:
            say(f"{tenant} {', '.join(named)}: see {run.url}")
    if as_json:
        show_json(links)
    elif not links:
        say(f"No fiscal year of {tenant} is open: nothing was started.")
