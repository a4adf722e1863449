"""`tasma ledger backfill`: past fiscal years of one or many tenants, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode, worst
from flows.cli.imported import code
from flows.cli.local import pull_here
from flows.cli.logged import logged_once
from flows.cli.opening import known_tenant, parse_year
from flows.cli.output import next_steps, remark, say, show_json
from flows.cli.pull import Define, OnServer, OverwriteUploaded, overwrite
from flows.cli.pulled import as_dict, show_many
from flows.cli.result import LoadResult
from flows.cli.watching import backfill_bar, watch_backfill
from flows.cli.years import defined_year
from flows.doors.on_server import start_run
from ledger.fiscal_year import FiscalYear, short_year
from ledger.outcome import Outcome
from tasks.stores import Stores, open_stores

SPAN: Final = re.compile(r"(\d{4})-(\d{4})", re.ASCII)

MAX_YEARS: Final = 50
"""Most years of one command, as on the server."""

Parts = tuple[str, FiscalYear]


@command(
    "ledger",
    "backfill",
    examples=(
        "tasma ledger backfill acme --years 2021-2024 --define",
        "tasma ledger backfill acme beta --years 2023,2024-07-01_2025-06-30",
        "tasma ledger backfill acme beta --years 2021-2024 --on-server --watch",
    ),
)
def backfill(
    tenants: Annotated[list[str], typer.Argument(metavar="TENANT...", help="Ids of tenants.")],
    *,
    years: Annotated[
        str,
        typer.Option(metavar="YEARS", help="Such as 2021-2024, or years with a comma between."),
    ],
    overwrite_uploaded: OverwriteUploaded = None,
    define: Define = False,
    on_server: OnServer = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="With --on-server: wait, and end as the run ends.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch past fiscal years of one or many tenants from their systems, oldest first.

    One that fails or is held stops no other; one that nobody has defined here is refused. Run it
    again after an interruption: what is there is found unchanged. On the server each year is a run
    of its own, which gives way to the nights.
    """
    if watch and not on_server:
        raise typer.BadParameter("--watch goes with --on-server.")
    wanted = parse_years(years)
    with open_stores() as stores:
        for tenant in tenants:
            known_tenant(stores.hub, tenant)
        if on_server:
            asked = {
                "tenants": list(dict.fromkeys(tenants)),
                "years": wanted,
                "uploaded": "overwrite" if overwrite_uploaded else "keep",
                "undefined": "define" if define else "refuse",
            }
            _on_server(asked, watch=watch, as_json=as_json)
            return
        units = list(_units(stores, tenants, wanted))
        answers = {unit: overwrite(stores, *unit, overwrite_uploaded) for unit in units}
        found = list(_pull_all(stores, answers, defines=define))

    if as_json:
        show_json([as_dict(item) for item in found])
    else:
        show_many(found)
    raise typer.Exit(worst(code(item) for item in found))


def parse_years(text: str) -> list[str]:
    """Read years as a person writes them: ``2021-2024``, ``2023,2024-07-01_2025-06-30``."""
    found: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        if span := SPAN.fullmatch(part):
            first, last = int(span[1]), int(span[2])
            if not 0 <= last - first < MAX_YEARS:
                raise typer.BadParameter(f"{part} is no span of 1 to {MAX_YEARS} years.")
            found += [str(year) for year in range(first, last + 1)]
        else:
            found.append(short_year(parse_year(part).key))
    years = list(dict.fromkeys(found))
    if not 0 < len(years) <= MAX_YEARS:
        raise typer.BadParameter(f"{len(years)} years; expected 1 to {MAX_YEARS}.")
    return years


def _units(stores: Stores, tenants: Iterable[str], years: Iterable[str]) -> Iterator[Parts]:
    """Pair years with tenants, oldest first; a broken year is found by the year it ends in."""
    units = {
        (tenant, defined_year(stores.hub, tenant, text)) for tenant in tenants for text in years
    }
    yield from sorted(units, key=lambda unit: (unit[1], unit[0]))


def _pull_all(stores: Stores, answers: dict[Parts, bool], *, defines: bool) -> Iterator[LoadResult]:
    with backfill_bar(len(answers)) as bar, logged_once():
        for (tenant, year), overwrites in answers.items():
            found = pull_here(
                stores,
                tenant,
                year,
                overwrites=overwrites,
                defines=defines,
                watch=bar.of_unit(f"{tenant} {short_year(year.key)}"),
            )
            bar.done(found)
            yield found


def _on_server(asked: dict[str, Any], *, watch: bool, as_json: bool) -> None:
    years = asked["years"]
    run = start_run("backfill/backfill", asked, name=f"backfill {years[0]} to {years[-1]}")
    remark(f"Started, see {run.url}")
    ending = watch_backfill(run.run_id) if watch else None
    if as_json:
        state = ending.name if ending else "Scheduled"
        show_json({"run": str(run.run_id), "url": run.url, **asked, "state": state})
    elif ending:
        say(f"{ending.name}: {ending.message}")
        next_steps("tasma tenant status")
    else:
        next_steps(run.url)
    if ending:
        outcome = Outcome.of_state(ending.name) or Outcome.FAILED
        raise typer.Exit(ExitCode(outcome.exit_code))
