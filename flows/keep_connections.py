"""Keep alive the connections that would end by themselves when nobody uses them."""

from __future__ import annotations

from typing import Any

from prefect import State

from blocks.systems.registry import SYSTEMS, port
from flows.runs.flow import flow
from flows.runs.hooks import run_failed
from flows.runs.states import ended, run_id
from ledger.outcome import Outcome
from tasks.log import say, warn
from tasks.stores import open_stores


@flow(
    name="keep-connections",
    flow_run_name="keep connections",
    retries=0,
    on_failure=[run_failed],
)
async def keep_connections() -> State[Any]:
    """Renew the refresh tokens of quiet tenants; Fortnox ends a token that rests for 45 days.

    Tenants connected by client credentials need none of this.
    """
    with open_stores() as stores:
        found = [
            renewal
            for name in SYSTEMS
            for renewal in await port(name).connect.keep_alive(stores.hub, run_id=run_id())
        ]
    for item in found:
        (warn if item.outcome == "failed" else say)(
            f"Token {item.outcome}. {item.reason}".strip(), tenant=item.tenant
        )
    failed = [item.tenant for item in found if item.outcome == "failed"]
    if failed:
        names = ", ".join(failed[:10])
        return ended(
            Outcome.FAILED, f"{len(failed)} of {len(found)} tokens were not renewed: {names}."
        )
    return ended(Outcome.DONE, f"{len(found)} tokens were due and are renewed or at work.")
