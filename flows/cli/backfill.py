"""`tasma ledger backfill`: past fiscal years of one or many tenants, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode, worst
from flows.cli.imported import code
from flows.cli.local import pull_here
from flows.cli.logged import logged_once
from flows.cli.opening import known_tenant
from flows.cli.output import next_steps, remark, say, show_json
from flows.cli.pull import Define, OnServer, OverwriteUploaded, overwrite
from flows.cli.pulled import as_dict, show_many
from flows.cli.result import LoadResult
from flows.cli.watching import backfill_bar, watch_backfill
from flows.doors.on_server import start_run
from ledger.asked_years import asked_years
from ledger.fiscal_year import short_year
from ledger.outcome import Outcome
from tasks.asked_units import AskedUnit, asked_units
from tasks.stores import Stores, open_stores


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
    tenants: Annotated[list[str], typer.Argument(metavar="TENANT", help="Ids of tenants.")],
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

    One that fails or is held stops no other; one that nobody has defined here is refused, and a
    year of a span that the system does not have is left out. Run it again after an interruption:
    what is there is found unchanged. On the server each year is a run
    of its own, which gives way to the nights.
    """
    if watch and not on_server:
        raise typer.BadParameter("--watch goes with --on-server.")
    wanted = split_years(years)
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
        units = asked_units(stores.hub, tenants, wanted)
        answers = [
            overwrite(stores, item.unit.tenant, item.unit.year, overwrite_uploaded)
            for item in units
        ]
        found = list(_pull_all(stores, units, answers, defines=define))

    if as_json:
        show_json([as_dict(item) for item in found])
    else:
        show_many(found)
    raise typer.Exit(worst(code(item) for item in found))


def split_years(text: str) -> list[str]:
    """Read years as a person writes them: ``2021-2024``, ``2023,2024-07-01_2025-06-30``."""
    years = [part.strip() for part in text.split(",") if part.strip()]
    try:
        asked_years(years)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None
    return years


def _pull_all(
    stores: Stores, units: Sequence[AskedUnit], answers: Sequence[bool], *, defines: bool
) -> Iterator[LoadResult]:
    with backfill_bar(len(units)) as bar, logged_once():
        for item, overwrites in zip(units, answers, strict=True):
            found = pull_here(
                stores,
                item.unit.tenant,
                item.unit.year,
                overwrites=overwrites,
                defines=defines,
                skips_absent=item.in_span,
                watch=bar.of_unit(f"{item.unit.tenant} {short_year(item.unit.year.key)}"),
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
