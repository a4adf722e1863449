"""Hämta data and Synka: the question what becomes of an uploaded ledger, runs, and how they end.

Source:
    R-SEN-26 to R-SEN-35.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from blocks.hub import Hub, Tenant
from flows.portal.routes import ANYONE, RUN, YEAR, path_of, route
from flows.portal.runs import Watched
from flows.portal.visit import Visit, not_found
from ledger.onboarding import Stage
from tasks.ledger_sources import is_pulled, year_sources
from tasks.lights import lights
from tasks.onboarding import stages
from tasks.overview import refused_of
from tasks.syncing import Asked, Choice, documents_coming, latest_years, one_year, pulls

RAISED: Final = "Flow run encountered an exception: "
"""How Prefect begins the message of a run that raised something."""
BEFORE_REASON: Final = re.compile(rf"{RAISED}((?!\w*(Error|Exception):)\w+: )?")
"""What stands before the words of a refusal; a fault's class is half of what is known of it."""
PULL: Final = "pull/pull"
CHOICES: Final[tuple[Choice, ...]] = ("overwrite", "leave")
"""What the person may tick, each for some of the years."""


@route("GET", "/companies/{tenant}/sync", who=ANYONE, takes={"year": YEAR})
def sync_form(visit: Visit) -> Response:
    """Ask, for each year that a file brought, whether it is to be overwritten."""
    hub, tenant = visit.stores.hub, visit.tenant
    named = visit.every("year")
    asked = _years(visit, named) if named else latest_years(hub, tenant.id)
    coming = documents_coming(hub, tenant.id)
    return visit.page("sync.html", tenant=tenant, asked=asked, coming=coming)


@route(
    "POST",
    "/companies/{tenant}/sync",
    who=ANYONE,
    takes={"year": YEAR, "overwrite": YEAR, "leave": YEAR},
)
async def sync(visit: Visit) -> Response:
    """Start what was asked for; choices are bound to years, so that none slips to another."""
    visit["year"]  # one at least
    asked = await run_in_threadpool(_years, visit, visit.every("year"))
    chosen: dict[str, Choice] = {}
    for choice in CHOICES:
        await run_in_threadpool(_years, visit, visit.every(choice))
        chosen |= dict.fromkeys(visit.every(choice), choice)
    tenant, started = visit.tenant.id, []
    for parameters in pulls(asked, chosen):
        started.append(await visit.portal.runs.start(PULL, tenant, parameters))
        visit.note(f"{', '.join(parameters['years'])}: {parameters['uploaded']}")
    query = "&".join(f"run={run_id}" for run_id in started)
    return RedirectResponse(f"{path_of('company', tenant=tenant)}?{query}", 303)


@route("GET", "/companies/{tenant}/runs/{run}", who=ANYONE, takes={"run": RUN})
async def run_state(visit: Visit) -> Response:
    """Show how a run stands, for a page that waits for its end; at its end the years, too."""
    found = await watched(visit, [visit["run"]])
    return await run_in_threadpool(_with_years, visit, found[0])


async def watched(visit: Visit, run_ids: Sequence[str]) -> list[Watched]:
    """Return runs of this company.

    Raises:
        Unfit: One is not there, or another's.
    """
    found = [await visit.portal.runs.look(run_id, tenant=visit.tenant.id) for run_id in run_ids]
    if None in found:
        raise not_found()
    return [_fit(visit, run) for run in found if run]


def _fit(visit: Visit, run: Watched) -> Watched:
    """Leave out what a run raised, which names paths and commands, unless an operator looks."""
    is_hidden = run.message.startswith(RAISED) and not visit.is_operator
    return replace(run, message="" if is_hidden else BEFORE_REASON.sub("", run.message, count=1))


def _with_years(visit: Visit, run: Watched) -> Response:
    hub, tenant = visit.stores.hub, visit.tenant
    parts = ended_parts(hub, tenant) if run.is_over else {}
    return visit.page("run.html", tenant=tenant, run=run, is_poll=True, **parts)


def ended_parts(hub: Hub, tenant: Tenant) -> dict[str, Any]:
    """Return what the end of a run changes of a company's page, by the templates' names for it."""
    return {
        "lights": lights(hub, tenant),
        "needs": _needs(hub, tenant.id),
        "opening_stage": _opening_stage(hub, tenant.id),
        "can_fetch": is_pulled(hub, tenant.id),
        "years": list(reversed(year_sources(hub, tenant.id))),
    }


def _needs(hub: Hub, tenant: str) -> list[str]:
    """Return the pages on which somebody has to decide or correct something, by their routes."""
    is_held = any(row.hold or row.side_loads for row in hub.overview(tenant=tenant))
    found = {
        "holds": is_held,
        "pushes": hub.outbox.for_people(tenant),
        "routes": refused_of(hub, tenant),
    }
    return [name for name, waits in found.items() if waits]


def _opening_stage(hub: Hub, tenant: str) -> Stage | None:
    """Return where an opening stands that is under way; None where nothing of one is left."""
    stage = stages(hub, tenant)[tenant]
    return None if stage in {Stage.TRIAL, Stage.DOCUMENTS, Stage.LIVE} else stage


def _years(visit: Visit, keys: Sequence[str]) -> list[Asked]:
    """Return years of this company by their keys.

    Raises:
        Unfit: One is not there.
    """
    found = [one_year(visit.stores.hub, visit.tenant.id, key) for key in keys]
    if None in found:
        raise not_found()
    return [item for item in found if item]
