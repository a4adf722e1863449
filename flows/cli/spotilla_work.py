"""`tasma spotilla`: what plans, switches, runs a cycle, or joins two cards."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from flows.cli.app import AsJson, command
from flows.cli.exits import ExitCode
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from flows.cli.routes import Who
from flows.doors.on_server import server_chosen
from ledger.text import joined
from tasks.spotilla import switching
from tasks.spotilla.cycle import Cycle, run_cycle
from tasks.spotilla.retry import failed_invoice, retry_task
from tasks.spotilla.route import SpotillaRoute

LINES: dict[str, str] = {
    "link": "customers that are one with a card of Procountor",
    "create_here": "cards of Procountor that become customers in Spotilla",
    "create_there": "customers of Spotilla that get a card in Procountor",
    "products": "products of Spotilla, each made or joined once",
    "overwritten": "customers of Spotilla of which fields give way to Procountor's",
    "ambiguous": "customers that stay as they are until somebody corrects them",
    "tasks_before": "finished tasks that are older than switch-on or start date, and are not sent",
    "tasks_to_go": "finished tasks that become invoices",
}


@command("spotilla", "plan", examples=("tasma spotilla plan acme",))
def plan(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """Read both registers and show what the first cycle would do; nothing is changed there."""
    found = _planned(tenant)
    if as_json:
        against = {one: [r.code for r in reasons] for one, reasons in found.against}
        show_json({**vars(found), "against": against, "counts": found.counts})
        return
    _show(found)
    next_steps(f"tasma spotilla on {tenant}")


def _planned(tenant: str) -> switching.Plan:
    with open_hub() as hub, server_chosen():
        known_tenant(hub, tenant)
        return asyncio.run(switching.make_plan(hub, tenant))


def _show(found: switching.Plan) -> None:
    rows = [(count, LINES[name]) for name, count in found.counts.items()]
    show_table(("how many", "what"), rows)
    named = found.against[: switching.NAMED]
    lines = [(one, joined(*(r.message for r in reasons))) for one, reasons in named]
    if lines:
        show_table(("customer", "why it stays"), lines)


@command("spotilla", "on", examples=("tasma spotilla on acme",))
def on(
    tenant: TenantId,
    *,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="The plan was seen, and is not shown again.")
    ] = False,
) -> None:
    """Switch the integration on, as a main user of Spotilla, after its plan was confirmed.

    E-mail and password are asked for; Spotilla's answer says whether they are a main user's.
    """
    if not confirm:
        _show(_planned(tenant))
        typer.confirm("Is this what the first cycles are to do?", abort=True, err=True)
    email = typer.prompt("E-mail in Spotilla", err=True)
    password = SecretStr(typer.prompt("Password in Spotilla", hide_input=True, err=True))
    with open_hub() as hub, server_chosen():
        known_tenant(hub, tenant)
        made = asyncio.run(switching.switch_on(hub, tenant, email, password))
    since = made.terms.start_date or "now"
    say(f"{tenant} is {made.stage}. Tasks that are finished from {since} on become invoices.")
    next_steps(f"tasma spotilla run {tenant}")


@command("spotilla", "off", examples=("tasma spotilla off acme --who anna",))
def off(tenant: TenantId, *, who: Who) -> None:
    """Let no further cycle begin; what is known stays, and what is queued goes on."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        made = switching.switch_off(hub, tenant, who=who)
    say(f"{tenant} is {made.stage}.")
    next_steps(f"tasma spotilla on {tenant}")


@command("spotilla", "run", examples=("tasma spotilla run acme",))
def run(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """Run a tenant's cycle now; the sweep runs it every half hour by itself.

    Ends with 3 when something could not be done.
    """
    with open_hub() as hub, server_chosen():
        known_tenant(hub, tenant)
        cycle = asyncio.run(run_cycle(hub, tenant))
    if as_json:
        show_json({"tenant": tenant, **_as_values(cycle)})
    else:
        _tell(tenant, cycle)
    if cycle.problems:
        raise typer.Exit(ExitCode.HELD)


def _tell(tenant: str, cycle: Cycle) -> None:
    say(
        f"Customers: {cycle.linked:,} linked, {cycle.made:,} made in Spotilla, "
        f"{cycle.changed:,} changed there; {cycle.left:,} come later.",
        f"Queued: {_counted(cycle.queued)}. Sent: {_counted(cycle.ends)}.",
    )
    rows = [(one, joined(*(r.message for r in found))) for one, found in _seen(cycle).items()]
    if rows:
        show_table(("customer", "to be seen"), rows)
    if cycle.problems:
        show_table(("could not be done",), [(one,) for one in cycle.problems])
    next_steps(f"tasma spotilla skipped {tenant}")


def _seen(cycle: Cycle) -> dict[str, Any]:
    found: dict[str, Any] = {one: list(reasons) for one, reasons in cycle.against.items()}
    for customer, notice in cycle.notices:
        found.setdefault(customer, []).append(notice)
    return found


def _as_values(cycle: Cycle) -> dict[str, Any]:
    seen = {one: [r.code for r in reasons] for one, reasons in _seen(cycle).items()}
    names = ("linked", "made", "changed", "left", "problems")
    counts = {"queued": dict(cycle.queued), "ends": dict(cycle.ends), "customers": seen}
    return {name: getattr(cycle, name) for name in names} | counts


def _counted(counts: Any) -> str:
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items()) or "-"


@command("spotilla", "retry", examples=("tasma spotilla retry acme 17",))
def retry(
    tenant: TenantId,
    task: Annotated[str, typer.Argument(metavar="TASK", help="Id of the task in Spotilla.")],
) -> None:
    """Have a task's invoice that failed or is held tried once more, and run a cycle.

    What Procountor refused is tried again in each cycle anyway; what is held waits for this, or for
    tasma push resolve. Ends with 3 when something could not be done.
    """
    with open_hub() as hub, server_chosen():
        known_tenant(hub, tenant)
        failed_invoice(SpotillaRoute.of(hub, tenant), task)
        # Marked once both systems answer: nothing of it is told as tried while nobody was asked.
        first = partial(retry_task, task=task)
        cycle = asyncio.run(run_cycle(hub, tenant, first=first))
    _tell(tenant, cycle)
    if cycle.problems:
        raise typer.Exit(ExitCode.HELD)


@command(
    "spotilla",
    "join",
    examples=("tasma spotilla join acme 55501 --customer 17 --who anna",),
)
def join(
    tenant: TenantId,
    card: Annotated[str, typer.Argument(metavar="CARD", help="Id of the card in Procountor.")],
    *,
    who: Who,
    customer: Annotated[
        str, typer.Option("--customer", help="Id of the customer in Spotilla; none makes one.")
    ] = "",
) -> None:
    """Say which customer of Spotilla a card of Procountor is, where nothing proves it."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        switching.join(hub, tenant, customer, card, who=who)
    what = f"customer {customer}" if customer else "a customer that is yet to be made"
    say(f"Card {card} is {what}.")
    next_steps(f"tasma spotilla run {tenant}")
