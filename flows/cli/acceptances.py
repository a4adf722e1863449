"""`tasma ledger acceptances` and `withdraw`: what was let pass, and the end of it."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from ledger.fiscal_year import short_year


@command(
    "ledger",
    "acceptances",
    examples=("tasma ledger acceptances acme", "tasma ledger acceptances acme --json"),
)
def acceptances(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """List what somebody let pass of a tenant and what still speaks, oldest first.

    That files of a program name no organisation number is accepted for every year; where no program
    is named, for the year of the file alone.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = hub.acceptances.of_tenant(tenant)
    if as_json:
        show_json(found)
    elif found:
        headings = (
            "number", "fiscal year", "control", "difference", "until (UTC)", "by", "why",
        )  # fmt: skip
        rows = [
            (
                item.id,
                short_year(item.fiscal_year) if item.fiscal_year else "lasting",
                item.control,
                item.difference,
                item.expires_at,
                item.accepted_by,
                item.reason,
            )
            for item in found
        ]
        show_table(headings, rows)
        next_steps(f'tasma ledger withdraw {tenant} NUMBER --reason "..."')
    else:
        say(f"Nothing was accepted for {tenant} that still speaks.")


@command(
    "ledger",
    "withdraw",
    examples=('tasma ledger withdraw acme 7 --reason "the program names the number now"',),
)
def withdraw(
    tenant: TenantId,
    number: Annotated[int, typer.Argument(help="As `tasma ledger acceptances TENANT` lists it.")],
    *,
    reason: Annotated[str, typer.Option(help="Why it ends; kept in the event log.")],
    by: Annotated[str, typer.Option(help="Who decides; else this machine's user.")] = "",
) -> None:
    """End an acceptance: from the next load on the same break holds again.

    What was published under it stays.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        if number not in {item.id for item in hub.acceptances.of_tenant(tenant)}:
            raise typer.BadParameter(f"{tenant} has no acceptance {number} that still speaks.")
        hub.acceptances.withdraw(number, reason=reason, withdrawn_by=by or getpass.getuser())
    say(f"Acceptance {number} of {tenant} has ended.")
    next_steps(f"tasma ledger recheck {tenant}", f"tasma ledger acceptances {tenant}")
