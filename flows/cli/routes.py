"""`tasma route`: what of one system goes to another, and by which settings."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from blocks.hub.routes import Route
from flows.cli.app import AsJson, command
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from tasks.routes import add as add_route
from tasks.routes import mode_in_words, set_values, value_of

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="System it comes from, as ecom.")]
Kind = Annotated[str, typer.Argument(metavar="KIND", help="What goes, such as vouchers.")]
Who = Annotated[str, typer.Option("--who", help="Who decides it; kept in the log.")]


@command("route", "list", examples=("tasma route list", "tasma route list acme --json"))
def show(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="All unless given.")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Show which routes there are, their mode, and whether anything goes by them."""
    with open_hub() as hub:
        if tenant:
            known_tenant(hub, tenant)
        found = hub.routes.listed(tenant=tenant)
    if as_json:
        show_json({"routes": [vars(one) for one in found]})
        return
    rows = [
        (one.tenant, one.source, one.kind, one.target, mode_in_words(one.mode) or "-", _state(one))
        for one in found
    ]
    show_table(
        ("tenant", "from", "kind", "to", "mode", "state"), rows, nothing="There is no route yet."
    )
    if not found:
        next_steps("tasma route add TENANT ecom vouchers --who NAME")


@command("route", "add", examples=("tasma route add acme ecom vouchers --who anna",))
def add(
    tenant: TenantId,
    source: Source,
    kind: Kind,
    *,
    who: Who,
    to: Annotated[
        str, typer.Option("--to", metavar="SYSTEM", help="Where to, unless the usual one.")
    ] = "",
) -> None:
    """Make a route, or attach one again that was detached; it begins where its kind begins."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        made = add_route(hub, tenant, source, kind, target=to, who=who)
    way = f"from {made.source} to {made.target}"
    mode = mode_in_words(made.mode) or "nothing is chosen yet"
    say(f"The route of {tenant} for {made.kind}, {way}, is made: {mode}.")
    next_steps(f"tasma route list {tenant}")


@command(
    "route",
    "set",
    examples=(
        "tasma route set acme ecom vouchers first_month=2025-01 --who anna",
        "tasma route set acme spotilla invoicing start_date=2026-01-01 --who anna",
    ),
)
def change(
    tenant: TenantId,
    source: Source,
    kind: Kind,
    values: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=VALUE",
            help="Settings, JSON in single quotes; NAME= alone takes one back.",
        ),
    ],
    *,
    who: Who,
) -> None:
    """Change settings of a route; nothing is changed unless all of them can be so."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        changed = set_values(hub, tenant, source, kind, dict(map(_pair, values)), who=who)
    show_table(("setting", "value"), [(n, json.dumps(v)) for n, v in changed.settings.items()])
    next_steps(f"tasma route list {tenant}")


@command("route", "detach", examples=("tasma route detach acme ecom vouchers --who anna",))
def detach(tenant: TenantId, source: Source, kind: Kind, *, who: Who) -> None:
    """Let nothing more go by a route; what went stays known, and what is queued goes on."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        hub.routes.detach(hub.routes.get(tenant, source, kind), who=who)
    say(f"Nothing more of {tenant} goes from {source} by the route of {kind}.")
    next_steps(f"tasma route add {tenant} {source} {kind} --who NAME")


def _state(route: Route) -> str:
    if route.detached_at:
        return f"detached {route.detached_at:%Y-%m-%d}"
    return f"activated by {route.activated_by}" if route.activated_at else "attached"


def _pair(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise typer.BadParameter(f"{text[:60]!r} is no setting: expected NAME=VALUE.")
    try:
        return name, value_of(value)
    except ValueError:
        raise typer.BadParameter(f"the value of {name} is no JSON.") from None
