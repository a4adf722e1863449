"""Hold what every target has against what was sent to it, once a night."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from prefect import State

from blocks.hub import Hub
from blocks.systems.registry import open_target
from flows.runs.flow import flow
from flows.runs.hooks import run_failed
from flows.runs.states import ended, run_id
from ledger.errors import TasmaError
from ledger.outcome import Outcome
from tasks.log import say, warn
from tasks.pages.deviations import deviations_page, summary
from tasks.pages.markdown import and_more, document, table
from tasks.pages_shown import show_page
from tasks.push_deviations import Deviations, deviations
from tasks.stores import open_stores

DELIVERED_WITHIN: Final = dt.timedelta(days=31)
"""Deliveries that a nightly report adds up; `tasma push deviations` takes all."""

READ: Final = 200
"""Newest documents of each tenant that are read in a night; each is a call to the target."""

KEY: Final = "push-deviations"

ROWS_SHOWN: Final = 500
"""Tenants and systems on the page, those that need somebody first."""

NAMED: Final = 10
"""Tenants that a run's message names."""

Place = tuple[str, str]
"""A tenant and the system that its documents went to."""

Answer = Deviations | TasmaError
Answers = Mapping[Place, Answer]


@flow(
    name="push-deviations",
    flow_run_name="push deviations",
    retries=0,
    on_failure=[run_failed],
)
async def push_deviations() -> State[Any]:
    """Read what was pushed in the last days where it is now, and add the deliveries up.

    A tenant has a page of its own when something is not as it must be; the page *push-deviations*
    has a line for each tenant and system. One that cannot be asked stops no other.
    """
    with open_stores() as stores:
        hub = stores.hub
        places = await asyncio.to_thread(hub.outbox.targets_of)
        answers = {place: await _asked(hub, *place) for place in places}
    first = sorted(answers, key=lambda place: _outcome({place: answers[place]}).goodness)
    lines = [(*place, _words(answers[place])) for place in first]
    message = _summed_up(answers)
    shown = table(("Tenant", "System", "Found"), lines[:ROWS_SHOWN])
    more = and_more(min(len(lines), ROWS_SHOWN), len(lines), "tenant")
    text = document(shown, more) if lines else "Nothing was ever pushed."
    await show_page(KEY, text, card=message)
    return ended(_outcome(answers), message)


def _outcome(answers: Answers) -> Outcome:
    if any(map(_is_wrong, answers.values())):
        return Outcome.HELD
    return Outcome.FAILED if any(map(_is_unseen, answers.values())) else Outcome.DONE


def _summed_up(answers: Answers) -> str:
    """Say whose documents deviate, apart from whose could not be compared."""
    deviating = [place for place, answer in answers.items() if _is_wrong(answer)]
    unseen = [place for place, answer in answers.items() if _is_unseen(answer)]
    if not deviating and not unseen:
        return "Everything is there as it was sent." if answers else "Nothing was ever pushed."
    of_all = f"of {len(answers)}"
    parts = [
        f"{len(deviating)} {of_all} deviate: {_named(deviating)}. The pages say in what.",
        f"{len(unseen)} {of_all} could not be compared: {_named(unseen)}. The page says why.",
    ]
    return " ".join(part for part, places in zip(parts, (deviating, unseen), strict=True) if places)


def _named(places: Sequence[Place]) -> str:
    return ", ".join(f"{tenant} ({system})" for tenant, system in places[:NAMED])


async def _asked(hub: Hub, tenant: str, system: str) -> Answer:
    """Return a tenant's report, with its page where something is wrong; or why there is none."""
    since = hub.database.now() - DELIVERED_WITHIN
    try:
        async with open_target(hub, tenant, system, run_id=run_id()) as target:
            found = await deviations(hub, tenant, system, target, limit=READ, since=since)
    except TasmaError as problem:
        warn(f"Not compared: {problem}", tenant=tenant, system=system)
        return problem
    say(summary(found), tenant=tenant, system=system)
    if _is_wrong(found):
        page = deviations_page(f"{tenant}: what {system} has against what was sent", found)
        name = re.sub(r"[^a-z0-9]+", "-", f"{KEY}-{tenant}-{system}".lower())
        await show_page(name, page, card=summary(found))
    return found


def _is_wrong(answer: Answer) -> bool:
    if isinstance(answer, TasmaError):
        return False
    return bool(answer.found or answer.overdue) or not answer.adds_up


def _is_unseen(answer: Answer) -> bool:
    """Return whether nothing that was sent could be looked at: then nobody knows how it is."""
    if isinstance(answer, TasmaError):
        return True
    return not _is_wrong(answer) and bool(answer.unread) and not answer.read


def _words(answer: Answer) -> str:
    return f"not compared: {answer}" if isinstance(answer, TasmaError) else summary(answer)
