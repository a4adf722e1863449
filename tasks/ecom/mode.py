"""Choosing the mode of a tenant's route: the guards, the list of what was triggered before it.

Nothing is switched while a guard fails, or while somebody has to say what becomes of documents that
were triggered before and lie in open periods.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from blocks.hub import ConnectionState, Hub
from blocks.hub.routes import NoRoute
from blocks.hub.states import TransferState
from blocks.hub.transfers import Transfer
from ledger.ecom.contract import EVENT, event_of
from ledger.ecom.events import month_of
from ledger.ecom.modes import Mode
from ledger.ecom.taking import Facts, Guard, Path, guards
from ledger.errors import TerminalError
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE
from ledger.push.kinds import PushKind
from tasks.ecom.route import KIND, TARGET, EcomRoute


class GuardFails(TerminalError):
    """A mode cannot be chosen yet."""

    sentence = "{tenant} cannot go to {mode}: {reasons} Nothing was changed."


class EarlierUndecided(TerminalError):
    """Nobody has said what becomes of what was triggered before a switch."""

    sentence = (
        "{count:,} documents of {tenant} in open periods were triggered before and are in no books "
        "here ({items}). Say what becomes of them: --earlier send, or --earlier leave. Nothing was "
        "changed."
    )


class Earlier(StrEnum):
    """What becomes of what was triggered before a switch."""

    SEND = "send"
    LEAVE = "leave"


@dataclass(frozen=True)
class Switched:
    """A switch. `released`: items that are sent by it; `left`: items that are not."""

    mode: Mode
    path: Path
    released: tuple[str, ...]
    left: tuple[str, ...]


def facts_of(hub: Hub, tenant: str) -> Facts:
    """Return what is known of a tenant before a mode is chosen."""
    try:
        route = EcomRoute.of(hub, tenant)
    except NoRoute:
        return Facts(_is_connected(hub, tenant, SOURCE), False, None, False, False)
    terms, company = route.terms, route.company
    month = month_of(route.today)
    first = terms.first_month or _first_month(route)
    had = terms.had_integration
    return Facts(
        hears_ecom=_is_connected(hub, tenant, SOURCE),
        reaches_procountor=_is_connected(hub, tenant, route.route.target),
        mode=route.mode if route.route.mode else None,
        is_activated=route.route.activated_at is not None,
        had_integration=company.had_integration or _has_booked(route) if had is None else had,
        attached=company.attached,
        open_periods=tuple(company.open_before(month, since=first)) if first else (),
        has_first_month=bool(first),
    )


def _is_connected(hub: Hub, tenant: str, system: str) -> bool:
    found = hub.connections.find(tenant, system)
    return found is not None and found.status is not ConnectionState.RECONNECT_REQUIRED


def _has_booked(route: EcomRoute) -> bool:
    """Return whether memo level was in use: then this very integration was there before."""
    queued = route.hub.transfers.listed(route.tenant, SOURCE, states=[TransferState.QUEUED])
    return any(one.kind == PushKind.JOURNAL for one in queued)


def _first_month(route: EcomRoute) -> str:
    """Return the month of the first document that Ecom spoke of; empty while there is none."""
    events = route.hub.feeds.of_kind(route.tenant, SOURCE, EVENT)
    days = [event_of(one.content).occurred_at.date() for one in events if one.subject]
    return month_of(min(days)) if days else ""


def checked(hub: Hub, tenant: str, wanted: Mode) -> tuple[Guard, ...]:
    """Return the guards of a mode, each with how it is."""
    return guards(facts_of(hub, tenant), wanted)


def earlier(route: EcomRoute) -> list[Transfer]:
    """Return what was triggered at memo level, lies in an open period and is in no books yet."""
    left = route.hub.transfers.listed(route.tenant, SOURCE, states=[TransferState.LEFT])
    return [
        one
        for one in left
        if one.code == "memo_level"
        and one.item == one.subject  # payments go the way of their invoice
        and one.day
        and not route.company.is_closed(one.day)
    ]


def add_route(hub: Hub, tenant: str, *, who: str, target: str = TARGET) -> EcomRoute:
    """Make a tenant's route; it begins at memo level (R-ECO-2).

    Raises:
        RouteExists: It leads elsewhere.
    """
    route = hub.routes.add(tenant, SOURCE, KIND, target, who=who)
    if not route.mode:
        hub.routes.switch(route, Mode.MEMO, who=who)
    return EcomRoute.of(hub, tenant)


def switch(
    hub: Hub, tenant: str, wanted: Mode, *, who: str, earlier_goes: Earlier | None = None
) -> Switched:
    """Put a tenant's route into a mode.

    Raises:
        GuardFails: Something has to be so first; the message says what, and what to do.
        EarlierUndecided: Documents were triggered before, and nobody says what becomes of them.
    """
    facts = facts_of(hub, tenant)
    failed = [guard.reason for guard in guards(facts, wanted) if not guard.passed]
    if failed:
        raise GuardFails(tenant=tenant, mode=wanted, reasons=" ".join(failed))
    route = EcomRoute.of(hub, tenant)
    before = earlier(route) if wanted.is_voucher else []
    if before and earlier_goes is None:
        items = ", ".join(one.item for one in before[:10])
        raise EarlierUndecided(tenant=tenant, count=len(before), items=items)
    hub.routes.switch(route.route, wanted, who=who)
    for one in before:
        if earlier_goes is Earlier.SEND:
            hub.transfers.release(one, wanted, who=who)
        else:
            hub.transfers.leave(one, who=who)
    items_of = tuple(one.item for one in before)
    goes = earlier_goes is Earlier.SEND
    return Switched(wanted, facts.path, items_of if goes else (), () if goes else items_of)
