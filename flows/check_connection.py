"""Check a tenant's connection: what its accounting system asks of the customer, one by one."""

from __future__ import annotations

from typing import Any

from prefect import State

from blocks.systems.registry import SYSTEMS, port
from flows.runs.flow import flow
from flows.runs.forms import TenantId
from flows.runs.hooks import run_failed
from flows.runs.states import ended, name_run, run_id
from ledger.outcome import Outcome
from tasks.pages.preflight import in_one_line, preflight_page
from tasks.pages_shown import show_page
from tasks.stores import open_stores


@flow(
    name="check-connection",
    flow_run_name="check connection {tenant}",
    retries=0,
    on_failure=[run_failed],
)
async def check_connection(tenant: TenantId) -> State[Any]:
    """See whether a tenant's ledger can be fetched: licence, approval, bookkeeping module.

    Nothing is fetched. The page *connection* says for each who has to do what.

    Args:
        tenant: Whose: the tenant's id (small letters, digits, dashes), such as acme.
    """
    await name_run(f"check connection {tenant}", tags=[f"tenant:{tenant}"])
    with open_stores() as stores:
        requirements = [
            requirement
            for connection in (
                stores.hub.connections.all_of(tenant)
                or stores.hub.connections.of_tenant(tenant, [*SYSTEMS])
            )
            for requirement in await port(connection.system).connect.preflight(
                stores.hub, tenant, run_id=run_id()
            )
        ]
    await show_page(f"{tenant}-connection", preflight_page(tenant, requirements))
    is_ready = all(item.passed is not False for item in requirements)
    return ended(Outcome.READY if is_ready else Outcome.FAILED, in_one_line(requirements))
