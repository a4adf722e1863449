"""`tasma ecom`: what listens, changes the mode, or has something tried once more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Final

import typer

from blocks.hub.states import TransferState
from flows.cli.app import AsJson, command
from flows.cli.ecom import Item
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from flows.cli.routes import Who
from flows.doors.on_server import server_chosen
from ledger.ecom.modes import Mode
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from tasks.ecom.hearing import Run, hear
from tasks.ecom.mode import Earlier, checked, facts_of, switch
from tasks.ecom.retry import failed
from tasks.ecom.retry import retry as retry_transfer
from tasks.ecom.route import EcomRoute
from tasks.stores import open_stores


class Level(StrEnum):
    """*Siirtotapa* of Ecom."""

    MEMO = "memo"
    VOUCHER = "voucher"


class Purchases(StrEnum):
    """*Ostolaskujen tiliöinti* of Ecom."""

    ECOM = "ecom"
    PROCOUNTOR = "procountor"


POSTED: Final = frozenset({Mode.VOUCHER_ECOM, Mode.VOUCHER_PROCOUNTOR})
"""Modes in which nothing is left to choose."""


BECAME: Final = {
    TransferState.QUEUED: "Queued again",
    TransferState.REFUSED: "Refused again",
    TransferState.WAITS: "Waiting",
    TransferState.LEFT: "Left out",
}
"""What became of what was tried once more, in words."""


@command("ecom", "run", examples=("tasma ecom run acme",))
def run(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """Listen to Ecom now, and queue what is to go; `tasma push run` sends it."""
    done = _heard(tenant)
    if as_json:
        show_json(
            {
                "tenant": tenant,
                "heard": vars(done.heard),
                "queued": done.settled.queued,
                "by_state": dict(done.settled.by_state),
            }
        )
        return
    _tell(tenant, done)


def _tell(tenant: str, done: Run, *, is_sent: bool = False) -> None:
    heard, queued = done.heard, done.settled.queued
    say(
        f"{heard.new:,} new records, {heard.known:,} known, {heard.unreadable_count:,} unreadable.",
        *heard.unreadable[:10],
        f"{len(queued):,} queued{': ' if queued else ''}{', '.join(queued[:20])}.",
    )
    with open_hub() as hub:
        target = EcomRoute.of(hub, tenant).route.target
    ways = [f"tasma push run {tenant} --to {target}", f"tasma ecom list {tenant}"]
    next_steps(*(ways if queued or is_sent else ways[1:]))


def _heard(
    tenant: str, *also: str, first: Callable[[EcomRoute], Sequence[str]] = lambda _: ()
) -> Run:
    with open_stores() as stores, server_chosen():
        known_tenant(stores.hub, tenant)
        return asyncio.run(hear(stores, tenant, also=also, first=first))


@command("ecom", "activate", examples=("tasma ecom activate acme --who olli",))
def activate(tenant: TenantId, *, who: Who) -> None:
    """Admit a tenant to voucher level, which is a pilot; the first who did so stays on record."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = hub.routes.activate(EcomRoute.of(hub, tenant).route, who=who)
    say(f"{tenant} was admitted to voucher level by {found.activated_by}.")
    next_steps(f"tasma ecom check {tenant}")


@command("ecom", "check", examples=("tasma ecom check acme",))
def check(tenant: TenantId, *, as_json: AsJson = False) -> None:
    """Show what has to be so before voucher level is chosen, one by one."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        found = checked(hub, tenant, Mode.VOUCHER)
        is_chosen = facts_of(hub, tenant).mode in POSTED
    if as_json:
        show_json({"tenant": tenant, "guards": [vars(one) for one in found]})
        return
    rows = [(one.code, "yes" if one.passed else "no", one.reason) for one in found]
    show_table(("guard", "passed", "how it is"), rows)
    if is_chosen:
        next_steps(f"tasma ecom run {tenant}")
    elif all(one.passed for one in found):
        next_steps(f"tasma ecom mode {tenant} voucher --purchases ecom --who NAME")


@command(
    "ecom",
    "mode",
    examples=(
        "tasma ecom mode acme voucher --purchases ecom --who anna",
        "tasma ecom mode acme voucher --earlier leave --who anna",
    ),
)
def mode(
    tenant: TenantId,
    level: Annotated[Level, typer.Argument(help="Siirtotapa: memo or voucher level.")],
    *,
    who: Who,
    purchases: Annotated[
        Purchases | None,
        typer.Option("--purchases", help="Where purchases are posted, at voucher level."),
    ] = None,
    earlier: Annotated[
        Earlier | None,
        typer.Option("--earlier", help="What becomes of what was triggered before."),
    ] = None,
) -> None:
    """Choose the mode; what was triggered before it keeps the mode of then.

    Refused, with each reason, while something has to be so first.
    """
    if level is Level.MEMO and purchases:
        raise typer.BadParameter("--purchases is for voucher level alone.")
    wanted = Mode(f"voucher:{purchases}") if purchases else Mode(level.value)
    with open_hub() as hub:
        known_tenant(hub, tenant)
        done = switch(hub, tenant, wanted, who=who, earlier_goes=earlier)
    say(f"{tenant} is in mode {done.mode} from now on.")
    if done.released or done.left:
        say(f"Of what was triggered before, {len(done.released):,} go and {len(done.left):,} stay.")
    if wanted is Mode.VOUCHER:
        say("It is not chosen where purchases are posted: none goes until --purchases says so.")
    if done.released:
        _tell(tenant, _heard(tenant, *done.released))
        return
    next_steps(f"tasma ecom run {tenant}")


@command("ecom", "retry", examples=("tasma ecom retry acme p-1 --who anna",))
def retry(tenant: TenantId, document: Item, *, who: Who) -> None:
    """Have a failed transfer tried once more, of a purchase, a sale or a payment alike.

    In Ecom: Suorita Procountor siirto uudelleen (extra actions), or sending again from the posting
    section. Refused for what is transferred already.
    """
    with open_hub() as hub:
        known_tenant(hub, tenant)
        failed(EcomRoute.of(hub, tenant), document)
    items: list[str] = []

    def mark(route: EcomRoute) -> list[str]:
        found = retry_transfer(route, document, who=who)
        items.extend(found.items)
        return [found.subject]

    done = _heard(tenant, first=mark)
    with open_hub() as hub:
        states = {
            one.item: one.state for one in hub.transfers.listed(tenant, SOURCE) if one.item in items
        }
    for state, word in BECAME.items():
        if among := [item for item in items if states[item] is state]:
            say(f"{word}: {', '.join(among)}.")
    _tell(tenant, done, is_sent=TransferState.QUEUED in states.values())
