"""`tasma push`: documents on their way to other systems, each made there once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from blocks.client_names import base_of
from blocks.systems.registry import systems_with
from flows.cli.app import AsJson, ByExitCode, command
from flows.cli.exits import ExitCode
from flows.cli.opening import TenantId, known_tenant, open_hub
from flows.cli.output import next_steps, say, show_json, show_table
from ledger.push.items import Phase
from ledger.push.kinds import PushKind
from tasks.push_deviations import balance
from tasks.push_log import detail_in_words, event_in_words
from tasks.push_people import waiting_of
from tasks.push_words import remedy, waits, why

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blocks.hub import Hub
    from blocks.hub.outbox import Queued


To = Annotated[
    str,
    typer.Option(
        "--to", metavar="SYSTEM", help=f"Where to: {' or '.join(systems_with('target'))}."
    ),
]
SourceId = Annotated[
    str, typer.Argument(metavar="DOCUMENT", help="Source and id of it, such as webshop/1001.")
]
Kind = Annotated[
    PushKind | None, typer.Option("--kind", help="Of the document, where its id says too little.")
]
LIST_LIMIT: Final = 200
EVENT_HEADS: Final = ("at (UTC)", "event", "step", "state after", "detail")


@command("push", "status", examples=("tasma push status acme --to fennoa",))
def status(
    tenant: TenantId, *, to: To, exit_code: ByExitCode = False, as_json: AsJson = False
) -> None:
    """Show how many documents stand where, and each that waits for a person, with what to do."""
    with open_hub() as hub:
        known_target(hub, tenant, to)
        counts = balance(hub, tenant, to)
        waiting = waiting_of(hub, tenant, to)
        paused = hub.push_marks.paused(tenant, to)
        behind = [
            (one, waits(hub, one)) for one in hub.outbox.waiting(tenant, to, limit=LIST_LIMIT)
        ]
    if as_json:
        rows = [{**as_dict(one), "why": why(one), "what_to_do": remedy(one)} for one in waiting]
        others = [{**as_dict(one), "why": words} for one, words in behind]
        known = {"tenant": tenant, "system": to, "paused": paused, **counts}
        show_json({**known, "waiting": rows, "waiting_for_others": others})
    else:
        _show(tenant, to, counts, paused=paused, waiting=waiting, behind=behind)
    if exit_code and (waiting or paused):
        raise typer.Exit(ExitCode.HELD)


def _show(
    tenant: str,
    to: str,
    counts: Mapping[str, int],
    *,
    paused: str,
    waiting: list[Queued],
    behind: list[tuple[Queued, str]],
) -> None:
    say(", ".join(f"{count:,} {name}" for name, count in counts.items()) + ".")
    if paused:
        say(f"Paused: {paused}")
    if waiting:
        lines = [
            (one.source_id, one.state, one.item.target_id or "-", why(one), remedy(one))
            for one in waiting[:LIST_LIMIT]
        ]
        headings = ("document", "state", "id there", "why", "what to do")
        show_table(headings, lines, spare=("id there",))
    if behind:
        show_table(("document", "kind", "why"), [(o.source_id, o.kind, w) for o, w in behind])
    next_steps(*_next(tenant, to, paused=paused, waiting=waiting, queued=counts["queued"]))


@command("push", "events", examples=("tasma push events acme webshop/1001 --to fennoa",))
def events(
    tenant: TenantId,
    document: SourceId,
    *,
    to: To,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Show everything that happened to a document, oldest first."""
    with open_hub() as hub:
        known_target(hub, tenant, to)
        queued = hub.outbox.find(tenant, to, document, kind)
        lines = hub.outbox.log(queued)
        behind = waits(hub, queued)
    if as_json:
        show_json({**as_dict(queued), "events": [vars(line) for line in lines]})
        return
    there = queued.item.target_id or "none"
    say(f"{document}: {queued.state}, id there {there}{'; ' if behind else ''}{behind}.")
    rows = [
        (
            line.at,
            event_in_words(line.kind),
            line.step,
            line.state,
            detail_in_words(line),
        )
        for line in lines
    ]
    show_table(EVENT_HEADS, rows, spare=("step", "state after", "detail"))
    if reason := why(queued):
        say(f"Why: {reason}")
    if advice := remedy(queued):
        say(f"What to do: {advice}")
    next_steps(*_after_looking(queued))


def _after_looking(queued: Queued) -> list[str]:
    """Return what a person may say of a document, who has seen what happened to it."""
    tenant, document, to = queued.tenant, queued.source_id, queued.target
    retry = f"once it is corrected: tasma push retry {tenant} {document} --to {to}"
    ways = {
        Phase.REJECTED: [retry],
        Phase.HELD: [
            f"if it is there: tasma push resolve {tenant} {document} --to {to} --id ID",
            f"or, if it is not: tasma push resolve {tenant} {document} --to {to} --not-there",
            f"or, {retry}",
        ],
    }
    return ways.get(queued.item.phase, [f"tasma push status {tenant} --to {to}"])


@command("push", "pause", examples=('tasma push pause acme --to fennoa --reason "audit"',))
def pause(
    tenant: TenantId,
    *,
    to: To,
    reason: Annotated[str, typer.Option("--reason", help="Why nothing is to be sent.")],
) -> None:
    """Send nothing more for a tenant; what is under way ends first."""
    with open_hub() as hub:
        known_target(hub, tenant, to)
        hub.push_marks.pause(tenant, to, reason=reason)
    say(f"Nothing more is sent to {to} for {tenant}.")
    next_steps(f"tasma push resume {tenant} --to {to}")


@command("push", "resume", examples=("tasma push resume acme --to fennoa",))
def resume(tenant: TenantId, *, to: To) -> None:
    """Send again for a tenant."""
    with open_hub() as hub:
        known_target(hub, tenant, to)
        hub.push_marks.resume(tenant, to)
    say(f"Documents are sent to {to} for {tenant} again.")
    next_steps(f"tasma push run {tenant} --to {to}")


def known_target(hub: Hub, tenant: str, system: str) -> None:
    """Make sure that the tenant is there and connected to a system that takes documents."""
    known_tenant(hub, tenant)
    if base_of(system) not in systems_with("target"):
        there = ", ".join(systems_with("target"))
        raise typer.BadParameter(f"nothing can be pushed into {system!r}; there is: {there}.")
    hub.connections.get(tenant, system)


def as_dict(one: Queued) -> dict[str, object]:
    """Return where a document stands, as a script wants it."""
    return {
        "document": one.source_id,
        "kind": str(one.kind),
        "state": one.state,
        "step": str(one.item.step or ""),
        "target_id": one.item.target_id,
        "updated_at": one.updated_at,
    }


def _next(
    tenant: str, system: str, *, paused: str, waiting: list[Queued], queued: int
) -> list[str]:
    steps = [f"tasma push resume {tenant} --to {system}"] if paused else []
    steps += [f"tasma push events {tenant} {waiting[0].source_id} --to {system}"] if waiting else []
    further = "run" if queued else "deviations"
    return steps or [f"tasma push {further} {tenant} --to {system}"]
