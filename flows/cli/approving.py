"""`tasma tenant approve` and `tasma tenant schedule`: from when on a tenant's nights run."""

from __future__ import annotations

import getpass
from enum import StrEnum
from typing import Annotated

import typer

from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json
from ledger.errors import TerminalError
from ledger.fiscal_year import short_year
from tasks import approve as approving
from tasks.stores import open_stores


class Switch(StrEnum):
    """Whether the nights of a tenant run."""

    ON = "on"
    OFF = "off"


class NotApproved(TerminalError):
    """A schedule was asked for before anybody has approved the first transfer."""

    def __init__(self, tenant: str) -> None:
        super().__init__(
            f"The nights of {tenant} cannot begin: nobody has approved its first transfer. Pull "
            f"its years, look at them, then: `tasma tenant approve {tenant} --note ...`",
            tenant=tenant,
        )


@command(
    "tenant",
    "approve",
    examples=('tasma tenant approve acme --note "agrees with the statements of 31 October"',),
)
def approve(
    tenant: TenantId,
    *,
    note: Annotated[str, typer.Option(help="What was looked at; kept in the event log.")],
    by: Annotated[str, typer.Option(help="Who decides; else this machine's user.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say that a tenant's first transfer is right, so that its nightly runs begin.

    Look at what was published first: `tasma ledger report`. A year that is held or failed is in
    the way.
    """
    with open_stores() as stores:
        known_tenant(stores.hub, tenant)
        found = approving.approve(stores, tenant, approved_by=by or getpass.getuser(), note=note)
        has_nights = stores.hub.tenants.get(tenant).has_schedule
    years = [unit.fiscal_year for unit in found]
    if as_json:
        show_json({"tenant": tenant, "fiscal_years": years, "has_schedule": has_nights})
        return
    begun = "The nights begin for" if has_nights else "The first transfer is approved, of"
    say(f"{begun} {tenant}: {', '.join(map(short_year, years))}.")
    next_steps(f"tasma tenant status {tenant}")


@command(
    "tenant",
    "schedule",
    examples=("tasma tenant schedule acme off", "tasma tenant schedule acme on"),
)
def schedule(tenant: TenantId, switch: Switch, *, as_json: AsJson = False) -> None:
    """Switch a tenant's nightly runs off, or on again after its first transfer was approved.

    A tenant whose nights are off is never late; what is published stays, and pulls by hand work.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        is_on = switch is Switch.ON
        if is_on and not hub.events.recent(tenant=tenant, kind="approval", limit=1):
            raise NotApproved(tenant)
        hub.tenants.update(tenant, has_schedule=is_on)
    if as_json:
        show_json({"tenant": tenant, "has_schedule": is_on})
        return
    say(f"The nightly runs of {tenant} are {switch}.")
    next_steps(f"tasma tenant status {tenant}" if is_on else f"tasma tenant schedule {tenant} on")
